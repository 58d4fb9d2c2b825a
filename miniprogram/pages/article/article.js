// One published article, set in the letters of this phone.

const page = require('../../behaviors/page')
const { OPENING, open } = require('../../opening')
const { fullDay } = require('../../times')

Page({
  behaviors: [page],
  data: { ...OPENING, id: '', title: '', byline: '', day: '', blocks: /** @type {any[]} */ ([]) },

  /** @param {{ id?: string }} query */
  onLoad({ id = '' }) {
    this.setData({ id })
    this.load()
  },

  load() {
    return open(this, '/articles/' + encodeURIComponent(this.data.id), shape, { anyone: true })
  },
})

/** @param {any} answer of GET /articles/{id} */
function shape({ title, byline, published_on, blocks }) {
  return { title, byline, day: fullDay(published_on), blocks }
}
