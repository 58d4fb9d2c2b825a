// 请支部改: what of one's own data is wrong, or that it be removed; a person answers.

const page = require('../../behaviors/page')
const { sentence } = require('../../opening')
const { post } = require('../../request')
const { dismiss, recall, remember } = require('../../session')
const { dayOfWeek } = require('../../times')
const words = require('../../words')

const DRAFT = 'draft:correction'

Page({
  behaviors: [page],
  data: {
    w: words.correction,
    what: '',
    erase: false,
    text: '',
    wrong: '',
    waiting: false,
    done: /** @type {{ receipt: string, until: string } | null} */ (null),
  },

  /** @param {{ what?: string }} query */
  onLoad(query) {
    const kept = recall(DRAFT)
    const erase = query.what === 'erase'
    this.setData({ erase, what: erase ? 'erase' : '', text: kept ? kept.value : '' })
    if (erase) wx.setNavigationBarTitle({ title: words.correction.eraseTitle })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  choose(event) {
    this.setData({ what: event.currentTarget.dataset.what, wrong: '' })
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    this.setData({ text: event.detail.value })
    remember(DRAFT, event.detail.value)
  },

  send() {
    const { what, text, waiting } = this.data
    if (waiting) return
    if (!what) return this.setData({ wrong: words.correction.choose })
    if (text.trim().length < 2) return this.setData({ wrong: words.correction.write })
    this.setData({ waiting: true, wrong: '' })
    post('/me/corrections', { what, text: text.trim() }).then(
      ({ receipt, due_on }) => {
        dismiss(DRAFT)
        this.setData({ waiting: false, done: { receipt, until: dayOfWeek(due_on) } })
      },
      (failed) => this.setData({ waiting: false, wrong: sentence(failed) })
    )
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})
