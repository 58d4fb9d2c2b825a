// The top of every page: demonstration, old content, what stands there while there is no content, and the question
// of WeChat before a private interface.

const { wasEnded } = require('../../session')
const words = require('../../words')

Component({
  properties: {
    /** loading, ok, failed or unbound */
    state: { type: String, value: 'loading' },
    demonstration: { type: Boolean, value: false },
    /** a sentence above content that is not of now; empty for none */
    stale: { type: String, value: '' },
    /** {headline, beneath, symbol} of a failure */
    told: { type: Object, value: undefined },
  },
  data: { w: words.pageState, ended: false },
  observers: {
    /** @param {string} state */
    state(state) {
      if (state === 'unbound') this.setData({ ended: wasEnded() })
    },
  },
  methods: {
    retry() {
      this.triggerEvent('retry')
    },
    bind() {
      wx.navigateTo({ url: '/pages/binding/binding' })
    },
    goHome() {
      wx.switchTab({ url: '/pages/home/home' })
    },
  },
})
