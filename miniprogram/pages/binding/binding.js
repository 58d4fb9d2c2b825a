// 绑定: twelve digits of a slip, then a look at whose it is; nothing is kept before 是我.

const page = require('../../behaviors/page')
const { hasTicket } = require('../../arrival')
const { sentence } = require('../../opening')
const { logIn, post } = require('../../request')
const { keepSession, me, session, wasEnded } = require('../../session')
const words = require('../../words')

const LENGTH = 12

Page({
  behaviors: [page],
  data: {
    w: words.binding,
    groups: [4, 4, 4],
    step: /** @type {'digits' | 'whose' | 'nobody' | 'done'} */ ('digits'),
    ended: '',
    code: '',
    missing: missingWords(LENGTH), // how many digits are still to come, in words; empty when all are there
    wrong: /** @type {{ said: string, beneath: string } | null} */ (null),
    isDigitsWrong: false,
    waiting: false,
    name: '', // masked
    branch: '',
    headline: '',
  },
  unsure: false, // a confirmation had no answer: it may have bound this phone

  onLoad() {
    if (me()) return this.finish(words.binding.already)
    this.setData({ ended: wasEnded() ? words.pageState.ended : '' })
    // Whoever is bound already, on this WeChat and another phone, is told before typing anything.
    logIn().then(
      () => {
        if (me()) this.finish(words.binding.already)
      },
      () => {}
    )
  },

  /** @param {WechatMiniprogram.CustomEvent<{ value: string, missing: number }>} event */
  takeDigits({ detail: { value, missing } }) {
    this.setData({ code: value, missing: missingWords(missing) })
    if (this.data.isDigitsWrong) this.setData({ isDigitsWrong: false })
  },

  look() {
    if (this.data.waiting || this.data.missing) return
    this.setData({ waiting: true, wrong: null, isDigitsWrong: false })
    const ready = session() ? Promise.resolve(null) : logIn()
    ready.then(() => post('/binding', { bind_code: this.data.code })).then(
      ({ name, branch }) => this.setData({ waiting: false, step: 'whose', name, branch }),
      (failed) => this.refuse(failed)
    )
  },

  confirm() {
    if (this.data.waiting) return
    this.setData({ waiting: true, wrong: null })
    // Asked again after an answer was lost: the slip may be used already, by this very phone.
    const ready = this.unsure ? logIn() : Promise.resolve(null)
    ready
      .then(() => (me() ? null : post('/binding', { bind_code: this.data.code, confirm: true })))
      .then(
        (bound) => this.bound(bound),
        (failed) => {
          this.unsure = !failed.status || failed.status >= 500
          this.refuse(failed)
        }
      )
  },

  /** @param {{ member_id: number, name: string, branch: string } | null} answer null where it was bound already */
  bound(answer) {
    const held = session()
    if (answer && held) {
      const { member_id: id, name, branch } = answer
      keepSession({ token: held.token, member: { id, name, branch } })
    }
    this.finish(words.binding.done)
  },

  /** Straight on to signing in, where a scan waits for it. @param {string} headline */
  finish(headline) {
    if (hasTicket()) return wx.reLaunch({ url: '/pages/check-in/check-in' })
    const { name, branch } = /** @type {import('../../session').Me} */ (me())
    this.setData({ step: 'done', waiting: false, branch, headline: headline.replace('{name}', name) })
  },

  /** @param {import('../../request').Failure} failed */
  refuse(failed) {
    const { said, beneath } = /** @type {Record<string, any>} */ (words.binding.wrong)[failed.code] || {}
    const known = said && (failed.code !== 'bind_code_wrong' || failed.more.left !== undefined)
    const wrong = known ? { said: said.replace('{left}', failed.more.left), beneath } : { said: sentence(failed), beneath: '' }
    const isAboutDigits = failed.status === 400 || failed.code === 'bind_code_used'
    this.setData({ waiting: false, wrong, isDigitsWrong: isAboutDigits, ...(isAboutDigits ? { step: 'digits' } : {}) })
  },

  deny() {
    this.setData({ step: 'nobody', code: '', missing: missingWords(LENGTH), wrong: null, name: '', branch: '' })
  },

  again() {
    this.setData({ step: 'digits' })
  },

  later() {
    wx.switchTab({ url: '/pages/home/home' })
  },

  readPrivacy() {
    wx.navigateTo({ url: '/pages/privacy/privacy' })
  },

  linkChat() {
    wx.redirectTo({ url: '/pages/link-code/link-code' })
  },
})

/** @param {number} missing */
function missingWords(missing) {
  return missing ? words.binding.missing.replace('{missing}', String(missing)) : ''
}
