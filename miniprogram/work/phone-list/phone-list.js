// 电话名单: one call, one tick. The numbers are on the screen for this purpose alone and stay nowhere.

const page = require('../../behaviors/page')
const { filled, isOver, openWork, sumOf } = require('../branch')
const { OPENING, sentence } = require('../../opening')
const { post, remove } = require('../../request')
const { clock, day, daysAhead } = require('../../times')
const words = require('../../words')

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.branchPhoneList,
    purpose: '',
    message: '',
    sums: '',
    groups: /** @type {any[]} */ ([]),
    sending: 0,
    failedAt: 0,
    failed: '',
  },
  id: '',
  items: /** @type {any[]} */ ([]),

  /** @param {{ id?: string }} query */
  onLoad({ id = '' }) {
    this.id = id
    // Each opening is logged: coming back from a call is none.
    this.load()
  },

  load() {
    return openWork(this, '/branch/gatherings/' + this.id + '/phone-list', (answer) => {
      this.items = answer.items
      const kinds = /** @type {Record<string, string>} */ (words.branchPhoneList.messages)
      return { purpose: answer.purpose, message: kinds[answer.message] || '', ...shapeList(answer.items, answer.told) }
    })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  call(event) {
    wx.makePhoneCall({ phoneNumber: event.currentTarget.dataset.number, fail: () => {} })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  tick(event) {
    this.settle(event.currentTarget.dataset.id, post)
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  untick(event) {
    this.settle(event.currentTarget.dataset.id, remove)
  },

  /** @param {number} id @param {(path: string) => Promise<any>} act */
  settle(id, act) {
    if (this.data.sending) return
    this.setData({ sending: id, failed: '' })
    act('/branch/gatherings/' + this.id + '/phone-list/' + id).then(
      ({ told, phoned_at, phoned_by }) => {
        this.items = this.items.map((one) => (one.delivery_id === id ? { ...one, phoned_at, phoned_by } : one))
        this.setData({ sending: 0, ...shapeList(this.items, told) })
      },
      (failed) => {
        this.setData({ sending: 0 })
        if (!isOver(failed)) this.setData({ failedAt: id, failed: sentence(failed) })
      }
    )
  },
})

/** @param {any[]} items @param {Record<string, number>} told */
function shapeList(items, told) {
  const said = words.branchPhoneList
  const groups = /** @type {{ name: string, left: string, rows: any[] }[]} */ ([])
  for (const one of items) {
    const name = one.group || said.noGroup
    const last = groups[groups.length - 1]
    if (last && last.name === name) last.rows.push(rowOf(one))
    else groups.push({ name, left: '', rows: [rowOf(one)] })
  }
  return {
    sums: filled(words.branch.audience, { number: told.audience }) + sumOf(words.branch.toldParts, told),
    groups: groups.map((group) => {
      const left = group.rows.filter((one) => !one.told).length
      return { ...group, left: left ? filled(said.left, { number: left }) : said.allTold }
    }),
  }
}

/** @param {any} one */
function rowOf(one) {
  const said = words.branchPhoneList
  const numbers = []
  if (one.phone) numbers.push({ number: one.phone, shown: spaced(one.phone), whose: '' })
  if (one.family_phone) numbers.push({ number: one.family_phone, shown: spaced(one.family_phone), whose: said.family })
  return {
    id: one.delivery_id,
    name: one.name,
    year: one.joined_year ? filled(said.joined, { year: one.joined_year }) : '',
    numbers,
    reason: one.reason + (one.at_home ? said.atHome : ''),
    told: one.phoned_at ? filled(said.toldBy, { when: whenTold(one.phoned_at), name: one.phoned_by || '' }) : '',
  }
}

/** @param {string} moment @returns {string} 14:50 for today, 11月24日 14:50 for an earlier call */
const whenTold = (moment) => (daysAhead(moment, Date.now()) ? day(moment) + ' ' : '') + clock(moment)

/** @param {string} number @returns {string} 139 0000 0141; any other is shown as it is */
const spaced = (number) => (/^1\d{10}$/.test(number) ? number.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3') : number)
