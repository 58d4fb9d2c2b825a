// 签到: scan first, six digits second; every answer of the server as a card that says what to do next.

const page = require('../../behaviors/page')
const { arrived, arrivedAgain, hasTicket, keepTicket, scannedText, takeTicket, tokenIn } = require('../../arrival')
const { keepDemonstration } = require('../../demonstration')
const { phoneIn, shown } = require('../../gathering')
const { OPENING, open } = require('../../opening')
const { get, logIn } = require('../../request')
const { me, recall, remember } = require('../../session')
const words = require('../../words')
const { contactOf, gatheringToday, resultOf } = require('./answers')
const { sign } = require('./sign')

const KEEP = 'home'
const LENGTH = 6
const NEWS = ['wrong_branch', 'cancelled', 'too_early'] // told together with what comes next

/** @typedef {import('./sign').Way} Way */

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.checkIn,
    gathering: /** @type {any} */ (null),
    code: '',
    missing: '', // how many digits are still to come, in words; empty when all are there
    typing: false, // digits alone on the page, clear of the keyboard
    focus: false,
    wrong: '', // what was wrong with the digits
    waiting: false,
    noCamera: false,
    result: /** @type {any} */ (null),
  },
  scanned: /** @type {string | null} */ (null), // what WeChat's own scan led here with, until onShow
  outcome: /** @type {import('./answers').Outcome | null} */ (null),
  failures: 0, // without an answer, one after the other
  turn: 0, // counts requests, so that a late answer does not cover a newer one

  /** @param {Record<string, string | undefined>} query */
  onLoad(query) {
    this.scanned = arrived(query)
  },

  onShow() {
    const scanned = this.scanned === null ? arrivedAgain() : this.scanned
    this.scanned = null
    if (scanned !== null) return this.signByScan(scanned)
    if (me() && hasTicket()) return this.signBy({ ticket: takeTicket() })
    if (!this.data.result && !this.data.waiting) this.load()
  },

  load() {
    return open(this, '/home', shape, { keep: me() ? KEEP : '', anyone: true })
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  act(event) {
    const acts = /** @type {Record<string, () => void>} */ ({
      scan: this.scan,
      useScan: this.scan,
      digits: this.typeDigits,
      retry: this.retry,
      wait: this.begin,
      bind: () => wx.navigateTo({ url: '/pages/binding/binding' }),
      plan: this.seePlan,
      own: () => wx.switchTab({ url: '/pages/gatherings/gatherings' }),
      gatherings: () => wx.switchTab({ url: '/pages/gatherings/gatherings' }),
      call: this.call,
    })
    const { name } = event.currentTarget.dataset
    if (acts[name]) acts[name].call(this)
    else wx.switchTab({ url: '/pages/home/home' })
  },

  scan() {
    if (this.data.waiting) return
    wx.scanCode({
      onlyFromCamera: false,
      scanType: ['qrCode', 'wxCode'],
      success: (seen) => this.signByScan(scannedText(seen)),
      // Turning back is no failure; without the camera the digits are left.
      fail: ({ errMsg }) => !/cancel/.test(errMsg) && this.setData({ noCamera: true, result: null, typing: false }),
    })
  },

  /** @param {string} scanned */
  signByScan(scanned) {
    const token = tokenIn(scanned)
    if (token) return this.signBy({ token })
    this.outcome = { way: {}, failed: { status: 400, code: 'code_invalid', message: '', more: {} }, failures: 0 }
    this.show()
  },

  /** @param {WechatMiniprogram.CustomEvent<{ value: string, missing: number }>} event */
  takeDigits({ detail: { value, missing } }) {
    this.setData({ code: value, typing: true, focus: true, wrong: '', missing: missingWords(missing) })
  },

  typeDigits() {
    const missing = missingWords(LENGTH - this.data.code.length)
    this.setData({ result: null, typing: true, focus: true, missing })
  },

  typeAgain() {
    this.setData({ code: '', wrong: '', focus: true, missing: missingWords(LENGTH) })
  },

  sendDigits() {
    const { code, gathering, missing } = this.data
    if (!missing && gathering) this.signBy({ code, gatheringId: gathering.id })
  },

  begin() {
    this.setData({ result: null, typing: false, code: '', wrong: '' })
    this.load()
  },

  retry() {
    if (this.outcome) this.signBy(this.outcome.way)
  },

  /** @param {Way} way */
  signBy(way) {
    const turn = ++this.turn
    this.setData({ waiting: true, result: null, typing: Boolean(way.code), focus: false, noCamera: false })
    return sign(way).then(
      (receipt) => this.told(turn, { way, receipt, failures: 0 }),
      (failed) => this.told(turn, { way, failed, failures: failed.status && failed.status < 500 ? 0 : this.failures + 1 })
    )
  },

  /** @param {number} turn @param {import('./answers').Outcome} outcome */
  told(turn, outcome) {
    if (turn !== this.turn) return
    this.outcome = outcome
    this.failures = outcome.failures
    const { failed } = outcome
    if (failed && failed.more.ticket) keepTicket(failed.more.ticket)
    this.show()
    if (outcome.receipt || (failed && me() && NEWS.includes(failed.code))) this.learn(turn)
  },

  /** The first screen has news now, and names the gathering. @param {number} turn */
  learn(turn) {
    // Signed in though nobody was known here: bound on another phone of the same WeChat.
    const known = me() ? Promise.resolve(null) : logIn()
    known.then(() => get('/home')).then(
      (answer) => {
        remember(KEEP, answer)
        if (turn === this.turn && this.data.result) this.show()
      },
      () => {} // what was told stands
    )
  },

  show() {
    const { failed, way } = this.outcome || { way: {} }
    if (failed && failed.code === 'code_wrong' && failed.more.left) {
      const wrong = words.checkIn.wrong.replace('{left}', failed.more.left)
      return this.setData({ waiting: false, result: null, typing: true, wrong })
    }
    const kept = recall(KEEP)
    const result = resultOf(/** @type {any} */ (this.outcome), kept && kept.value, Date.now())
    const digits = way.code && !isUnanswered(failed) ? { code: '', wrong: '', typing: false } : {}
    this.setData({ ...digits, waiting: false, result, ...(kept ? shape(kept.value) : {}) })
  },

  seePlan() {
    wx.navigateTo({ url: '/pages/gathering/gathering?id=' + this.data.gathering.id })
  },

  call() {
    const kept = recall(KEEP)
    const way = this.outcome ? this.outcome.way : {}
    wx.makePhoneCall({ phoneNumber: phoneIn(contactOf(kept && kept.value, way, Date.now())), fail: () => {} })
  },
})

/** @param {any} home the answer of GET /home */
function shape(home) {
  const now = Date.now()
  const gathering = gatheringToday(home, now)
  keepDemonstration(home.demonstration)
  return { demonstration: home.demonstration, gathering: gathering ? shown(gathering, now) : null }
}

/** @param {number} missing */
function missingWords(missing) {
  return missing ? words.checkIn.missing.replace('{missing}', String(missing)) : ''
}

/** @param {import('../../request').Failure | undefined} failed */
function isUnanswered(failed) {
  return Boolean(failed) && (!failed?.status || failed.status >= 500)
}
