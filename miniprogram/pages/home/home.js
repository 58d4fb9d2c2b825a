// 首页: whom this serves, for a member the next gathering with its one verb, star, points and notices.

const page = require('../../behaviors/page')
const { keepDemonstration } = require('../../demonstration')
const { phoneIn, shown } = require('../../gathering')
const { OPENING, open } = require('../../opening')
const { me, wasEnded } = require('../../session')
const { number } = require('../../standing')
const { day, daysAhead } = require('../../times')
const words = require('../../words')

const KEEP = 'home'

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.home,
    member: /** @type {string | null} */ (null),
    serves: '',
    ended: '', // this phone was somebody's, and no longer is
    browsing: false,
    next: /** @type {any} */ (null),
    quiet: '', // exempt or away: nothing is required of this member
    call: '',
    none: '',
    near: false, // today: without a network the hall is where to go
    beneath: '', // what to do today while the server does not answer
    star: '',
    pointsName: '',
    points: '',
    notices: /** @type {any[]} */ ([]),
    articles: /** @type {any[]} */ ([]),
    legal: /** @type {any} */ (null),
    branch: false,
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    return open(this, '/home', shape, { keep: me() ? KEEP : '', anyone: true }).then((answer) => {
      const { stale, near, unanswered } = this.data
      this.setData({ beneath: stale && near ? words.home[unanswered ? 'offline' : 'busy'] : '' })
      return answer
    })
  },

  bind() {
    wx.navigateTo({ url: '/pages/binding/binding' })
  },

  look() {
    this.setData({ browsing: true })
  },

  checkIn() {
    wx.navigateTo({ url: '/pages/check-in/check-in' })
  },

  seePlan() {
    wx.navigateTo({ url: '/pages/gathering/gathering?id=' + this.data.next.id })
  },

  askLeave() {
    wx.navigateTo({ url: '/pages/leave/leave?id=' + this.data.next.id })
  },

  tellHost() {
    wx.navigateTo({ url: '/pages/host-attendance/host-attendance' })
  },

  call() {
    wx.makePhoneCall({ phoneNumber: this.data.call, fail: () => {} })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  goTo(event) {
    wx.navigateTo({ url: event.currentTarget.dataset.to })
  },

  seeNotices() {
    wx.switchTab({ url: '/pages/notices/notices' })
  },
})

/** @param {any} answer of GET /home */
function shape(answer) {
  keepDemonstration(answer.demonstration)
  const common = {
    demonstration: answer.demonstration,
    member: answer.member,
    serves: answer.serves,
    ended: wasEnded() ? words.pageState.ended : '',
    articles: answer.articles.map((/** @type {any} */ one) => ({ ...one, day: day(one.published_on) })),
    legal: legalLines(answer.legal),
  }
  return answer.member ? { ...common, ...memberPart(answer) } : { ...common, next: null }
}

/** @param {any} answer */
function memberPart(answer) {
  const next = answer.gatherings.length ? shown(answer.gatherings[0], Date.now()) : null
  const quiet = next && (next.status === 'exempt' || next.status === 'away') ? next.status : ''
  return {
    next,
    quiet,
    near: next !== null && daysAhead(next.starts_at, Date.now()) === 0,
    call: next ? phoneIn(next.contact) : '',
    none: words.home.noneBeneath.replace('{day}', answer.theme_day),
    star: answer.star,
    ...pointsParts(answer.points),
    notices: answer.notices.map((/** @type {any} */ one) => ({ ...one, day: day(one.sent_at) })),
    branch: answer.has_post || answer.posts,
  }
}

/** @param {{ cycle: string | null, total: string | null }} points no cycle: there is no scheme to count by */
function pointsParts({ cycle, total }) {
  const pointsName = cycle && cycle.length > 4 ? words.home.pointsOfCycle : words.home.points
  const counted = total === null ? words.home.notRated : words.home.pointsOf.replace('{total}', number(total))
  return { pointsName, points: cycle ? counted : words.home.noScheme }
}

/** @param {any} legal */
function legalLines(legal) {
  return {
    voluntary: legal.voluntary,
    owner: words.home.owner.replace('{owner}', legal.owner),
    filing: words.home.filing.replace('{filing}', legal.filing_no),
  }
}
