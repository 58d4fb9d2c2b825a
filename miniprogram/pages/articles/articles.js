// 公开文章: what was published, for everybody.

const page = require('../../behaviors/page')
const { OPENING, open, sentence } = require('../../opening')
const { get } = require('../../request')
const { me } = require('../../session')
const { day } = require('../../times')
const words = require('../../words')

Page({
  behaviors: [page],
  data: { ...OPENING, w: words.articles, items: /** @type {any[]} */ ([]), next: null, loading: false, wrong: '' },

  onLoad() {
    this.load()
  },

  load() {
    const keep = me() ? 'articles' : ''
    return open(this, '/articles', ({ items, next }) => ({ items: items.map(dated), next }), { keep, anyone: true })
  },

  loadOlder() {
    if (this.data.loading) return
    this.setData({ loading: true, wrong: '' })
    get('/articles?before=' + this.data.next).then(
      ({ items, next }) => this.setData({ items: this.data.items.concat(items.map(dated)), next, loading: false }),
      (failed) => this.setData({ loading: false, wrong: sentence(failed) })
    )
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  read(event) {
    wx.navigateTo({ url: '/pages/article/article?id=' + event.currentTarget.dataset.id })
  },
})

/** @param {any} one */
const dated = (one) => ({ ...one, day: day(one.published_on) })
