// 支部工作: eight digits first, then a gathering's day on one page; only the next step's button is red.

const page = require('../../behaviors/page')
const { filled, isOver } = require('../branch')
const { OPENING, open, sentence } = require('../../opening')
const { get, post, remove } = require('../../request')
const { dismiss, recall, remember } = require('../../session')
const { dayOf, whenOf } = require('./steps')
const words = require('../../words')

const LENGTH = 8
const AT_WORK = 'branch' // kept while this phone is at work, so that an end it did not ask for is told as one

/** What is left on the page once the work is over: nothing of the branch. */
const OVER = { asking: true, hand: '', it: null, others: [], leaves: '', drafts: [], ahead: 0, earlier: null, placeless: false, place: '' }

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.branch,
    asking: false,
    why: '',
    groups: [4, 4],
    digits: '',
    missing: LENGTH,
    hint: '',
    wrong: '',
    sending: false,
    hand: '',
    it: /** @type {any} */ (null),
    others: /** @type {any[]} */ ([]),
    leaves: '',
    drafts: /** @type {any[]} */ ([]),
    ahead: 0, // the organisation whose next theme day may be drafted before its time
    failed: '',
    placeless: false, // a branch that has held no theme day yet says where
    place: '',
    earlier: /** @type {any[] | null} */ (null),
    ending: false,
  },
  /** the gathering that was chosen among several; 0 leaves it to the day */
  chosen: 0,

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    const shape = (/** @type {any} */ answer) => shapeDay(answer, this.chosen, Date.now())
    return open(this, '/branch/today', shape, { instead: (failed) => this.askDigits(failed) })
  },

  /** @param {import('../../request').Failure} failed */
  askDigits(failed) {
    if (failed.code !== 'branch_code_needed') return false
    const why = recall(AT_WORK) ? words.branch.over : this.data.why
    dismiss(AT_WORK)
    this.setData({ ...OVER, state: 'ok', stale: '', why, ...typed('') })
    return true
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  type(event) {
    this.setData(typed(event.detail.value))
  },

  start() {
    if (this.data.sending) return
    this.setData({ sending: true, wrong: '' })
    post('/branch/session', { code: this.data.digits }).then(
      () => {
        remember(AT_WORK, true)
        this.chosen = 0
        this.setData({ sending: false, why: '' })
        return this.load()
      },
      (failed) => this.setData({ sending: false, wrong: sentence(failed) })
    )
  },

  doNext() {
    this.go(this.data.it.next)
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  chooseStep(event) {
    this.go(this.data.it.steps[event.detail.index].to)
  },

  /** @param {string} what */
  go(what) {
    const { gathering_id: gathering, roll_id: roll } = this.data.it
    const page = { draft: 'draft', phone: 'phone-list', hall: 'hall', roll: 'roll', confirm: 'confirm' }[what]
    const id = what === 'roll' || what === 'confirm' ? 'roll=' + roll : 'id=' + gathering
    wx.navigateTo({ url: '/work/' + page + '/' + page + '?' + id })
  },

  seeTexts() {
    wx.navigateTo({ url: '/work/texts/texts?id=' + this.data.it.gathering_id })
  },

  answerLeaves() {
    wx.navigateTo({ url: '/work/leaves/leaves' })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  chooseGathering(event) {
    this.chosen = event.currentTarget.dataset.roll
    this.load()
  },

  draftFirst() {
    this.draft(this.data.drafts[0].org)
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  draftOf(event) {
    this.draft(event.currentTarget.dataset.org)
  },

  /** @param {number} org */
  draft(org) {
    if (this.data.sending) return
    this.setData({ sending: true, failed: '' })
    const place = this.data.place.trim()
    post('/branch/gatherings', place ? { org_id: org, place } : { org_id: org }).then(
      ({ gathering_id }) => {
        this.setData({ sending: false, placeless: false })
        wx.navigateTo({ url: '/work/draft/draft?id=' + gathering_id })
      },
      (failed) => this.fail(failed)
    )
  },

  showEarlier() {
    get('/branch/gatherings').then(
      ({ items }) => !this.data.asking && this.setData({ earlier: items.filter(isConfirmed).map(past) }),
      (failed) => this.fail(failed)
    )
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  seeRoll(event) {
    wx.navigateTo({ url: '/work/roll/roll?roll=' + event.currentTarget.dataset.roll })
  },

  askEnd() {
    this.setData({ ending: true })
  },

  stayAtWork() {
    this.setData({ ending: false })
  },

  end() {
    this.setData({ ending: false, failed: '' })
    remove('/branch/session').then(
      () => {
        dismiss(AT_WORK)
        this.setData({ ...OVER, why: words.branch.ended, ...typed('') })
        this.load() // what was asked before the end is answered no more
      },
      (failed) => this.fail(failed)
    )
  },

  /** @param {WechatMiniprogram.Input} event */
  typePlace(event) {
    this.setData({ place: event.detail.value })
  },

  /** @param {import('../../request').Failure} failed */
  fail(failed) {
    const { place } = failed.more.fields || {}
    this.setData({ sending: false, placeless: Boolean(place) })
    if (isOver(failed)) this.askDigits(failed)
    else this.setData({ failed: place || sentence(failed) })
  },
})

/** @param {string} digits */
function typed(digits) {
  const missing = LENGTH - digits.length
  return { digits, missing, hint: filled(words.branch.missing, { number: missing }), wrong: '' }
}

/**
 * @param {any} answer of GET /branch/today
 * @param {number} chosen
 * @param {number} now
 */
function shapeDay(answer, chosen, now) {
  const { waiting, gatherings, posts } = answer
  const today = (/** @type {any} */ one) => isNear(one, now)
  const at = gatherings.find((/** @type {any} */ one) => one.roll_id === chosen) || gatherings.find(today) || gatherings[0]
  const leave = waiting.find((/** @type {any} */ one) => one.what === 'leave')
  return {
    asking: false,
    failed: '',
    hand: handOf(answer.name, posts),
    it: at ? dayOf(at, waiting, now) : null,
    others: gatherings.filter((/** @type {any} */ one) => one !== at).map((/** @type {any} */ one) => other(one, now)),
    leaves: leave ? filled(words.branch.leavesWaiting, { number: leave.number }) : '',
    ahead: draftsAhead(waiting, gatherings, posts),
    drafts: waiting.filter((/** @type {any} */ one) => one.what === 'draft').map((/** @type {any} */ one) => toDraft(one, posts)),
  }
}

const DRAFTS = ['clerk', 'commissioner', 'secretary', 'deputy']

/** @param {any[]} waiting @param {any[]} gatherings @param {any[]} posts */
function draftsAhead(waiting, gatherings, posts) {
  const isThere = waiting.some((one) => one.what === 'draft') || gatherings.some((one) => one.state === 'draft')
  const post = posts.find((one) => DRAFTS.includes(one.role))
  return post && !isThere ? post.org_id : 0
}

const NEAR = 12 * 3600000 // milliseconds: the day's own gathering comes before an older one that still waits

/** @param {any} one @param {number} now */
const isNear = (one, now) => one.state !== 'draft' && Math.abs(Date.parse(one.starts_at) - now) < NEAR

/** @param {any} one @param {number} now */
function other(one, now) {
  const said = /** @type {Record<string, string>} */ (words.branch.states)[one.state]
  return { roll: one.roll_id, title: one.title, beneath: whenOf(one.starts_at, now), said }
}

/** @param {any} one */
const isConfirmed = (one) => one.confirmed

/** @param {any} one */
function past(one) {
  const { came, expected } = one.counts
  return { roll: one.roll_id, title: one.title, when: whenOf(one.starts_at, 0), said: filled(words.branch.cameOf, { came, expected }) }
}

/** @param {any} one @param {any[]} posts */
function toDraft(one, posts) {
  const at = posts.find((post) => post.org_id === one.org_id)
  return { org: one.org_id, name: at ? at.org : '' }
}

/** @param {string} name @param {any[]} posts */
function handOf(name, posts) {
  const roles = /** @type {Record<string, string>} */ (words.branch.roles)
  const held = posts.map((/** @type {any} */ one) => one.org + ' ' + (roles[one.role] || ''))
  return filled(words.branch.hand, { name, posts: held.join(words.branch.comma) })
}
