// 四种文字: one notice in four places, drawn by the server from the same facts, so that they never disagree.

const page = require('../../behaviors/page')
const { openWork } = require('../branch')
const { OPENING } = require('../../opening')
const words = require('../../words')

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.branchTexts,
    isDraft: false,
    texts: /** @type {any} */ (null),
    copied: '',
    notCopied: '',
    wrong: words.notCopied,
  },
  id: '',

  /** @param {{ id?: string }} query */
  onLoad({ id = '' }) {
    this.id = id
    this.load()
  },

  load() {
    const shape = (/** @type {any} */ answer) => ({ texts: answer.texts, isDraft: answer.state === 'draft' })
    return openWork(this, '/branch/gatherings/' + this.id, shape)
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  copy(event) {
    const { which } = event.currentTarget.dataset
    wx.setClipboardData({
      data: this.data.texts[which],
      success: () => this.setData({ copied: which, notCopied: '' }),
      fail: () => this.setData({ copied: '', notCopied: which }),
    })
  },
})
