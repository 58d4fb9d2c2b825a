// 我的星级: the star as a word, why it is that one, and until when it may be objected to.

const page = require('../../behaviors/page')
const { OPENING, open } = require('../../opening')
const { STAR, about, cycleWords, isTold, number, span } = require('../../standing')
const { get } = require('../../request')
const { recall, remember } = require('../../session')
const { day, daysAhead } = require('../../times')
const words = require('../../words')

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.star,
    asked: 0, // the rating that was asked for, 0 for the newest
    star: /** @type {any} */ (null),
    how: /** @type {string[]} */ ([]),
    objection: /** @type {any} */ (null),
    earlier: /** @type {any[]} */ ([]),
  },

  /** @param {Record<string, string | undefined>} query */
  onLoad({ id }) {
    this.setData({ asked: Number(id || 0) })
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  async load() {
    await open(this, STAR.paths, (answers) => shape(answers, this.data.asked), { keep: STAR.keep })
    if (this.data.star && this.data.star.told) await this.loadSum(this.data.star.cycle)
  },

  /** @param {string} cycle */
  async loadSum(cycle) {
    const path = '/me/points?cycle=' + cycle
    const kept = recall(path)
    if (kept) this.setData({ how: sumOf(kept.value) })
    const answer = await get(path).catch(() => null) // the page stands without it
    if (!answer) return
    remember(path, answer)
    this.setData({ how: sumOf(answer) })
  },

  seePoints() {
    const { star } = this.data
    wx.navigateTo({ url: '/pages/points/points' + (star ? '?cycle=' + star.cycle : '') })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  seeStar(event) {
    wx.navigateTo({ url: '/pages/star/star?id=' + event.currentTarget.dataset.id })
  },

  seeObjection() {
    wx.navigateTo({ url: '/pages/objection-answer/objection-answer?id=' + this.data.objection.id })
  },

  contest() {
    wx.navigateTo({ url: '/pages/objection/objection?rating=' + this.data.star.id })
  },
})

/** @param {any[]} answers @param {number} asked */
function shape([ratings, objections], asked) {
  const items = ratings.items
  const rating = items.find((/** @type {any} */ one) => one.id === asked) || items[0]
  if (!rating) return { star: null }
  const mine = objections.items.find((/** @type {any} */ one) => one.rating_id === rating.id)
  const objection = mine && mine.state !== 'withdrawn' ? shownObjection(mine) : null
  return {
    star: shownStar(rating, !objection || mine.state !== 'submitted'),
    objection,
    earlier: asked ? [] : items.slice(1).map(shownEarlier),
  }
}

/** @param {any} rating @param {boolean} mayObject whether no objection to it is under way */
function shownStar(rating, mayObject) {
  const cycle = cycleWords(rating.cycle)
  if (!isTold(rating)) return { id: rating.id, cycle: rating.cycle, title: cycle, label: rating.label, told: false }
  const said = words.star
  const posted = rating.published_on !== null
  const isUp = posted && rating.state === 'publicised' && daysAhead(rating.ends_on, Date.now()) >= 0
  const last = posted ? (isUp ? said.last : said.over).replace('{day}', day(rating.ends_on)) : ''
  return {
    id: rating.id,
    cycle: rating.cycle,
    title: cycle,
    label: rating.label,
    told: true,
    state: /** @type {Record<string, string>} */ (said.states)[rating.state],
    why: whyTitle(rating),
    reasons: rating.reasons.flatMap((/** @type {string} */ one) => one.split(said.between)),
    total: rating.total === null ? '' : said.totalOf.replace('{total}', number(rating.total)),
    grade: rating.grade,
    publicity: posted ? span(rating.published_on, rating.ends_on) : '',
    last: isUp && !mayObject ? '' : last,
    contestable: isUp && mayObject,
  }
}

/** @param {any} rating */
function whyTitle(rating) {
  if (rating.star !== null) return words.star.why.replace('{label}', rating.label)
  return rating.total === null ? words.star.whyOutside.replace('{label}', rating.label) : words.star.whyNone
}

/** @param {any} it */
function shownObjection(it) {
  return { id: it.id, about: about(it), state: /** @type {Record<string, string>} */ (words.standing.objections)[it.state] }
}

/** @param {any} rating */
function shownEarlier(rating) {
  const total = rating.total === null ? '' : words.star.totalOf.replace('{total}', number(rating.total))
  return { id: rating.id, cycle: cycleWords(rating.cycle), label: rating.label, total }
}

/** @param {any} points @returns {string[]} 基础分 60，, 履职 1，, 民主评议 15，, 加分 0，, 合计 76 */
function sumOf(points) {
  if (points.total === null) return []
  const parts = points.parts.map((/** @type {any} */ part) => part.title + ' ' + number(part.subtotal) + words.standing.comma)
  return [...parts, words.points.together + ' ' + number(points.total)]
}
