// 异议和申报: what the member said and asked for, the newest first, each with who answers.

const page = require('../../behaviors/page')
const { OPENING, open } = require('../../opening')
const { about, answerers, moreWords, signed } = require('../../standing')
const { day } = require('../../times')
const words = require('../../words')

const AT_ONCE = 20
const PATHS = ['/me/objections', '/me/declarations']

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.objections,
    objections: /** @type {any[]} */ ([]),
    declarations: /** @type {any[]} */ ([]),
    choices: false,
    shown: AT_ONCE,
    more: '',
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    return open(this, PATHS, (answers) => shape(answers, this.data.shown), { keep: 'objections' })
  },

  onReachBottom() {
    this.showMore()
  },

  showMore() {
    const shown = this.data.shown + AT_ONCE
    this.setData({ shown, more: moreWords(this.data.declarations.length, shown) })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  seeObjection(event) {
    wx.navigateTo({ url: '/pages/objection-answer/objection-answer?id=' + event.currentTarget.dataset.id })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  seeDeclaration(event) {
    wx.navigateTo({ url: '/pages/declaration/declaration?id=' + event.currentTarget.dataset.id })
  },

  declare() {
    wx.navigateTo({ url: '/pages/declare/declare' })
  },
})

/** @param {any[]} answers @param {number} shown how many declarations are drawn */
function shape([objections, declarations], shown) {
  return {
    objections: objections.items.map(shownObjection),
    declarations: declarations.items.map(shownDeclaration),
    choices: declarations.choices.length > 0,
    more: moreWords(declarations.items.length, shown),
  }
}

/** @param {any} it */
function shownObjection(it) {
  const waits = it.state === 'submitted'
  const states = /** @type {Record<string, string>} */ (words.standing.objections)
  return {
    id: it.id,
    title: it.appeals === null ? about(it) : words.objections.appeal.replace('{title}', about(it)),
    day: it.occurred_on ? day(it.occurred_on) : '',
    state: states[it.state],
    who: waits ? words.objections.who.replace('{who}', answerers(it)) : '',
    until: waits ? words.standing.until.replace('{day}', day(it.due_on)) : '',
  }
}

/** @param {any} it */
function shownDeclaration(it) {
  const states = /** @type {Record<string, string>} */ (words.standing.declarations)
  const points = it.state === 'approved' ? ' ' + signed(it.points) : ''
  return {
    id: it.id,
    title: it.item_title + points,
    about: it.title,
    day: day(it.occurred_on),
    state: states[it.state],
    who: it.state === 'submitted' ? words.objections.review : '',
  }
}
