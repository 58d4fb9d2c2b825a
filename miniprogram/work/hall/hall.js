// 出示签到码: the phone lies on the table, is scanned and read out. It asks again every few seconds while it is seen.

const page = require('../../behaviors/page')
const { filled, isOver, openWork } = require('../branch')
const { OPENING, sentence } = require('../../opening')
const { get, post } = require('../../request')
const words = require('../../words')

const SECOND = 1000
const ASKS_EVERY = 3 // seconds
const PATIENCE = 5 // seconds over time after which an answer that is still out counts as none

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.branchHall,
    title: '',
    org: '',
    picture: '',
    digits: '',
    message: '',
    counts: /** @type {Record<string, number>} */ ({}),
    guests: '',
    left: 0,
    leftWords: '',
    covered: false,
    doors: '', // what the hand on the doors would do: opening, closing or nothing
    doorsWord: '',
    ending: false,
    failed: '',
    sending: false,
  },
  id: '',
  roll: 0,
  gatheringState: '',
  timer: 0, // 0 while the page is not seen
  sinceAsked: 0,
  isAsking: false,
  lastFailed: false,

  /** @param {{ id?: string }} query */
  onLoad({ id = '' }) {
    this.id = id
  },

  onShow() {
    wx.setKeepScreenOn({ keepScreenOn: true })
    this.load()
    this.timer = setInterval(() => this.tick(), SECOND)
  },

  onHide() {
    this.stop()
  },

  onUnload() {
    this.stop()
  },

  stop() {
    clearInterval(this.timer)
    this.timer = 0
    wx.setKeepScreenOn({ keepScreenOn: false })
  },

  load() {
    const where = '/branch/gatherings/' + this.id
    return openWork(this, [where, where + '/code'], ([it, code]) => {
      this.roll = it.rolls[0].roll_id
      this.gatheringState = it.state
      this.lastFailed = false
      this.sinceAsked = 0
      const guests = it.guests ? filled(words.branchHall.guests, { number: it.guests }) : ''
      return { title: it.title, org: it.host, guests, failed: '', ...this.shapeCode(code) }
    })
  },

  /** @param {any} code */
  shapeCode(code) {
    // The hour opens the doors by itself while this page is seen.
    if (!code.message) this.gatheringState = 'open'
    return {
      picture: code.picture || '',
      digits: code.digits ? code.digits.slice(0, 3) + ' ' + code.digits.slice(3) : '',
      message: code.message,
      counts: code.counts,
      covered: false,
      ...leftOf(code.seconds_left),
      ...doorsOf(this.gatheringState, code.message),
    }
  },

  /** A second later: the code grows old, and every few seconds the server is asked. */
  tick() {
    if (this.data.state !== 'ok') return
    const left = this.data.left - 1
    const covered = left <= 0 && (this.lastFailed || left <= -PATIENCE)
    this.setData({ ...leftOf(left), covered })
    this.sinceAsked += 1
    if (this.sinceAsked >= ASKS_EVERY || left === 0) this.refresh()
  },

  refresh() {
    if (this.isAsking) return
    this.isAsking = true
    this.sinceAsked = 0
    get('/branch/gatherings/' + this.id + '/code').then(
      (code) => {
        this.isAsking = false
        this.lastFailed = false
        // An answer that comes after the page has gone shows nothing.
        if (this.timer) this.setData(this.shapeCode(code))
      },
      (failed) => {
        this.isAsking = false
        this.lastFailed = true
        if (isOver(failed)) this.stop()
      }
    )
  },

  goToRoll() {
    wx.navigateTo({ url: '/work/roll/roll?roll=' + this.roll })
  },

  turnDoors() {
    if (this.data.doors === 'closing') this.setData({ ending: true })
    else this.move()
  },

  keepOpen() {
    this.setData({ ending: false })
  },

  move() {
    if (this.data.sending) return
    this.setData({ ending: false, sending: true, failed: '' })
    post('/branch/gatherings/' + this.id + '/' + this.data.doors).then(
      ({ state }) => {
        this.gatheringState = state
        this.setData({ sending: false })
        wx.pageScrollTo({ scrollTop: 0 })
        this.refresh()
      },
      (failed) => {
        this.setData({ sending: false })
        if (!isOver(failed)) this.setData({ failed: sentence(failed) })
      }
    )
  },
})

/** @param {number} left */
function leftOf(left) {
  return { left, leftWords: left > 0 ? filled(words.branchHall.left, { number: left }) : words.branchHall.renewing }
}

/** @param {string} state @param {string} message */
function doorsOf(state, message) {
  const said = words.branchHall
  if (!message) return { doors: 'closing', doorsWord: said.close }
  if (state === 'published') return { doors: 'opening', doorsWord: said.openNow }
  if (state === 'closed') return { doors: 'opening', doorsWord: said.openAgain }
  return { doors: '', doorsWord: '' }
}
