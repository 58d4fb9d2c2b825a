// WeChat asks before the first private interface (the camera for scanning); refusing blocks nothing else.

const words = require('../../words')

/** @type {((answer: { event: 'agree' | 'disagree', buttonId?: string }) => void)[]} calls that wait for an answer */
let waiting = []

Component({
  data: { open: false, w: words.privacyAsk },
  lifetimes: {
    attached() {
      if (!wx.onNeedPrivacyAuthorization) return
      wx.onNeedPrivacyAuthorization((/** @type {any} */ resolve) => {
        waiting.push(resolve)
        this.setData({ open: true })
      })
    },
    // Whoever leaves without an answer said neither: WeChat asks again next time.
    detached() {
      this.answer({ event: 'disagree' })
    },
  },
  methods: {
    agree() {
      this.answer({ event: 'agree', buttonId: 'agree' })
    },
    refuse() {
      this.answer({ event: 'disagree' })
    },
    /** @param {{ event: 'agree' | 'disagree', buttonId?: string }} said */
    answer(said) {
      this.setData({ open: false })
      for (const resolve of waiting) resolve(said)
      waiting = []
    },
    read() {
      wx.openPrivacyContract({ fail: () => wx.navigateTo({ url: '/pages/privacy/privacy' }) })
    },
    stay() {},
  },
})
