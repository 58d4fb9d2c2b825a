// 请假: five coarse reasons, nothing chosen beforehand; then how it stands, and taking it back.

const page = require('../../behaviors/page')
const { phoneIn, shown } = require('../../gathering')
const { leaveSteps } = require('../../leave')
const { OPENING, open, sentence } = require('../../opening')
const { post, remove } = require('../../request')
const { dismiss, recall, remember } = require('../../session')
const words = require('../../words')

/** @typedef {import('../../request').Failure} Failure */

const w = words.leave
const REASONS = ['illness', 'official', 'family', 'work_away', 'other']
// After these there is nothing left to ask: the sign beside the server's sentence.
const STOPS = { cancelled: 'clock', leave_closed: 'person', already_signed_in: 'told', not_required: 'told' }
const SIGNS = { submitted: 'told', approved: 'ok', rejected: 'person', withdrawn: 'told' }

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w,
    it: /** @type {any} */ (null),
    past: false,
    call: '',
    choices: REASONS.map((reason) => ({ reason, said: /** @type {Record<string, string>} */ (w.reasons)[reason] })),
    reason: '',
    note: '',
    standing: '', // submitted, approved, rejected; withdrawn only just now
    headline: '',
    sign: '',
    steps: /** @type {any[]} */ ([]),
    again: false,
    asking: false, // whether to take it back
    waiting: false,
    failed: '',
    wrongNote: '',
    stopped: '',
    stop: '',
  },

  id: '',

  /** @param {{ id?: string }} query */
  onLoad({ id = '' }) {
    this.id = id
    const kept = recall(this.draft())
    if (kept) this.setData({ note: kept.value })
  },

  onShow() {
    this.load()
  },

  load() {
    return open(this, '/gatherings/' + this.id, shape)
  },

  draft() {
    return 'draft:leave:' + this.id
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  choose(event) {
    this.setData({ reason: event.currentTarget.dataset.reason, failed: '', wrongNote: '' })
  },

  /** @param {WechatMiniprogram.Input} event */
  writeNote(event) {
    this.setData({ note: event.detail.value })
    remember(this.draft(), event.detail.value)
  },

  submit() {
    const { reason, note, waiting } = this.data
    if (waiting || !reason) return
    this.setData({ waiting: true, failed: '', wrongNote: '' })
    const body = reason === 'illness' || !note.trim() ? { reason } : { reason, note: note.trim() }
    post('/gatherings/' + this.id + '/leave', body).then(
      (leave) => {
        dismiss(this.draft())
        this.setData({ ...standingOf(leave, this.data.it.starts_at), waiting: false, again: false, reason: '', note: '' })
      },
      (/** @type {Failure} */ failed) => this.refuse(failed)
    )
  },

  /** @param {Failure} failed */
  refuse(failed) {
    const stop = /** @type {Record<string, string>} */ (STOPS)[failed.code] || ''
    const { note = '' } = failed.more.fields || {}
    const said = stop || note ? '' : sentence(failed)
    this.setData({ waiting: false, stop, stopped: stop ? failed.message : '', failed: said, wrongNote: note })
    // Asked on another phone, or in the chat: the page says how it stands.
    if (failed.code === 'leave_asked') this.load()
  },

  askBack() {
    this.setData({ asking: true, failed: '' })
  },

  keep() {
    this.setData({ asking: false })
  },

  withdraw() {
    if (this.data.waiting) return
    this.setData({ waiting: true, asking: false, failed: '' })
    remove('/gatherings/' + this.id + '/leave').then(
      (leave) => this.setData({ ...standingOf(leave, this.data.it.starts_at), waiting: false }),
      (failed) => {
        this.setData({ waiting: false, failed: sentence(failed) })
        // Answered or taken back meanwhile.
        if (failed.code === 'not_waiting') this.load()
      }
    )
  },

  askAgain() {
    this.setData({ again: true })
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },

  seePlan() {
    wx.redirectTo({ url: '/pages/gathering/gathering?id=' + this.id })
  },

  toAway() {
    wx.navigateTo({ url: '/pages/away/away' })
  },

  call() {
    wx.makePhoneCall({ phoneNumber: this.data.call, fail: () => {} })
  },
})

/** @param {any} answer of GET /gatherings/{id} */
function shape(answer) {
  const now = Date.now()
  const leave = answer.leave && answer.leave.state !== 'withdrawn' ? answer.leave : null
  return {
    it: shown(answer, now),
    past: Date.parse(answer.starts_at) <= now,
    call: phoneIn(answer.contact),
    ...standingOf(leave, answer.starts_at),
  }
}

/**
 * @param {import('../../leave').Leave | null} leave
 * @param {string} startsAt
 */
function standingOf(leave, startsAt) {
  if (!leave) return { standing: '', headline: '', sign: '', steps: [] }
  return {
    standing: leave.state,
    headline: /** @type {any} */ (w)[leave.state],
    sign: /** @type {any} */ (SIGNS)[leave.state],
    steps: leaveSteps(leave, startsAt),
  }
}
