// 请求更正: what of one's own data is wrong, or that it be removed; a person answers.

const page = require('../../behaviors/page')
const { sentence } = require('../../opening')
const { post } = require('../../request')
const { dismiss, me, recall, remember } = require('../../session')
const { dayOfWeek } = require('../../times')
const words = require('../../words')

const DRAFT = 'draft:correction'
const ERASE = 'draft:erase'

Page({
  behaviors: [page],
  data: {
    w: words.correction,
    state: 'ok',
    what: '',
    erase: false,
    text: '',
    wrong: '',
    waiting: false,
    done: /** @type {{ receipt: string, until: string } | null} */ (null),
  },

  draft: DRAFT,

  /** @param {{ what?: string }} query */
  onLoad(query) {
    const erase = query.what === 'erase'
    this.draft = erase ? ERASE : DRAFT
    const kept = recall(this.draft)
    const { what, text } = kept ? kept.value : { what: '', text: '' }
    this.setData({ state: me() ? 'ok' : 'unbound', erase, what: erase ? 'erase' : what, text })
    if (erase) wx.setNavigationBarTitle({ title: words.correction.eraseTitle })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  choose(event) {
    this.setData({ what: event.currentTarget.dataset.what, wrong: '' })
    this.keep()
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    this.setData({ text: event.detail.value })
    this.keep()
  },

  keep() {
    remember(this.draft, { what: this.data.what, text: this.data.text })
  },

  send() {
    const { what, text, waiting } = this.data
    if (waiting) return
    if (!what) return this.setData({ wrong: words.correction.choose })
    if (text.trim().length < 2) return this.setData({ wrong: words.correction.write })
    this.setData({ waiting: true, wrong: '' })
    post('/me/corrections', { what, text: text.trim() }).then(
      ({ receipt, due_on }) => {
        dismiss(this.draft)
        this.setData({ waiting: false, done: { receipt, until: dayOfWeek(due_on) } })
      },
      (failed) => this.setData({ waiting: false, wrong: failed.code === 'no_answer' ? words.correction.lost : sentence(failed) })
    )
  },

  seeLetters() {
    wx.redirectTo({ url: '/pages/complaint/complaint' })
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})
