// 通知: what this member was told. Whether it was read is said by weight and a word, for the member alone.

const page = require('../../behaviors/page')
const { OPENING, open, sentence } = require('../../opening')
const { get } = require('../../request')
const { day, fullDay, plainDay } = require('../../times')
const words = require('../../words')

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.notices,
    items: /** @type {any[]} */ ([]),
    next: /** @type {string | null} */ (null),
    waiting: false,
    failed: '',
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    return open(this, '/notices', (answer) => this.shape(answer), { keep: 'notices' })
  },

  /**
   * The newest page; what this member opened further down before stays below it.
   * @param {{ items: any[], next: string | null }} answer
   */
  shape({ items, next }) {
    const last = items.length ? items[items.length - 1].id : 0
    const older = next && this.data.state === 'ok' ? this.data.items.filter((one) => one.id < last) : []
    return { items: items.map(row).concat(older), next: older.length ? this.data.next : next, failed: '' }
  },

  seeOlder() {
    if (this.data.waiting) return
    this.setData({ waiting: true, failed: '' })
    get('/notices?before=' + this.data.next).then(
      ({ items, next }) => this.setData({ items: this.data.items.concat(items.map(row)), next, waiting: false }),
      (failed) => this.setData({ failed: sentence(failed), waiting: false })
    )
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  see(event) {
    wx.navigateTo({ url: '/pages/notice/notice?id=' + event.currentTarget.dataset.id })
  },
})

/** @param {any} one */
function row(one) {
  const thisYear = plainDay(one.sent_at).slice(0, 4) === plainDay(Date.now()).slice(0, 4)
  return {
    id: one.id,
    title: one.title,
    summary: one.summary,
    day: thisYear ? day(one.sent_at) : fullDay(plainDay(one.sent_at)),
    read: Boolean(one.read_at),
  }
}
