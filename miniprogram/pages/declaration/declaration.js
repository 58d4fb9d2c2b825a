// 我的申报: one declaration until the branch answers.

const page = require('../../behaviors/page')
const { OPENING, open, sentence } = require('../../opening')
const { remove } = require('../../request')
const { cycleWords, number } = require('../../standing')
const { dayAndClock, fullDay } = require('../../times')
const words = require('../../words')

const PATH = '/me/declarations'
const said = words.declaration

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: said,
    asked: 0,
    it: /** @type {any} */ (null),
    asking: false,
    wrong: '',
    busy: false,
  },

  /** @param {Record<string, string | undefined>} query */
  onLoad({ id }) {
    this.setData({ asked: Number(id || 0) })
  },

  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  load() {
    return open(this, PATH, (answer) => this.shape(answer.items), { keep: 'declarations' })
  },

  /** @param {any[]} items */
  shape(items) {
    const it = items.find((one) => one.id === this.data.asked)
    return { it: it ? shown(it) : null }
  },

  askToWithdraw() {
    this.setData({ asking: true, wrong: '' })
  },

  keepIt() {
    this.setData({ asking: false })
  },

  async withdraw() {
    if (this.data.busy) return
    this.setData({ asking: false, busy: true, wrong: '' })
    try {
      await remove(PATH + '/' + this.data.it.id)
    } catch (failed) {
      this.setData({ wrong: sentence(/** @type {any} */ (failed)) })
    }
    this.setData({ busy: false })
    await this.load()
  },

  declareAgain() {
    wx.redirectTo({ url: '/pages/declare/declare' })
  },

  goBack() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: '/pages/objections/objections' })
  },
})

/** @param {any} it */
function shown(it) {
  const headlines = { submitted: said.sent, approved: said.approved, rejected: said.rejected, withdrawn: said.withdrawn }
  const cycle = cycleWords(it.cycle)
  return {
    id: it.id,
    state: it.state,
    headline: /** @type {Record<string, string>} */ (headlines)[it.state],
    at: dayAndClock(it.submitted_at),
    answer: it.answer,
    decided: it.decided_at ? said.decided.replace('{when}', dayAndClock(it.decided_at)) : '',
    recorded: it.recorded_by ? said.recorded.replace('{name}', it.recorded_by) : '',
    steps: stepsOf(it),
    facts: [
      { name: said.item, value: it.item_title },
      { name: said.day, value: fullDay(it.occurred_on) },
      { name: said.quantity, value: it.quantity === '1' ? '' : number(it.quantity) },
      { name: said.title, value: it.title },
      { name: said.evidence, value: it.evidence },
      { name: said.points, value: said.pointsOf.replace('{points}', number(it.points)) },
      { name: said.cycle, value: it.late ? said.late.replace('{cycle}', cycle) : cycle },
    ].filter((fact) => fact.value),
  }
}

/** @param {any} it */
function stepsOf(it) {
  return [
    { title: said.said, beneath: dayAndClock(it.submitted_at), state: 'done' },
    { title: said.review, beneath: said.reviewBeneath, state: 'now' },
    { title: said.count, beneath: said.countBeneath.replace('{points}', number(it.points)), state: 'later' },
  ]
}
