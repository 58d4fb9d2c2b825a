// One published article, set in the letters of this phone.

const page = require('../../behaviors/page')
const { OPENING, open } = require('../../opening')
const { fullDay } = require('../../times')
const words = require('../../words')

Page({
  behaviors: [page],
  data: { ...OPENING, w: words.article, id: '', title: '', byline: '', day: '', blocks: /** @type {any[]} */ ([]) },

  /** @param {{ id?: string }} query */
  onLoad({ id = '' }) {
    this.setData({ id })
    this.load()
  },

  load() {
    return open(this, '/articles/' + encodeURIComponent(this.data.id), shape, { anyone: true })
  },

  /** @param {WechatMiniprogram.CustomEvent} event of a picture that cannot be had */
  lose(event) {
    const { at } = event.currentTarget.dataset
    this.setData({ blocks: this.data.blocks.map((one) => (one.at === at ? { ...one, lost: true } : one)) })
  },
})

/** @param {any} block @param {number} at */
const numbered = (block, at) => ({ ...block, at })

/** @param {any} answer of GET /articles/{id} */
function shape({ title, byline, published_on, blocks }) {
  return { title, byline, day: fullDay(published_on), blocks: blocks.map(numbered) }
}
