// 投诉与建议: anybody may write; whoever is logged in reads the answers here.

const page = require('../../behaviors/page')
const { sentence } = require('../../opening')
const { get, post } = require('../../request')
const { dismiss, me, recall, remember, session } = require('../../session')
const { day, dayOfWeek } = require('../../times')
const words = require('../../words')

const DRAFT = 'draft:complaint'
const STRANGER = 'draft:complaint:stranger' // of somebody unbound, until it is sent

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
    copied: false,
    notCopied: '',
    mine: /** @type {any[]} */ ([]),
    next: /** @type {string | null} */ (null),
    listWrong: '',
  },
  loading: false,

  onLoad() {
    this.setData({ known: session() !== null, ...draft() })
    if (session()) this.load()
  },

  load() {
    this.loadMine('/complaints', [])
  },

  loadOlder() {
    this.loadMine('/complaints?before=' + this.data.next, this.data.mine)
  },

  /** @param {string} path @param {any[]} before */
  loadMine(path, before) {
    if (this.loading) return
    this.loading = true
    get(path)
      .then(
        ({ items, next }) => this.setData({ mine: before.concat(items.map(told)), next, listWrong: '' }),
        (failed) => this.setData({ listWrong: sentence(failed) }) // the form stands without the list
      )
      .finally(() => (this.loading = false))
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    this.keep({ text: event.detail.value })
  },

  /** @param {WechatMiniprogram.Input} event */
  writeContact(event) {
    this.keep({ contact: event.detail.value })
  },

  /** @param {{ text?: string, contact?: string }} said */
  keep(said) {
    this.setData(said)
    keepDraft({ text: this.data.text, contact: this.data.contact })
  },

  send() {
    const { text, contact, waiting } = this.data
    if (waiting) return
    if (text.trim().length < 2) return this.setData({ wrong: words.complaint.write })
    this.setData({ waiting: true, wrong: '' })
    post('/complaints', { text: text.trim(), contact: contact.trim() || null }).then(
      ({ receipt, due_on }) => {
        dropDraft()
        this.setData({ waiting: false, done: { receipt, until: dayOfWeek(due_on) } })
      },
      (failed) => this.fail(failed)
    )
  },

  /** @param {import('../../request').Failure} failed */
  fail(failed) {
    const lost = failed.code === 'no_answer'
    this.setData({ waiting: false, wrong: lost ? words.complaint[this.data.known ? 'lostKnown' : 'lost'] : sentence(failed) })
    // It may have arrived: then it stands in the list.
    if (lost && this.data.known) this.load()
  },

  copy() {
    const { done } = this.data
    if (!done) return
    wx.setClipboardData({
      data: done.receipt,
      success: () => this.setData({ copied: true, notCopied: '' }),
      fail: () => this.setData({ copied: false, notCopied: words.notCopied }),
    })
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})

/** @returns {{ text: string, contact: string }} what was typed here and not sent; a member's is gone with the binding */
function draft() {
  const kept = recall(DRAFT)
  return (me() ? kept && kept.value : wx.getStorageSync(STRANGER)) || { text: '', contact: '' }
}

/** @param {{ text: string, contact: string }} said */
function keepDraft(said) {
  if (me()) remember(DRAFT, said)
  else wx.setStorageSync(STRANGER, said)
}

function dropDraft() {
  if (me()) dismiss(DRAFT)
  else wx.removeStorageSync(STRANGER)
}

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
