// 发布通知: a draft like last month's, changed row by row; whom it goes to is seen before it goes.

const page = require('../../behaviors/page')
const { filled, isOver, openWork } = require('../branch')
const { OPENING, sentence } = require('../../opening')
const { post } = require('../../request')
const { clock, dayAndClock, dayOfWeek, plainDay } = require('../../times')
const words = require('../../words')

/** @typedef {{ kind: string, title: string, required: boolean, word: string, key: number }} Line */

/** @typedef {'study' | 'oath' | 'dues' | 'lecture' | 'deliberation' | 'volunteering' | 'other'} Kind */

const KINDS = /** @type {Kind[]} */ (['study', 'oath', 'dues', 'lecture', 'deliberation', 'volunteering', 'other'])
/** Whose fields the server names otherwise. */
const FIELDS = /** @type {Record<string, string>} */ ({ starts_at: 'day', start: 'day' })

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.branchDraft,
    isDraft: true,
    rows: /** @type {any[]} */ ([]),
    reason: '',
    note: '',
    leave: '',
    agenda: /** @type {any[]} */ ([]),
    agendaWords: '',
    lines: /** @type {Line[]} */ ([]), // the agenda while it is changed
    kinds: KINDS.map((kind) => words.branchDraft.kinds[kind]),
    people: '',
    audience: /** @type {any[]} */ ([]),
    publish: '',
    editing: '',
    typed: '',
    day: '',
    dayWords: '',
    start: '',
    wrong: '',
    sending: false,
    sent: /** @type {any} */ (null),
  },
  id: '',
  number: 0, // of people, as the button says
  planned: { day: '', start: '' }, // as the server has it

  /** @param {{ id?: string }} query */
  onLoad({ id = '' }) {
    this.id = id
  },

  onShow() {
    if (!this.data.editing && !this.data.sent) this.load()
  },

  load() {
    return openWork(this, '/branch/gatherings/' + this.id, (answer) => this.shape(answer))
  },

  /** @param {any} answer of GET /branch/gatherings/{id} */
  shape(answer) {
    this.number = answer.audience ? answer.audience.people : 0
    this.planned = { day: plainDay(answer.starts_at), start: clock(answer.starts_at).padStart(5, '0') }
    return { ...shapeDraft(answer), editing: '', wrong: '', sending: false }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  edit(event) {
    const { key } = event.currentTarget.dataset
    const row = this.data.rows.find((one) => one.key === key)
    const when = { day: this.planned.day, start: this.planned.start, dayWords: dayOfWeek(this.planned.day) }
    this.setData({ editing: key, typed: row ? row.plain : '', ...when, lines: this.data.agenda, wrong: '' })
  },

  /** @param {WechatMiniprogram.Input} event */
  typeLine(event) {
    this.changeLine(event.currentTarget.dataset.key, { title: event.detail.value })
  },

  /** @param {WechatMiniprogram.PickerChange} event */
  pickKind(event) {
    const kind = KINDS[Number(event.detail.value)]
    this.changeLine(event.currentTarget.dataset.key, { kind, word: words.branchDraft.kinds[kind] })
  },

  /** @param {number} key @param {Partial<Line>} change */
  changeLine(key, change) {
    this.setData({ lines: this.data.lines.map((one) => (one.key === key ? { ...one, ...change } : one)) })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  removeLine(event) {
    const { key } = event.currentTarget.dataset
    this.setData({ lines: this.data.lines.filter((one) => one.key !== key) })
  },

  addLine() {
    const key = Math.max(0, ...this.data.lines.map((one) => one.key)) + 1
    this.setData({ lines: [...this.data.lines, { kind: 'other', title: '', required: false, word: words.branchDraft.kinds.other, key }] })
  },

  stopEditing() {
    this.setData({ editing: '', wrong: '' })
  },

  /** @param {WechatMiniprogram.Input} event */
  type(event) {
    this.setData({ typed: event.detail.value })
  },

  /** @param {WechatMiniprogram.PickerChange} event */
  pickDay(event) {
    const day = String(event.detail.value)
    this.setData({ day, dayWords: dayOfWeek(day) })
  },

  /** @param {WechatMiniprogram.PickerChange} event */
  pickStart(event) {
    this.setData({ start: String(event.detail.value) })
  },

  save() {
    if (this.data.sending) return
    this.setData({ sending: true, wrong: '' })
    post('/branch/gatherings/' + this.id, this.change()).then(
      (answer) => this.setData(this.shape(answer)),
      (failed) => this.fail(failed)
    )
  },

  /** What the server is asked to change. */
  change() {
    const { editing, typed, day, start, lines } = this.data
    if (editing === 'day') return { day, start }
    if (editing !== 'agenda') return { [editing]: typed.trim() }
    const written = lines.filter((one) => one.title.trim())
    return { agenda: written.map(({ kind, title }) => ({ kind, title: title.trim() })) }
  },

  publish() {
    if (this.data.sending) return
    this.setData({ sending: true, wrong: '' })
    post('/branch/gatherings/' + this.id + '/publication', { people: this.number }).then(
      (answer) => this.setData({ sending: false, sent: sentOf(answer) }),
      (failed) => this.fail(failed)
    )
  },

  /** @param {import('../../request').Failure} failed */
  fail(failed) {
    this.setData({ sending: false })
    if (isOver(failed)) return
    const fields = /** @type {Record<string, string>} */ (failed.more.fields || {})
    const here = Object.keys(fields).find((name) => (FIELDS[name] || name) === this.data.editing)
    const wrong = here ? fields[here] : sentence(failed)
    // Others than the button said: the numbers are fetched anew, and the button says them.
    const again = failed.code === 'audience_changed' ? this.load() : Promise.resolve(null)
    again.then(() => this.setData({ wrong }))
  },

  seeTexts() {
    wx.navigateTo({ url: '/work/texts/texts?id=' + this.id })
  },

  callPeople() {
    wx.redirectTo({ url: '/work/phone-list/phone-list?id=' + this.id })
  },

  finish() {
    wx.navigateBack()
  },
})

