// WeChat asks before the first private interface: the camera for scanning, putting a text where it can be pasted.
// WeChat has one listener for all pages; this one hands the question to the page that is seen.

const words = require('../../words')

/** @typedef {{ event: 'agree' | 'disagree', buttonId?: string }} Said */

/** @type {((said: Said) => void)[]} calls that wait for an answer, of whatever page */
let waiting = []

/** @type {any} the question's place on the page that is seen */
let seen

/**
 * @param {(said: Said) => void} resolve
 * @param {{ referrer: string } | undefined} info `referrer`: the interface that was called; old WeChats do not say
 */
function hear(resolve, info) {
  waiting.push(resolve)
  seen.ask((info && info.referrer) || '')
}

Component({
  data: { open: false, w: words.privacyAsk, asked: words.privacyAsk.asked.other },
  lifetimes: {
    attached() {
      this.listen()
    },
    // Whoever leaves without an answer said neither: WeChat asks again next time.
    detached() {
      if (this.data.open) this.answer({ event: 'disagree' })
    },
  },
  pageLifetimes: {
    show() {
      this.listen()
      // Answered on another page meanwhile.
      if (this.data.open && !waiting.length) this.setData({ open: false })
    },
  },
  methods: {
    listen() {
      seen = this
      if (wx.onNeedPrivacyAuthorization) wx.onNeedPrivacyAuthorization(/** @type {any} */ (hear))
    },
    /** @param {string} api */
    ask(api) {
      const { asked } = words.privacyAsk
      const named = /** @type {Record<string, typeof asked.other>} */ (asked)[api]
      this.setData({ open: true, asked: named || asked.other })
    },
    agree() {
      this.answer({ event: 'agree', buttonId: 'agree' })
    },
    refuse() {
      this.answer({ event: 'disagree' })
    },
    /** @param {Said} said */
    answer(said) {
      this.setData({ open: false })
      const all = waiting
      waiting = []
      for (const resolve of all) resolve(said)
    },
    read() {
      wx.openPrivacyContract({ fail: () => wx.navigateTo({ url: '/pages/privacy/privacy' }) })
    },
    stay() {},
  },
})
