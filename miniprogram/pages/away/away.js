// 长期外出报备: reported once, answered by the branch, ended by 我回来了. A county, never an address.

const page = require('../../behaviors/page')
const { OPENING, open, sentence } = require('../../opening')
const { post, remove } = require('../../request')
const { dismiss, recall, remember } = require('../../session')
const { dayAndClock, dayOfWeek, fullDay, plainDay } = require('../../times')
const words = require('../../words')

const w = words.away
const DRAFT = 'draft:away'
const NOTHING = { from_on: '', to_on: '', place: '', host: '', contact: '' }
const NEEDED = /** @type {const} */ (['from_on', 'place'])

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w,
    form: { ...NOTHING },
    fromSaid: '',
    toSaid: '',
    today: '',
    missing: '', // what the button asks for
    report: /** @type {any} */ (null), // waiting for its answer
    steps: /** @type {any[]} */ ([]),
    away: /** @type {any} */ (null),
    rejected: '',
    done: '', // withdrawn or back, just now
    question: '', // withdraw or back
    waiting: false,
    failed: '',
    wrong: /** @type {Record<string, string>} */ ({}),
  },

  onLoad() {
    const kept = recall(DRAFT)
    this.setData({ today: plainDay(Date.now()), ...formOf(kept ? kept.value : NOTHING) })
  },

  onShow() {
    this.load()
  },

  load() {
    return open(this, '/me/away', shape)
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    const form = { ...this.data.form, [event.currentTarget.dataset.name]: event.detail.value }
    this.setData(formOf(form))
    remember(DRAFT, form)
  },

  clearTo() {
    const form = { ...this.data.form, to_on: '' }
    this.setData(formOf(form))
    remember(DRAFT, form)
  },

  submit() {
    const { form, missing, waiting } = this.data
    if (waiting || missing) return
    this.setData({ waiting: true, failed: '', wrong: {} })
    post('/me/away', {
      from_on: form.from_on,
      to_on: form.to_on || null,
      place: form.place.trim(),
      host: form.host.trim() || null,
      contact: form.contact.trim() || null,
    }).then(
      (answer) => {
        dismiss(DRAFT)
        this.setData({ ...shape(answer), ...formOf(NOTHING), waiting: false, done: '' })
      },
      (failed) => {
        const wrong = failed.more.fields || {}
        this.setData({ waiting: false, wrong, failed: sentence(failed) })
      }
    )
  },

  askWithdraw() {
    this.setData({ question: 'withdraw', failed: '' })
  },

  askBack() {
    this.setData({ question: 'back', failed: '' })
  },

  keep() {
    this.setData({ question: '' })
  },

  end() {
    const done = this.data.question
    if (this.data.waiting || !done) return
    this.setData({ waiting: true, question: '', failed: '' })
    remove('/me/away').then(
      (answer) => this.setData({ ...shape(answer), done, waiting: false }),
      (failed) => {
        this.setData({ waiting: false, failed: sentence(failed) })
        // Answered or ended meanwhile: the page says how it stands.
        if (failed.status === 409 || failed.status === 404) this.load()
      }
    )
  },

  tellHost() {
    wx.navigateTo({ url: '/pages/host-attendance/host-attendance' })
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})

/** @param {typeof NOTHING} form */
function formOf(form) {
  const lacking = NEEDED.find((name) => !form[name].trim())
  return {
    form,
    fromSaid: form.from_on && dayOfWeek(form.from_on),
    toSaid: form.to_on && dayOfWeek(form.to_on),
    missing: lacking ? w.missing[lacking] : '',
  }
}

/** @param {{ report: any, away: any }} answer */
function shape({ report, away }) {
  const submitted = report && report.state === 'submitted'
  const rejected = report && report.state === 'rejected'
  return {
    report: submitted ? report : null,
    steps: submitted
      ? [
          { title: w.asked.replace('{place}', report.place), beneath: spanWords(report) + '\n' + dayAndClock(report.asked_at), state: 'done' },
          { title: w.wait, beneath: w.waitBeneath, state: 'now' },
        ]
      : [],
    away: away && {
      ...away,
      from: fullDay(away.from_on),
      to: away.to_on ? fullDay(away.to_on) : w.notSet,
      begun: away.from_on <= plainDay(Date.now()),
      answer: report && report.state === 'accepted' ? report.answer : null,
    },
    rejected: rejected ? w.rejectedBeneath.replace('{answer}', report.answer) : '',
  }
}

/** @param {{ from_on: string, to_on: string | null }} span */
function spanWords({ from_on, to_on }) {
  const from = fullDay(from_on)
  return to_on ? w.span.replace('{from}', from).replace('{to}', fullDay(to_on)) : w.open.replace('{from}', from)
}
