// 在流入地参加: told to the home branch once a month, answered by it. No picture, no place of the phone.

const page = require('../../behaviors/page')
const { OPENING, open, sentence } = require('../../opening')
const { post, remove } = require('../../request')
const { dismiss, recall, remember } = require('../../session')
const { dayOfWeek, fullDay, plainDay } = require('../../times')
const words = require('../../words')

const w = words.hostAttendance
const DRAFT = 'draft:host-attendance'
const NOTHING = { attended_on: '', host: '', contact: '' }
const NEEDED = /** @type {const} */ (['attended_on', 'host', 'contact'])
const A_YEAR = 365 * 86400000

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w,
    form: { ...NOTHING },
    onSaid: '',
    missing: '', // what the button asks for
    first: '',
    today: '',
    items: /** @type {any[]} */ ([]),
    done: false,
    waiting: false,
    withdrawing: 0, // the id of what is being taken back
    failed: '',
    wrong: /** @type {Record<string, string>} */ ({}),
  },

  onLoad() {
    const kept = recall(DRAFT)
    const now = Date.now()
    this.setData({ today: plainDay(now), first: plainDay(now - A_YEAR), ...formOf(kept ? kept.value : NOTHING) })
  },

  onShow() {
    this.load()
  },

  load() {
    return open(this, '/me/host-attendances', shape)
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    const form = { ...this.data.form, [event.currentTarget.dataset.name]: event.detail.value }
    this.setData(formOf(form))
    remember(DRAFT, form)
  },

  submit() {
    const { form, missing, waiting } = this.data
    if (waiting || missing) return
    this.setData({ waiting: true, failed: '', wrong: {} })
    const told = { attended_on: form.attended_on, host: form.host.trim(), contact: form.contact.trim() }
    post('/me/host-attendances', told).then(
      () => {
        dismiss(DRAFT)
        this.setData({ ...formOf(NOTHING), waiting: false, done: true })
        this.load()
      },
      (failed) => {
        const wrong = failed.more.fields || {}
        this.setData({ waiting: false, wrong, failed: sentence(failed) })
      }
    )
  },

  tellAgain() {
    this.setData({ done: false })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  withdraw(event) {
    const id = event.currentTarget.dataset.id
    if (this.data.withdrawing) return
    this.setData({ withdrawing: id, failed: '', done: false })
    remove('/me/host-attendances/' + id).then(
      () => this.load().then(() => this.setData({ withdrawing: 0 })),
      (failed) => {
        this.setData({ withdrawing: 0, failed: sentence(failed) })
        this.load()
      }
    )
  },
})

/** @param {typeof NOTHING} form */
function formOf(form) {
  const lacking = NEEDED.find((name) => !form[name].trim())
  return { form, onSaid: form.attended_on && dayOfWeek(form.attended_on), missing: lacking ? w.missing[lacking] : '' }
}

/** @param {{ items: any[] }} answer */
function shape({ items }) {
  return {
    items: items.map((one) => ({
      ...one,
      day: fullDay(one.attended_on),
      said: /** @type {any} */ (w.states)[one.state],
      contact: w.contactIs.replace('{contact}', one.contact),
      answer: one.answer ? w.answered.replace('{answer}', one.answer) : '',
      waits: one.state === 'submitted',
    })),
  }
}
