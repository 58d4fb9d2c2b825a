// 隐私说明: what is kept, what is never asked for, how long; and one's own record to take, correct or have removed.

const page = require('../../behaviors/page')
const { me } = require('../../session')
const words = require('../../words')

Page({
  behaviors: [page],
  data: { w: words.privacy, bound: false, wrong: '' },

  onShow() {
    this.setData({ bound: me() !== null })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  goTo(event) {
    wx.navigateTo({ url: event.currentTarget.dataset.to })
  },

  readGuide() {
    wx.openPrivacyContract({
      success: () => this.setData({ wrong: '' }),
      fail: () => this.setData({ wrong: words.privacy.noGuide }),
    })
  },
})
