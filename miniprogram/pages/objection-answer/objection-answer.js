// 我的异议: one objection until it is answered, and what may be done then.

const page = require('../../behaviors/page')
const { found, shownObjection } = require('../../objections')
const { OPENING, open, sentence } = require('../../opening')
const { post, remove } = require('../../request')
const { dismiss, recall, remember } = require('../../session')
const words = require('../../words')

const PATH = '/me/objections'
const LEAST = 2

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.objectionAnswer,
    asked: { id: 0, entry: 0, rating: 0 },
    it: /** @type {any} */ (null),
    asking: false,
    appealing: false,
    said: '',
    wrong: '',
    kept: false,
    busy: false,
  },

  /** @param {Record<string, string | undefined>} query */
  onLoad({ id, entry, rating }) {
    this.setData({ asked: { id: Number(id || 0), entry: Number(entry || 0), rating: Number(rating || 0) } })
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  async load() {
    await open(this, PATH, (answer) => this.shape(answer.items), { keep: 'my-objections' })
    const draft = this.data.it ? recall(this.draft()) : null
    if (draft && draft.value && this.data.it.mayAppeal) this.setData({ appealing: true, said: draft.value })
  },

  /** @param {any[]} items */
  shape(items) {
    const it = found(items, this.data.asked)
    return { it: it && shownObjection(it, items, Date.now()) }
  },

  draft() {
    return 'draft:appeal:' + this.data.it.id
  },

  askToWithdraw() {
    this.setData({ asking: true, wrong: '' })
  },

  keepIt() {
    this.setData({ asking: false })
  },

  async withdraw() {
    if (this.data.busy) return
    this.setData({ asking: false, busy: true, wrong: '' })
    try {
      await remove(PATH + '/' + this.data.it.id)
      this.setData({ busy: false })
      await this.load()
    } catch (failed) {
      this.setData({ busy: false, wrong: sentence(/** @type {any} */ (failed)), kept: false })
    }
  },

  beginAppeal() {
    this.setData({ appealing: true, wrong: '' })
  },

  endAppeal() {
    dismiss(this.draft())
    this.setData({ appealing: false, said: '', wrong: '' })
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    this.setData({ said: event.detail.value, wrong: '' })
    remember(this.draft(), event.detail.value)
  },

  async sendAppeal() {
    if (this.data.busy) return
    const said = this.data.said.trim()
    if (said.length < LEAST) return this.setData({ wrong: words.objection.short, kept: false })
    this.setData({ busy: true, wrong: '' })
    try {
      const made = await post(PATH + '/' + this.data.it.id + '/appeal', { said })
      dismiss(this.draft())
      wx.redirectTo({ url: '/pages/objection-answer/objection-answer?id=' + made.id })
    } catch (failed) {
      this.setData({ busy: false, wrong: sentence(/** @type {any} */ (failed)), kept: true })
    }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  seeOther(event) {
    wx.redirectTo({ url: '/pages/objection-answer/objection-answer?id=' + event.currentTarget.dataset.id })
  },

  goBack() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: '/pages/objections/objections' })
  },
})
