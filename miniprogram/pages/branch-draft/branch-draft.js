// 发布通知: a draft like last month's, changed row by row; whom it goes to is seen before it goes.

const page = require('../../behaviors/page')
const { filled, isOver, openWork } = require('../../branch')
const { OPENING, sentence } = require('../../opening')
const { post } = require('../../request')
const { clock, dayAndClock, plainDay } = require('../../times')
const words = require('../../words')

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
    agendaOpen: false,
    people: '',
    audience: /** @type {any[]} */ ([]),
    publish: '',
    editing: '',
    typed: '',
    day: '',
    start: '',
    wrong: '',
    sending: false,
    sent: /** @type {any} */ (null),
  },
  id: '',
  number: 0, // of people, as the button says

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
    return { ...shapeDraft(answer), editing: '', wrong: '', sending: false }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  edit(event) {
    const { key } = event.currentTarget.dataset
    const row = this.data.rows.find((one) => one.key === key)
    this.setData({ editing: key, typed: row.plain, wrong: '' })
  },

  stopEditing() {
    this.setData({ editing: '', wrong: '' })
    this.load()
  },

  /** @param {WechatMiniprogram.Input} event */
  type(event) {
    this.setData({ typed: event.detail.value })
  },

  /** @param {WechatMiniprogram.PickerChange} event */
  pickDay(event) {
    this.setData({ day: String(event.detail.value) })
  },

  /** @param {WechatMiniprogram.PickerChange} event */
  pickStart(event) {
    this.setData({ start: String(event.detail.value) })
  },

  save() {
    if (this.data.sending) return
    const { editing, typed, day, start } = this.data
    this.setData({ sending: true, wrong: '' })
    post('/branch/gatherings/' + this.id, editing === 'day' ? { day, start } : { [editing]: typed.trim() }).then(
      (answer) => this.setData(this.shape(answer)),
      (failed) => this.fail(failed)
    )
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

  turnAgenda() {
    this.setData({ agendaOpen: !this.data.agendaOpen })
  },

  seeTexts() {
    wx.navigateTo({ url: '/pages/branch-texts/branch-texts?id=' + this.id })
  },

  callPeople() {
    wx.redirectTo({ url: '/pages/branch-phone-list/branch-phone-list?id=' + this.id })
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
    ],
    day: plainDay(answer.starts_at),
    start: clock(answer.starts_at).padStart(5, '0'),
    reason: answer.date_reason || '',
    note: answer.calendar_note || '',
    leave: answer.leave_until ? filled(said.leaveUntil, { time: dayAndClock(answer.leave_until) }) : '',
    agenda: agenda.map((/** @type {any} */ one, /** @type {number} */ index) => ({ ...one, number: index + 1 })),
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
