// 活动: what is coming, and what is recorded of this member month by month.

const page = require('../../behaviors/page')
const { recordWords, shown } = require('../../gathering')
const { OPENING, open, sentence } = require('../../opening')
const { get } = require('../../request')
const { clock, dayOfWeek, daysAhead, month } = require('../../times')
const words = require('../../words')

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.gatherings,
    empty: false,
    ahead: /** @type {any[]} */ ([]),
    months: /** @type {{ name: string, rows: any[] }[]} */ ([]),
    next: /** @type {string | null} */ (null),
    waiting: false,
    failed: '',
  },

  /** @type {any[]} */
  rows: [],

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    return open(this, '/gatherings', (answer) => this.shape(answer), { keep: 'gatherings' })
  },

  /**
   * The newest page; what this member opened further down before stays below it.
   * @param {{ items: any[], next: string | null }} answer
   */
  shape({ items, next }) {
    const last = items.length ? items[items.length - 1].id : 0
    const older = next && this.data.state === 'ok' ? this.rows.filter((one) => one.id < last) : []
    this.rows = items.concat(older)
    return { ...listed(this.rows, Date.now()), next: older.length ? this.data.next : next, failed: '' }
  },

  seeOlder() {
    if (this.data.waiting) return
    this.setData({ waiting: true, failed: '' })
    get('/gatherings?before=' + this.data.next).then(
      ({ items, next }) => {
        this.rows = this.rows.concat(items)
        this.setData({ ...listed(this.rows, Date.now()), next, waiting: false })
      },
      (failed) => this.setData({ failed: sentence(failed), waiting: false })
    )
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  goTo(event) {
    wx.navigateTo({ url: event.currentTarget.dataset.to })
  },
})

/** @param {any[]} rows @param {number} now */
function listed(rows, now) {
  const isAhead = (/** @type {any} */ one) => Date.parse(one.ends_at) > now
  const byStart = rows.slice().sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at))
  return {
    empty: !rows.length,
    ahead: byStart.filter(isAhead).map((one) => row(one, now, true)),
    months: byMonth(byStart.filter((one) => !isAhead(one)).reverse(), now),
  }
}

/** @param {any[]} past the latest first @param {number} now */
function byMonth(past, now) {
  /** @type {{ name: string, rows: any[] }[]} */
  const months = []
  for (const one of past) {
    const name = month(one.starts_at, now)
    if (!months.length || months[months.length - 1].name !== name) months.push({ name, rows: [] })
    months[months.length - 1].rows.push(row(one, now, false))
  }
  return months
}

/** @param {any} one @param {number} now @param {boolean} ahead */
function row(one, now, ahead) {
  const it = shown(one, now)
  const [date, weekday] = dayOfWeek(it.starts_at).split(' ')
  const near = ahead ? words.times.days[daysAhead(it.starts_at, now)] : ''
  return {
    id: it.id,
    title: it.title,
    date: ahead ? date : date.slice(date.indexOf(words.times.month) + 1),
    weekday: near || weekday,
    clock: ahead ? clock(it.starts_at) : '',
    place: it.place,
    said: ahead ? it.said : recordWords(it),
    good: it.status === 'present' && it.state !== 'cancelled',
  }
}
