// 确认名册: who is still unrecorded by name, the heads in the room, the sums, and what confirming does.

const page = require('../../behaviors/page')
const { filled, isOver, openWork } = require('../branch')
const { OPENING, sentence } = require('../../opening')
const { post } = require('../../request')
const { dayAndClock } = require('../../times')
const { compare, howWords, numberIn, settled, sumLine, sumRows } = require('./sums')
const words = require('../../words')

const RESTS = [
  { key: 'unclear', word: words.branchConfirm.unclear },
  { key: 'leave', word: words.branchConfirm.leave },
  { key: 'each', word: words.branchConfirm.each },
]

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.branchConfirm,
    title: '',
    org: '',
    may: false,
    expected: '',
    rows: /** @type {any[]} */ ([]),
    how: '',
    left: 0,
    leftWords: '',
    names: '',
    asked: '',
    rests: RESTS,
    rest: '',
    after: '',
    heads: '',
    observers: '',
    guests: '',
    compared: { said: '', differs: false },
    wrong: '',
    sending: false,
    done: /** @type {any} */ (null),
  },
  id: '',
  counts: /** @type {Record<string, number>} */ ({}),
  named: 0, // guests who signed in by name
  kept: { heads: /** @type {number | null} */ (null), observers: 0 },

  /** @param {{ roll?: string }} query */
  onLoad({ roll = '' }) {
    this.id = roll
  },

  onShow() {
    if (!this.data.done) this.load()
  },

  load() {
    return openWork(this, '/branch/rolls/' + this.id, (answer) => {
      this.counts = answer.counts
      this.named = answer.guests
      const isFirst = this.data.state !== 'ok'
      this.kept = { heads: answer.heads, observers: answer.observers }
      const typed = isFirst ? { heads: numeral(answer.heads), observers: numeral(answer.observers || null) } : {}
      this.setData(typed)
      const done = answer.confirmed ? this.card(answer.counts, null, '') : null
      return { ...shapeRoll(answer), done, ...this.view() }
    })
  },

  /** What follows from what is chosen and typed. */
  view() {
    const { rest } = this.data
    const heads = numberIn(this.data.heads)
    const observers = numberIn(this.data.observers)
    const compared = compare(heads === undefined ? null : heads, this.counts.came, this.named + (observers || 0))
    const isSettled = rest === 'unclear' || rest === 'leave'
    const after = isSettled ? filled(words.branchConfirm.after, { sums: sumLine(settled(this.counts, rest)) }) : ''
    return { compared, after }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  chooseRest(event) {
    this.setData({ rest: event.currentTarget.dataset.rest })
    this.setData(this.view())
  },

  /** @param {WechatMiniprogram.Input} event */
  typeHeads(event) {
    this.setData({ heads: event.detail.value, wrong: '' })
    this.setData(this.view())
  },

  /** @param {WechatMiniprogram.Input} event */
  typeObservers(event) {
    this.setData({ observers: event.detail.value, wrong: '' })
    this.setData(this.view())
  },

  goToRoll() {
    const pages = getCurrentPages()
    const before = pages[pages.length - 2]
    if (before && before.route === 'work/roll/roll') wx.navigateBack()
    else wx.navigateTo({ url: '/work/roll/roll?roll=' + this.id })
  },

  confirm() {
    if (this.data.sending) return
    const heads = numberIn(this.data.heads)
    const observers = numberIn(this.data.observers)
    if (heads === undefined || observers === undefined) {
      this.setData({ wrong: words.branchConfirm.noNumber })
      return
    }
    this.setData({ sending: true, wrong: '' })
    this.count(heads, observers || 0)
      .then(() => post('/branch/rolls/' + this.id + '/confirmation', this.data.left ? { rest: this.data.rest } : {}))
      .then(
        (answer) => this.setData({ sending: false, done: this.card(answer.counts, answer.entries, dayAndClock(Date.now())) }),
        (failed) => this.fail(failed)
      )
  },

  /** @param {number | null} heads @param {number} observers */
  count(heads, observers) {
    if (heads === this.kept.heads && observers === this.kept.observers) return Promise.resolve(null)
    return post('/branch/rolls/' + this.id + '/heads', { heads, observers }).then((kept) => (this.kept = kept))
  },

  /** @param {import('../../request').Failure} failed */
  fail(failed) {
    this.setData({ sending: false })
    if (isOver(failed)) return
    this.setData({ wrong: sentence(failed) })
    // Somebody else confirmed it, or changed the roll: the page says what holds now.
    if (failed.status === 409) this.load()
  },

  /** @param {Record<string, number>} counts @param {number | null} entries @param {string} when */
  card(counts, entries, when) {
    const said = words.branchConfirm
    const points = entries === null ? '' : entries ? filled(said.entries, { number: entries }) : said.noEntries
    const { heads, observers } = this.kept
    const room = heads === null ? said.notCounted : compare(heads, counts.came, this.named + observers).said
    return { when, expected: filled(said.people, { number: counts.expected }), sums: sumLine(counts), points, room }
  },

  finish() {
    const routes = getCurrentPages().map((one) => one.route)
    const below = routes.length - 1 - routes.lastIndexOf('work/day/day')
    if (below < routes.length) wx.navigateBack({ delta: below })
    else wx.redirectTo({ url: '/work/day/day' })
  },
})

/** @param {number | null} number */
const numeral = (number) => (number === null ? '' : String(number))

/** @param {any} answer of GET /branch/rolls/{id} */
function shapeRoll(answer) {
  const said = words.branchConfirm
  const name = (/** @type {any} */ one) => one.name + (one.joined_year ? filled(said.namesake, { year: one.joined_year }) : '')
  const named = (/** @type {any[]} */ lines) => lines.map(name).join(said.and)
  const left = answer.lines.filter((/** @type {any} */ one) => one.status === 'unrecorded')
  const asked = answer.lines.filter((/** @type {any} */ one) => one.asks)
  return {
    title: answer.title,
    org: answer.org,
    may: answer.may_confirm,
    expected: filled(said.expected, { number: answer.counts.expected }),
    rows: sumRows(answer.counts),
    how: howWords(answer.lines),
    left: left.length,
    leftWords: filled(said.left, { number: left.length }),
    names: named(left),
    asked: asked.length ? filled(said.asked, { names: named(asked) }) : '',
    guests: answer.guests ? filled(said.guests, { number: answer.guests }) : '',
  }
}
