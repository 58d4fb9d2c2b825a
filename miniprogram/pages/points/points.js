// 积分与星级: one cycle's sum, part by part, so that it can be done again by hand.

const page = require('../../behaviors/page')
const { OPENING, open } = require('../../opening')
const { cycleWords, entriesOf, isTold, number } = require('../../standing')
const words = require('../../words')

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.points,
    asked: '',
    scheme: '',
    heading: '',
    total: '',
    how: '',
    ground: '',
    note: '',
    parts: /** @type {any[]} */ ([]),
    opened: '',
    sum: /** @type {string[]} */ ([]),
    count: '',
    star: '',
    subtotals: /** @type {any[]} */ ([]),
  },

  /** @param {Record<string, string | undefined>} query */
  onLoad({ cycle }) {
    this.setData({ asked: cycle || '' })
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    const { asked } = this.data
    const { paths, keep } = entriesOf(asked)
    return open(this, paths, (answers) => shape(answers, asked), { keep })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  openPart(event) {
    const { code } = event.currentTarget.dataset
    this.setData({ opened: this.data.opened === code ? '' : code })
  },

  seeEntries() {
    const { asked } = this.data
    wx.navigateTo({ url: '/pages/entries/entries' + (asked ? '?cycle=' + asked : '') })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  goTo(event) {
    wx.navigateTo({ url: event.currentTarget.dataset.to })
  },
})

/** @param {any[]} answers @param {string} asked the cycle that was asked for, empty for the one that runs */
function shape([running, { items }, earlier], asked) {
  const it = earlier || running
  if (it.cycle === null) return { scheme: '', heading: asked && cycleWords(asked), star: starNow(items) }
  const rating = items.find((/** @type {any} */ one) => one.cycle === it.cycle && isTold(one))
  const cycle = cycleWords(it.cycle)
  const outside = it.total === null
  return {
    scheme: words.points.by.replace('{scheme}', it.scheme),
    heading: asked ? cycle : words.points.toDay.replace('{cycle}', cycle),
    total: outside ? '' : number(it.total),
    how: it.total_how,
    ground: outside ? /** @type {Record<string, string>} */ (words.points.grounds)[it.standing] : '',
    note: outside ? '' : noteOf(it, rating),
    parts: it.parts.map(shownPart),
    sum: outside ? [] : sumOf(it),
    count: words.points.count.replace('{count}', it.entries.length),
    star: starNow(items),
    subtotals: it.subtotals.map(shownSubtotal),
  }
}

/** @param {any[]} ratings @returns {string} the newest star there is, in a word */
function starNow(ratings) {
  return ratings.length ? ratings[0].label : words.points.pending
}

/** @param {any} it @param {any} rating */
function noteOf(it, rating) {
  if (rating) return words.points.rated.replace('{label}', rating.label)
  if (it.standing === 'probationary') return words.points.probationary
  return it.cycle.length === 4 ? words.points.starByYear : words.points.starByCycle
}

/** @param {any} part */
function shownPart(part) {
  const limit = part.cap !== null ? part.cap : number(part.initial) !== '0' ? part.initial : null
  const said = part.cap !== null ? words.points.cap : words.points.initial
  return {
    code: part.code,
    title: part.title,
    value: part.pending ? words.points.pending : number(part.subtotal),
    limit: limit === null ? '' : said.replace('{limit}', number(limit)),
    filled: limit === null ? '' : 'width: ' + filled(part.subtotal, limit),
    why: part.why,
    lines: part.lines.map(shownLine),
  }
}

/** The length of a bar: drawn, never read. @param {string} subtotal @param {string} limit */
function filled(subtotal, limit) {
  const share = Number(subtotal) / Number(limit)
  return Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10 + '%'
}

/** @param {any} line */
function shownLine(line) {
  const beneath = [line.how, line.limit].filter(Boolean).join(words.standing.comma)
  return { title: line.title, beneath, counted: line.counted === null ? words.points.pending : number(line.counted) }
}

/** @param {any} it @returns {string[]} 基础分 58, + 履职 17, + 加分 5, = 80; what a limit makes of it is said apart */
function sumOf(it) {
  const parts = it.parts.filter((/** @type {any} */ part) => !part.pending)
  const terms = parts.map((/** @type {any} */ part, /** @type {number} */ place) => {
    return (place ? '+ ' : '') + part.title + ' ' + number(part.subtotal)
  })
  return it.total_how ? terms : [...terms, '= ' + number(it.total)]
}

/** @param {any} one */
function shownSubtotal(one) {
  const parts = one.parts.map((/** @type {any} */ part) => part.title + ' ' + number(part.subtotal))
  return {
    month: one.month,
    title: words.points.subtotal.replace('{month}', String(Number(one.month.slice(5)))),
    beneath: parts.join(words.standing.comma),
    total: number(one.total),
  }
}
