// One notice in the words that went out, and the gathering as it is now with its one verb. Opening it marks it read.

const page = require('../../behaviors/page')
const { shown } = require('../../gathering')
const { OPENING, open } = require('../../opening')
const { post } = require('../../request')
const { fullDay, plainDay } = require('../../times')
const words = require('../../words')

/** @typedef {{ number: number, said: string }} Line */

const w = words.notice

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w,
    kind: '',
    title: '',
    day: '',
    lines: /** @type {Line[]} */ ([]),
    materials: /** @type {Line[]} */ ([]),
    it: /** @type {any} */ (null),
    ahead: false,
    remind: false,
  },

  id: '',

  /** @param {{ id?: string }} query */
  onLoad({ id = '' }) {
    this.id = id
  },

  onShow() {
    this.load()
  },

  load() {
    return open(this, '/notices/' + this.id, shape, { keep: 'notice:' + this.id }).then((answer) => {
      // For the member's own list alone; where it fails, the next opening tells it.
      if (answer && !answer.read_at) post('/notices/' + this.id + '/read').catch(() => {})
    })
  },

  checkIn() {
    wx.navigateTo({ url: '/pages/check-in/check-in' })
  },

  seePlan() {
    wx.navigateTo({ url: '/pages/gathering/gathering?id=' + this.data.it.id })
  },

  askLeave() {
    wx.navigateTo({ url: '/pages/leave/leave?id=' + this.data.it.id })
  },
})

/** @param {any} answer of GET /notices/{id} */
function shape(answer) {
  const now = Date.now()
  const it = answer.gathering ? shown(answer.gathering, now) : null
  const ahead = Boolean(it && it.state !== 'cancelled' && Date.parse(it.ends_at) > now)
  return {
    kind: /** @type {any} */ (w.kinds)[answer.kind],
    title: answer.title,
    day: fullDay(plainDay(answer.sent_at)),
    lines: numbered(bodyOf(answer)),
    materials: numbered(answer.materials),
    it,
    ahead,
    remind: Boolean(it && ahead && it.state === 'published'),
  }
}

/** @param {string[]} lines @returns {Line[]} */
function numbered(lines) {
  return lines.map((said, number) => ({ number, said }))
}

/**
 * The words that went out; their first line is the title again, shortened as WeChat wants it.
 * @param {{ title: string, text: string }} answer
 */
function bodyOf({ title, text }) {
  const lines = text.split('\n').filter(Boolean)
  return lines.length && title.indexOf(lines[0]) === 0 ? lines.slice(1) : lines
}
