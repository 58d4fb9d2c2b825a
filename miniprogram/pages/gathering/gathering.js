// One gathering: when and where, what is recorded of this member and how that came about, and the plan.

const page = require('../../behaviors/page')
const { numberIn, phoneIn, shown } = require('../../gathering')
const { leaveSteps } = require('../../leave')
const { OPENING, open } = require('../../opening')
const { clock, dayAndClock } = require('../../times')
const words = require('../../words')

const w = words.gatheringPage
const NOTHING = { how: null, at: null, by: null, confirmed_at: null, confirmed_by: null }

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w,
    it: /** @type {any} */ (null),
    past: false,
    stage: '', // whether it is open to phones, over, confirmed or called off
    until: '',
    change: '', // why it was called off or moved
    leaveUntil: '',
    contact: '',
    number: '', // as it was typed, of whom to ask
    call: '', // the same to call
    record: /** @type {any} */ (null),
    quiet: '', // exempt or away: nothing is required of this member
    steps: /** @type {any[]} */ ([]),
    askLeave: '', // what the way to the leave page says, empty for none
    remind: false,
    agenda: /** @type {any[]} */ ([]),
  },

  id: '',

  /** @param {{ id?: string }} query */
  onLoad({ id = '' }) {
    this.id = id
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    return open(this, '/gatherings/' + this.id, shape, { keep: 'gathering:' + this.id })
  },

  checkIn() {
    wx.navigateTo({ url: '/pages/check-in/check-in' })
  },

  seeLeave() {
    wx.navigateTo({ url: '/pages/leave/leave?id=' + this.id })
  },

  tellHost() {
    wx.navigateTo({ url: '/pages/host-attendance/host-attendance' })
  },

  seePoints() {
    wx.navigateTo({ url: '/pages/points/points' })
  },

  call() {
    wx.makePhoneCall({ phoneNumber: this.data.call, fail: () => {} })
  },
})

/** @param {any} answer of GET /gatherings/{id} */
function shape(answer) {
  const now = Date.now()
  const it = shown(answer, now)
  const cancelled = it.state === 'cancelled'
  const past = Date.parse(it.ends_at) <= now
  return {
    it,
    past,
    stage: /** @type {Record<string, string>} */ (words.gathering.states)[it.state],
    until: w.until.replace('{clock}', clock(it.ends_at)),
    change: it.reason ? w.reason.replace('{reason}', it.reason) : '',
    leaveUntil: answer.leave_until && !past ? dayAndClock(answer.leave_until) : '',
    ...contactParts(it.contact),
    record: cancelled ? null : recordWords(answer, past),
    quiet: !cancelled && !past && (it.status === 'exempt' || it.status === 'away') ? it.status : '',
    steps: cancelled ? [] : leaveSteps(answer.leave, it.starts_at),
    askLeave: cancelled ? '' : leaveWords(answer, past),
    remind: it.state === 'published' && !past,
    agenda: answer.agenda.map((/** @type {any} */ one, /** @type {number} */ index) => ({ ...one, number: index + 1 })),
  }
}

/** @param {any} answer @param {boolean} past */
function leaveWords(answer, past) {
  if (answer.leave && answer.leave.state !== 'withdrawn') return w.seeLeave
  if (!answer.leave_open) return ''
  return past ? w.askLate : w.ask
}

/**
 * What the roll says of this member and by whose hand; before anything is recorded there is nothing to tell.
 * @param {any} answer
 * @param {boolean} past
 */
function recordWords({ status, record, state }, past) {
  if (!record && !past) return null
  const { how, at, by, confirmed_at: confirmed, confirmed_by: confirmedBy } = record || NOTHING
  return {
    said: /** @type {any} */ (words.gathering.statuses)[status],
    how: how ? /** @type {any} */ (w.hows)[how] : '',
    at: at ? dayAndClock(at) : '',
    by: by || '',
    confirmed: confirmed ? confirmedBy : w.notConfirmed,
    confirmedAt: confirmed ? dayAndClock(confirmed) : '',
    later: confirmed || state === 'published' ? '' : w.later,
  }
}

/**
 * Whom to ask, with the number on a line of its own, so that it is never broken.
 * @param {string | null} contact
 */
function contactParts(contact) {
  const number = numberIn(contact)
  return { contact: (contact || '').replace(number, '').trim(), number, call: phoneIn(contact) }
}
