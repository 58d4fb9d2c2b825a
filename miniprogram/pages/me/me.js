// 我的: large type, what one can look up, help, and the end of the binding.

const page = require('../../behaviors/page')
const { OPENING, open, sentence } = require('../../opening')
const { remove } = require('../../request')
const { forgetSession, me } = require('../../session')
const { chooseLarge } = require('../../type')
const words = require('../../words')

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.me,
    bound: false,
    name: '',
    where: '',
    branch: false,
    asking: false,
    wrong: '',
  },

  onShow() {
    this.load()
  },

  load() {
    return open(this, '/home', shape, { keep: me() ? 'home' : '', anyone: true })
  },

  /** @param {WechatMiniprogram.SwitchChange} event */
  choose(event) {
    chooseLarge(event.detail.value)
    const large = event.detail.value ? 'large' : ''
    this.setData({ large })
    const bar = /** @type {any} */ (this).getTabBar()
    if (bar) bar.setData({ large })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  goTo(event) {
    wx.navigateTo({ url: event.currentTarget.dataset.to })
  },

  askToUnbind() {
    this.setData({ asking: true, wrong: '' })
  },

  stayBound() {
    this.setData({ asking: false })
  },

  unbind() {
    this.setData({ asking: false })
    return remove('/binding').then(
      () => {
        forgetSession()
        wx.reLaunch({ url: '/pages/home/home' })
      },
      (failed) => this.setData({ wrong: sentence(failed) })
    )
  },
})

/** @param {any} answer of GET /home */
function shape(answer) {
  return {
    bound: answer.member !== null,
    name: answer.member || '',
    where: answer.member ? answer.branch + (answer.group ? words.gap + answer.group : '') : '',
    branch: Boolean(answer.has_post),
  }
}