/** @param {any} answer */
function shapeDraft(answer) {
  const said = words.branchDraft
  const { agenda, audience } = answer
  return {
    isDraft: answer.state === 'draft',
    rows: [
      { key: 'title', name: said.title, value: answer.title, plain: answer.title },
      { key: 'day', name: said.time, value: dayAndClock(answer.starts_at), plain: '' },
      { key: 'place', name: said.place, value: answer.place, plain: answer.place },
      { key: 'bring', name: said.bring, value: answer.bring || said.nothing, plain: answer.bring || '' },
      { key: 'contact', name: said.contact, value: answer.contact || said.nobody, plain: answer.contact || '' },
    ],
    reason: answer.date_reason || '',
    note: answer.calendar_note || '',
    leave: answer.leave_until ? filled(said.leaveUntil, { time: dayAndClock(answer.leave_until) }) : '',
    agenda: agenda.map((/** @type {any} */ one, /** @type {number} */ index) => {
      return { ...one, word: said.kinds[/** @type {Kind} */ (one.kind)], key: index + 1 }
    }),
    agendaWords: filled(said.items, { number: agenda.length }),
    people: audience ? filled(said.to, { number: audience.people }) : '',
    audience: audience ? audienceRows(audience) : [],
    publish: audience && answer.may.includes('publish') ? filled(said.publish, { number: audience.people }) : '',
  }
}

/** @param {any} audience people = account + mini_program + phone; null where nobody may count */
function audienceRows({ account, mini_program: mini, phone, at_home: home }) {
  const said = words.branchDraft
  const rows = []
  if (account !== null) {
    const parts = [account ? filled(said.account, { number: account }) : '', mini ? filled(said.mini, { number: mini }) : '']
    const which = parts.filter(Boolean).join(said.and)
    rows.push({ name: said.wechat, value: filled(said.people, { number: account + mini }), beneath: which })
    rows.push({ name: said.phone, value: filled(said.people, { number: phone }), beneath: phone ? said.byGroup : '' })
  }
  if (home) rows.push({ name: said.among, value: filled(said.people, { number: home }), beneath: said.atHome })
  return rows
}

/** @param {any} answer of the publication */
function sentOf(answer) {
  const said = words.branchDraft
  const told = answer.told
  const rows = words.branch.toldParts.filter(([name]) => told[name]).map(([name, text]) => ({ name: text, value: filled(said.people, { number: told[name] }) }))
  return { audience: filled(said.sentTo, { number: told.audience }), rows, calls: told.to_phone ? filled(said.call, { number: told.to_phone }) : '' }
}
