// 公开文章: what was published, for everybody.

const page = require('../../behaviors/page')
const { OPENING, open, sentence } = require('../../opening')
const { get } = require('../../request')
const { day } = require('../../times')
const words = require('../../words')

Page({
  behaviors: [page],
  data: { ...OPENING, w: words.articles, items: /** @type {any[]} */ ([]), next: null, wrong: '' },

  onLoad() {
    this.load()
  },

  load() {
    return open(this, '/articles', ({ items, next }) => ({ items: items.map(dated), next }), { anyone: true })
  },

  loadOlder() {
    return get('/articles?before=' + this.data.next).then(
      ({ items, next }) => this.setData({ items: this.data.items.concat(items.map(dated)), next, wrong: '' }),
      (failed) => this.setData({ wrong: sentence(failed) })
    )
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  read(event) {
    wx.navigateTo({ url: '/pages/article/article?id=' + event.currentTarget.dataset.id })
  },
})

/** @param {any} one */
const dated = (one) => ({ ...one, day: day(one.published_on) })
