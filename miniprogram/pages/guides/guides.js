// 办事指南: what the office wrote for everybody, by matter.

const page = require('../../behaviors/page')
const { OPENING, open } = require('../../opening')
const { me } = require('../../session')
const words = require('../../words')

Page({
  behaviors: [page],
  data: { ...OPENING, w: words.guides, items: /** @type {any[]} */ ([]), opened: '' },

  onLoad() {
    this.load()
  },

  load() {
    return open(this, '/guides', ({ items }) => ({ items: items.map(untitled) }), { keep: me() ? 'guides' : '', anyone: true })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  turn(event) {
    const { matter } = event.currentTarget.dataset
    this.setData({ opened: this.data.opened === matter ? '' : matter })
  },
})

/** The chat begins with the title, which stands above already. @param {any} guide */
const untitled = (guide) => ({ ...guide, text: guide.text.replace(words.guides.head.replace('{title}', guide.title), '') })
