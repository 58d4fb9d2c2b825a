// 名册: one tap a person. Marks go out one by one in the order of the taps; what is not saved says so and can be sent again.

const page = require('../../behaviors/page')
const { filled, isOver, openWork } = require('../branch')
const { OPENING, sentence } = require('../../opening')
const { post } = require('../../request')
const roll = require('../marks')
const rows = require('./rows')
const words = require('../../words')

/** @typedef {import('../marks').Roll} Roll */

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.branchRoll,
    title: '',
    org: '',
    whole: true,
    writable: false,
    mayConfirm: false,
    filter: 'unrecorded',
    filters: /** @type {any[]} */ ([]),
    sums: '',
    name: '',
    groups: /** @type {any[]} */ ([]),
    none: '',
    chosen: 0,
    chosenName: '',
    others: /** @type {any[]} */ ([]),
    last: '',
    unsaved: 0,
    unsavedWords: '',
    why: '',
    leaving: false,
    going: false,
  },
  id: '',
  roll: /** @type {Roll} */ (roll.begin([])),
  list: { asking: /** @type {number[]} */ ([]), shown: /** @type {number[]} */ ([]) },
  isGuarded: false,

  /** @param {{ roll?: string, filter?: string }} query */
  onLoad({ roll: id = '', filter = 'unrecorded' }) {
    this.id = id
    this.setData({ filter })
  },

  onShow() {
    // What is on its way may be older than what the server would say now.
    if (!roll.isUnfinished(this.roll)) this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    return openWork(this, '/branch/rolls/' + this.id, (answer) => {
      this.roll = roll.renewed(this.roll, answer.lines)
      // A roll that begins with nobody left to record opens with everybody.
      const done = answer.lines.every((/** @type {any} */ one) => one.status !== 'unrecorded')
      const filter = this.data.state !== 'ok' && done ? 'all' : this.data.filter
      this.list = rows.chosen(answer.lines, filter)
      return {
        title: answer.title,
        org: answer.org,
        whole: answer.whole,
        writable: !answer.confirmed && answer.state !== 'cancelled',
        mayConfirm: answer.may_confirm && !answer.confirmed,
        filter,
        sums: rows.sumsOf(answer.counts, answer.whole),
        ...this.view(filter),
      }
    })
  },

  /** @param {string} filter what the page shows of the roll as it stands */
  view(filter) {
    const unsaved = roll.unsaved(this.roll)
    const groups = rows.groupsOf(this.roll, this.list, this.data.name)
    return {
      filters: rows.filtersOf(this.roll.lines, filter),
      groups,
      none: groups.length ? '' : this.data.name ? words.branchRoll.noName : words.branchRoll.noneLeft,
      last: this.lastWords(),
      unsaved: unsaved.length,
      unsavedWords: filled(words.branchRoll.unsavedLines, { number: unsaved.length }),
      why: unsaved.length ? this.roll.marks[unsaved[0]].said : '',
    }
  },

  lastWords() {
    if (!this.roll.last) return ''
    const { id, to } = this.roll.last
    const name = rows.nameOf(roll.lineOf(this.roll, id))
    if (to === 'unrecorded') return filled(words.branchRoll.lastUnmarked, { name })
    return filled(words.branchRoll.last, { name, status: rows.statusWord(to) })
  },

  /** @param {Roll} next */
  take(next) {
    this.roll = next
    this.setData(this.view(this.data.filter))
    this.guard()
    this.send()
    // 去确认 was tapped while marks were on their way.
    if (!this.data.going || roll.toSend(this.roll) || this.roll.sending) return
    if (roll.unsaved(this.roll).length) this.setData({ going: false })
    else this.goConfirm()
  },

  /** The next mark goes out when the one before it has its answer. */
  send() {
    const mark = roll.toSend(this.roll)
    if (!mark) return
    this.roll = roll.sent(this.roll)
    post('/branch/rolls/' + this.id + '/marks', { marks: [mark] }).then(
      (answer) => {
        this.setData({ sums: rows.sumsOf(answer.counts, this.data.whole) })
        this.take(roll.answered(this.roll, answer, Date.now()))
      },
      (failed) => {
        if (failed.code === 'branch_code_needed') this.release()
        if (!isOver(failed)) this.take(roll.failed(this.roll, sentence(failed)))
      }
    )
  },

  /** Going back asks first while something is not saved. */
  guard() {
    const wanted = roll.isUnfinished(this.roll)
    if (wanted === this.isGuarded) return
    this.isGuarded = wanted
    if (wanted) wx.enableAlertBeforeUnload({ message: words.branchRoll.leave })
    else wx.disableAlertBeforeUnload()
  },

  release() {
    if (this.isGuarded) wx.disableAlertBeforeUnload()
    this.isGuarded = false
  },

  onUnload() {
    this.release()
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  markPresent(event) {
    const { id } = event.currentTarget.dataset
    const line = roll.lineOf(this.roll, id)
    if (roll.statusOf(this.roll, id) !== 'present' || line.asks) this.take(roll.marked(this.roll, id, 'present'))
  },

  /** @param {WechatMiniprogram.TouchEvent} event to the question about a scan: no, what is written stays */
  keepMark(event) {
    const { id } = event.currentTarget.dataset
    this.take(roll.marked(this.roll, id, roll.lineOf(this.roll, id).status))
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  chooseOther(event) {
    const { id } = event.currentTarget.dataset
    const line = roll.lineOf(this.roll, id)
    const isMarked = roll.statusOf(this.roll, id) !== 'unrecorded'
    const offered = isMarked ? [...rows.OTHERS, 'unrecorded'] : rows.OTHERS
    const beneath = /** @type {Record<string, string>} */ (words.branchRoll.beneath)
    const others = offered.map((status) => ({
      status,
      word: status === 'unrecorded' ? words.branchRoll.unmark : rows.statusWord(status),
      beneath: beneath[status],
    }))
    this.setData({ chosen: id, chosenName: rows.nameOf(line), others })
  },

  closeOther() {
    this.setData({ chosen: 0 })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  markOther(event) {
    const { status } = event.currentTarget.dataset
    const id = this.data.chosen
    this.setData({ chosen: 0 })
    if (roll.statusOf(this.roll, id) !== status) this.take(roll.marked(this.roll, id, status))
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  sendAgain(event) {
    this.take(roll.again(this.roll, event.currentTarget.dataset.id))
  },

  sendAllAgain() {
    this.setData({ leaving: false })
    this.take(roll.allAgain(this.roll))
  },

  undo() {
    this.take(roll.undone(this.roll))
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  chooseFilter(event) {
    const { filter } = event.currentTarget.dataset
    this.list = rows.chosen(this.roll.lines, filter)
    this.setData({ filter, ...this.view(filter) })
  },

  /** @param {WechatMiniprogram.Input} event */
  look(event) {
    this.setData({ name: event.detail.value.trim() })
    this.setData(this.view(this.data.filter))
  },

  confirm() {
    if (roll.unsaved(this.roll).length) this.setData({ leaving: true })
    else if (roll.isUnfinished(this.roll)) this.setData({ going: true })
    else this.goConfirm()
  },

  goConfirm() {
    this.setData({ leaving: false, going: false })
    wx.navigateTo({ url: '/work/confirm/confirm?roll=' + this.id })
  },

  stay() {},
})
