// 申报: one deed of one's own; what was filled in stays on the phone until the branch has it.

const page = require('../../behaviors/page')
const { OPENING, open, sentence } = require('../../opening')
const { post } = require('../../request')
const { dismiss, recall, remember } = require('../../session')
const { number } = require('../../standing')
const { fullDay } = require('../../times')
const words = require('../../words')

const PATH = '/me/declarations'
const DRAFT = 'draft:declare'
const EMPTY = { item: '', level: '', occurred_on: '', quantity: '1', title: '', evidence: '' }
const FIRST = 'item'

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.declare,
    choices: /** @type {any[]} */ ([]),
    lateUntil: /** @type {string | null} */ (null),
    chosen: /** @type {any} */ (null),
    form: EMPTY,
    today: '',
    day: '',
    late: false,
    wrongs: /** @type {Record<string, string>} */ ({}),
    wrong: '',
    kept: false,
    sending: false,
    asking: false,
    question: '',
  },

  onLoad() {
    const draft = recall(DRAFT)
    if (draft) this.setData({ form: { ...EMPTY, ...draft.value } })
    this.load()
  },

  async load() {
    await open(this, PATH, shape, { keep: 'declarations' })
    this.show(this.data.form)
  },

  /** @param {typeof EMPTY} form what the page says of it: the item's own fields, the day in words, whether it comes late */
  show(form) {
    const chosen = this.data.choices.find((one) => one.item === form.item) || null
    const { lateUntil } = this.data
    this.setData({
      form,
      chosen,
      day: form.occurred_on ? fullDay(form.occurred_on) : '',
      late: Boolean(form.occurred_on && lateUntil && form.occurred_on <= lateUntil),
    })
  },

  /** @param {Record<string, string>} change */
  fill(change) {
    const form = { ...this.data.form, ...change }
    const wrongs = { ...this.data.wrongs }
    for (const name of Object.keys(change)) delete wrongs[name]
    remember(DRAFT, form)
    this.setData({ wrongs, wrong: '', kept: false })
    this.show(form)
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  chooseItem(event) {
    this.fill({ item: event.currentTarget.dataset.item, level: '', quantity: '1' })
  },

  changeItem() {
    this.fill({ item: '', level: '' })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  chooseLevel(event) {
    this.fill({ level: event.currentTarget.dataset.level })
  },

  /** @param {WechatMiniprogram.PickerChange} event */
  chooseDay(event) {
    this.fill({ occurred_on: String(event.detail.value) })
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    this.fill({ [event.currentTarget.dataset.name]: event.detail.value })
  },

  send() {
    return this.submit(false)
  },

  sendLate() {
    this.setData({ asking: false })
    return this.submit(true)
  },

  keepBack() {
    this.setData({ asking: false })
  },

  /** @param {boolean} late the person read that it becomes 上期事项 */
  async submit(late) {
    if (this.data.sending) return
    const { form, chosen } = this.data
    const wrongs = missing(form, chosen)
    if (Object.keys(wrongs).length) return this.setData({ wrongs, wrong: '' })
    this.setData({ sending: true, wrongs: {}, wrong: '' })
    try {
      const made = await post(PATH, bodyOf(form, chosen, late))
      dismiss(DRAFT)
      wx.redirectTo({ url: '/pages/declaration/declaration?id=' + made.id })
    } catch (failed) {
      this.refuse(/** @type {import('../../request').Failure} */ (failed))
    }
  },

  /** @param {import('../../request').Failure} failed */
  refuse(failed) {
    if (failed.code === 'late_fact') return this.setData({ sending: false, asking: true, question: failed.message })
    const fields = failed.more.fields || {}
    const here = Object.keys(fields).every((name) => name in EMPTY) && Object.keys(fields).length > 0
    this.setData({
      sending: false,
      wrongs: here ? fields : {},
      wrong: here ? '' : sentence(failed),
      kept: !here,
    })
  },
})

/** @param {any} answer of GET /me/declarations */
function shape(answer) {
  return {
    choices: answer.choices.map(shownChoice),
    lateUntil: answer.late_until,
    today: new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10),
  }
}

/** @param {any} it */
function shownChoice(it) {
  const said = words.declare
  const worth = /** @type {Record<string, string>} */ (said.worth)[it.unit]
  const levels = it.levels.map((/** @type {any} */ one) => ({
    level: one.level,
    title: said.levelOf.replace('{level}', one.level).replace('{points}', number(one.points)),
  }))
  return {
    item: it.item,
    title: it.title,
    worth: it.points === null ? said.byLevel : worth.replace('{points}', number(it.points)),
    levels,
    counted: /** @type {Record<string, string>} */ (said.quantity)[it.unit] || '',
    evidence: it.evidence === 'required' ? said.evidence : it.evidence === 'optional' ? said.evidenceMay : '',
  }
}

/** @param {typeof EMPTY} form @param {any} chosen @returns {Record<string, string>} what has to be chosen yet */
function missing(form, chosen) {
  if (!chosen) return { [FIRST]: words.declare.chooseItem }
  if (chosen.levels.length && !form.level) return { level: words.declare.chooseLevel }
  return form.occurred_on ? {} : { occurred_on: words.declare.chooseDay }
}

/** @param {typeof EMPTY} form @param {any} chosen @param {boolean} late */
function bodyOf(form, chosen, late) {
  return {
    item: form.item,
    level: chosen.levels.length ? form.level : null,
    occurred_on: form.occurred_on,
    quantity: chosen.counted ? form.quantity.trim() : '1',
    title: form.title.trim(),
    evidence: chosen.evidence && form.evidence.trim() ? form.evidence.trim() : null,
    late,
  }
}
