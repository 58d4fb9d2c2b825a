// 在公众号里也能用: eight digits, sent to the official account, tie its chat to the same member.

const page = require('../../behaviors/page')
const { OPENING, open } = require('../../opening')
const words = require('../../words')

const LOOK = 5000 // milliseconds between two looks at the clock

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.linkCode,
    steps: words.linkCode.steps.map((title) => ({ title, beneath: '', state: 'later' })),
    code: '',
    left: '', // how long it is good, in words
    isOver: false,
    copied: false,
    wrong: '',
  },
  until: 0,
  timer: 0,

  onLoad() {
    this.load()
  },

  onShow() {
    this.countDown()
  },

  onHide() {
    clearTimeout(this.timer)
  },

  onUnload() {
    clearTimeout(this.timer)
  },

  /** Each time another code: the one before is no longer good. */
  load() {
    return open(this, '/me/link-code', ({ code, expires_in: seconds }) => {
      this.until = Date.now() + seconds * 1000
      return { code: code.slice(0, 4) + ' ' + code.slice(4), copied: false, wrong: '', ...leftOf(this.until) }
    }).then(() => this.countDown())
  },

  countDown() {
    clearTimeout(this.timer)
    if (!this.until) return
    this.setData(leftOf(this.until))
    if (!this.data.isOver) this.timer = setTimeout(() => this.countDown(), LOOK)
  },

  copy() {
    // With the word in front: the chat takes bare digits for something else.
    wx.setClipboardData({
      data: this.data.w.word + ' ' + this.data.code,
      success: () => this.setData({ copied: true, wrong: '' }),
      fail: () => this.setData({ copied: false, wrong: words.notCopied }),
    })
  },
})

/** @param {number} until milliseconds */
function leftOf(until) {
  const minutes = Math.ceil((until - Date.now()) / 60000)
  const said = minutes > 1 ? words.linkCode.minutes : minutes === 1 ? words.linkCode.lastMinute : words.linkCode.over
  return { left: said.replace('{minutes}', String(minutes)), isOver: minutes < 1 }
}
