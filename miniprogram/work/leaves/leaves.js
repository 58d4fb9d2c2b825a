// 答复请假: each request with its reason; a no says why. Nothing of it stays on the phone.

const page = require('../../behaviors/page')
const { filled, isOver, openWork } = require('../branch')
const { OPENING, sentence } = require('../../opening')
const { post } = require('../../request')
const { dayAndClock } = require('../../times')
const words = require('../../words')

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.branchLeaves,
    items: /** @type {any[]} */ ([]),
    refusing: '', // the key of the request that is being refused
    answer: '',
    sending: '',
    failedAt: '',
    failed: '',
  },

  onLoad() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    return openWork(this, '/branch/leaves', ({ items }) => ({ items: items.map(shown), refusing: '', failed: '' }))
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  agree(event) {
    this.decide(event.currentTarget.dataset.key, { approve: true })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  beginRefusing(event) {
    this.setData({ refusing: event.currentTarget.dataset.key, answer: '', failed: '' })
  },

  stopRefusing() {
    this.setData({ refusing: '', failed: '' })
  },

  /** @param {WechatMiniprogram.Input} event */
  type(event) {
    this.setData({ answer: event.detail.value })
  },

  refuse() {
    const key = this.data.refusing
    const answer = this.data.answer.trim()
    if (answer) this.decide(key, { approve: false, answer })
    else this.setData({ failedAt: key, failed: words.branchLeaves.why })
  },

  /** @param {string} key @param {{ approve: boolean, answer?: string }} body */
  decide(key, body) {
    if (this.data.sending) return
    const one = this.data.items.find((item) => item.key === key)
    this.setData({ sending: key, failed: '' })
    post('/branch/leaves/' + one.gathering_id + '/' + one.member_id + '/decision', body).then(
      ({ state, answer }) => {
        const said = state === 'approved' ? words.branchLeaves.agreed : filled(words.branchLeaves.refused, { answer })
        const items = this.data.items.map((item) => (item.key === key ? { ...item, said } : item))
        this.setData({ items, sending: '', refusing: '' })
      },
      (failed) => {
        this.setData({ sending: '' })
        if (!isOver(failed)) this.setData({ failedAt: key, failed: sentence(failed) })
      }
    )
  },
})

/** @param {any} one of GET /branch/leaves */
function shown(one) {
  const said = words.branchLeaves
  const reason = /** @type {Record<string, string>} */ (words.leave.reasons)[one.reason]
  return {
    ...one,
    key: one.gathering_id + '-' + one.member_id,
    year: one.joined_year ? filled(said.joined, { year: one.joined_year }) : '',
    from: one.group || one.branch,
    time: dayAndClock(one.starts_at),
    reason: one.note ? filled(said.withNote, { reason, note: one.note }) : reason,
    asked: filled(one.late ? said.askedLate : said.asked, { time: dayAndClock(one.asked_at) }),
    filed: one.filed_by ? filled(said.filed, { name: one.filed_by }) : '',
    said: '',
  }
}
