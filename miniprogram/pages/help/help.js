// 帮助: short questions as people ask them, how to help somebody at home, and the way in for a branch's hands.

const page = require('../../behaviors/page')
const words = require('../../words')

Page({
  behaviors: [page],
  data: { w: words.help, opened: -1 },

  /** @param {WechatMiniprogram.TouchEvent} event */
  turn(event) {
    const { index } = event.currentTarget.dataset
    this.setData({ opened: this.data.opened === index ? -1 : index })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  goTo(event) {
    wx.navigateTo({ url: event.currentTarget.dataset.to })
  },
})
