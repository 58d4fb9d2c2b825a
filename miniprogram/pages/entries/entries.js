// 积分记录: every entry of a cycle, where it comes from and whose hand it was; each may be objected to.

const page = require('../../behaviors/page')
const { OPENING, open } = require('../../opening')
const { cycleBefore, cycleWords, entriesOf, moreWords, number, signed } = require('../../standing')
const { day } = require('../../times')
const words = require('../../words')

const AT_ONCE = 20
const MOST_CYCLES = 4

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.entries,
    asked: '',
    here: '', // the cycle that was chosen
    of: '', // the cycle whose entries are drawn: while another is on its way, none are
    cycles: /** @type {{ cycle: string, title: string }[]} */ ([]),
    scheme: false,
    none: '',
    entries: /** @type {any[]} */ ([]),
    shown: AT_ONCE,
    more: '',
  },

  /** @param {Record<string, string | undefined>} query */
  onLoad({ cycle }) {
    this.setData({ asked: cycle || '', here: cycle || '' })
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  onReachBottom() {
    this.showMore()
  },

  load() {
    const { asked } = this.data
    const { paths, keep } = entriesOf(asked)
    const wanted = (/** @type {any[]} */ answers) => (this.data.asked === asked ? shape(answers, asked, this.data.shown) : {})
    return open(this, paths, wanted, { keep })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  choose(event) {
    const { cycle } = event.currentTarget.dataset
    if (cycle === this.data.here) return
    this.setData({ asked: cycle, here: cycle, state: 'loading', shown: AT_ONCE })
    this.load()
  },

  showMore() {
    const shown = this.data.shown + AT_ONCE
    this.setData({ shown, more: moreWords(this.data.entries.length, shown) })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  contest(event) {
    const { entry } = event.currentTarget.dataset
    wx.navigateTo({ url: '/pages/objection/objection?entry=' + entry + '&cycle=' + this.data.here })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  seeObjection(event) {
    wx.navigateTo({ url: '/pages/objection-answer/objection-answer?entry=' + event.currentTarget.dataset.entry })
  },
})

/**
 * @param {any[]} answers
 * @param {string} asked the cycle that was asked for, empty for the one that runs
 * @param {number} shown how many entries are drawn
 */
function shape([running, { items }, earlier], asked, shown) {
  const it = earlier || running
  const kind = it.cycle && it.cycle.length === 4 ? 'year' : 'cycle'
  const entries = it.entries.map((/** @type {any} */ one) => shownEntry(one, it.entries))
  return {
    here: it.cycle || asked,
    of: it.cycle || asked,
    cycles: cyclesOf(running.cycle, items),
    scheme: it.cycle !== null,
    none: words.entries.none[kind],
    entries,
    more: moreWords(entries.length, shown),
  }
}

/**
 * @param {string | null} running
 * @param {{ cycle: string }[]} ratings
 * @returns {{ cycle: string, title: string }[]} the newest first: the running one, those that were rated, at least one before
 */
function cyclesOf(running, ratings) {
  const found = new Set(ratings.map((one) => one.cycle))
  if (running) found.add(running)
  const cycles = [...found].sort().reverse().slice(0, MOST_CYCLES)
  if (cycles.length === 1) cycles.push(cycleBefore(cycles[0]))
  return cycles.map((cycle) => ({ cycle, title: cycleWords(cycle) }))
}

/** @param {any} it @param {any[]} all */
function shownEntry(it, all) {
  const other = all.find((one) => one.id === (it.reverses || it.reversed_by))
  const inPair = Boolean(it.reverses || it.reversed_by)
  const said = words.entries
  return {
    id: it.id,
    number: signed(inPair ? it.points : it.counted),
    quiet: inPair,
    title: it.reverses ? said.reversal.replace('{title}', it.title) : it.title,
    about: it.about === it.title ? '' : it.about,
    why: other ? pairWords(other) : whyWords(it),
    late: it.is_late,
    reason: it.reason ? said.reason.replace('{reason}', it.reason) : '',
    evidence: it.evidence ? said.evidence.replace('{evidence}', it.evidence) : '',
    day: day(it.occurred_on),
    hands: [it.proposed_by, it.by].filter(Boolean).join(words.standing.comma),
    contestable: it.contestable,
    state: it.objection ? said.state.replace('{state}', stateWords(it.objection)) : '',
  }
}

/** @param {string} state */
function stateWords(state) {
  return /** @type {Record<string, string>} */ (words.standing.objections)[state]
}

/** @param {any} other the entry that takes this one back, or that this one takes back */
function pairWords(other) {
  return words.entries.pair.replace('{day}', day(other.occurred_on)).replace('{points}', signed(other.points))
}

/** @param {any} it @returns {string} why it counts what it counts; what was put down first, where a limit changed it */
function whyWords(it) {
  const posted = number(it.points) === number(it.counted) ? '' : words.entries.posted.replace('{points}', signed(it.points))
  return posted + it.why
}
