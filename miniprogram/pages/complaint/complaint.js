// 投诉与建议: anybody may write; whoever was logged in reads the answer here.

const page = require('../../behaviors/page')
const { sentence } = require('../../opening')
const { get, post } = require('../../request')
const { dismiss, recall, remember, session } = require('../../session')
const { day, dayOfWeek } = require('../../times')
const words = require('../../words')

const DRAFT = 'draft:complaint'

Page({
  behaviors: [page],
  data: {
    w: words.complaint,
    known: false, // this phone is logged in, so that it can read the answer later
    text: '',
    contact: '',
    wrong: '',
    waiting: false,
    done: /** @type {{ receipt: string, until: string } | null} */ (null),
    mine: /** @type {any[]} */ ([]),
  },

  onLoad() {
    const kept = recall(DRAFT)
    this.setData({ known: session() !== null, text: kept ? kept.value : '' })
    if (session()) this.load()
  },

  load() {
    return get('/complaints').then(
      ({ items }) => this.setData({ mine: items.map(told) }),
      () => {} // the form stands without the list
    )
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    this.setData({ text: event.detail.value })
    remember(DRAFT, event.detail.value)
  },

  /** @param {WechatMiniprogram.Input} event */
  writeContact(event) {
    this.setData({ contact: event.detail.value })
  },

  send() {
    const { text, contact, waiting } = this.data
    if (waiting) return
    if (text.trim().length < 2) return this.setData({ wrong: words.complaint.write })
    this.setData({ waiting: true, wrong: '' })
    post('/complaints', { text: text.trim(), contact: contact.trim() || null }).then(
      ({ receipt, due_on }) => {
        dismiss(DRAFT)
        this.setData({ waiting: false, done: { receipt, until: dayOfWeek(due_on) } })
      },
      (failed) => this.setData({ waiting: false, wrong: sentence(failed) })
    )
  },

  copy() {
    const { done } = this.data
    if (done) wx.setClipboardData({ data: done.receipt })
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})

/** @param {any} one */
function told(one) {
  return {
    receipt: one.receipt,
    text: one.text,
    answer: one.answer,
    state: one.answer
      ? words.complaint.answeredOn.replace('{day}', day(one.answered_at))
      : words.complaint.waitingUntil.replace('{day}', day(one.due_on)),
  }
}
