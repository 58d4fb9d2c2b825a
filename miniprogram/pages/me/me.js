// 我的: large type, what one can look up, help, and the end of the binding.

const page = require('../../behaviors/page')
const { keepDemonstration } = require('../../demonstration')
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
    waiting: false,
    wrong: '',
  },

  onShow() {
    // Whoever is bound finds the way to what is kept, though the server may be away.
    this.setData({ bound: me() !== null })
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
    if (!this.data.waiting) this.setData({ asking: true, wrong: '' })
  },

  stayBound() {
    this.setData({ asking: false })
  },

  unbind() {
    this.setData({ asking: false, waiting: true })
    return remove('/binding').then(leave, (failed) => {
      // Ended elsewhere, or by the tap before, whose answer got lost.
      if (failed.code === 'not_bound') leave()
      else this.setData({ waiting: false, wrong: sentence(failed) })
    })
  },
})

function leave() {
  forgetSession()
  wx.reLaunch({ url: '/pages/home/home' })
}

/** @param {any} answer of GET /home */
function shape(answer) {
  keepDemonstration(answer.demonstration)
  return {
    demonstration: answer.demonstration,
    bound: answer.member !== null,
    name: answer.member || '',
    where: answer.member ? answer.branch + (answer.group ? words.gap + answer.group : '') : '',
    branch: answer.has_post || answer.posts,
  }
}
