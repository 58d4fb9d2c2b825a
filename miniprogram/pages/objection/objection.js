// 有异议: the second of two taps. What is wrong, in the person's own words.

const page = require('../../behaviors/page')
const { OPENING, open, sentence } = require('../../opening')
const { post } = require('../../request')
const { dismiss, recall, remember } = require('../../session')
const { STAR, cycleWords, entriesOf, signed } = require('../../standing')
const { day } = require('../../times')
const words = require('../../words')

const LEAST = 2

Page({
  behaviors: [page],
  data: {
    ...OPENING,
    w: words.objection,
    entry: 0,
    rating: 0,
    cycle: '',
    it: /** @type {any} */ (null),
    hint: '',
    phrases: /** @type {string[]} */ ([]),
    said: '',
    wrong: '',
    kept: false,
    there: false, // it was objected to already
    sending: false,
  },

  /** @param {Record<string, string | undefined>} query */
  onLoad({ entry, rating, cycle }) {
    const kind = rating ? 'star' : 'entry'
    const { phrases, hints } = words.objection
    this.setData({ entry: Number(entry || 0), rating: Number(rating || 0), cycle: cycle || '' })
    this.setData({ phrases: phrases[kind], hint: hints[kind] })
    const draft = recall(this.draft())
    if (draft) this.setData({ said: draft.value })
    this.load()
  },

  load() {
    const { entry, rating, cycle } = this.data
    const { paths, keep } = rating ? STAR : entriesOf(cycle)
    const shape = rating
      ? (/** @type {any[]} */ [ratings]) => ({ it: shownStar(ratings.items, rating) })
      : (/** @type {any[]} */ [running, , earlier]) => ({ it: shownEntry((earlier || running).entries, entry) })
    return open(this, paths, shape, { keep })
  },

  draft() {
    return 'draft:objection:' + (this.data.rating ? 'r' + this.data.rating : 'e' + this.data.entry)
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    this.keepSaid(event.detail.value)
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  add(event) {
    const phrase = this.data.phrases[event.currentTarget.dataset.place]
    const before = this.data.said.trim()
    if (before.indexOf(phrase) >= 0) return
    const between = before && !before.endsWith(words.objection.stop) ? words.objection.stop : ''
    this.keepSaid(before + between + phrase + words.objection.stop)
  },

  /** @param {string} said */
  keepSaid(said) {
    this.setData({ said, wrong: '', kept: false })
    remember(this.draft(), said)
  },

  async send() {
    if (this.data.sending) return
    const said = this.data.said.trim()
    if (said.length < LEAST) return this.setData({ wrong: words.objection.short, kept: false })
    this.setData({ sending: true, wrong: '' })
    const { entry, rating } = this.data
    try {
      const made = await post('/me/objections', rating ? { rating_id: rating, said } : { entry_id: entry, said })
      dismiss(this.draft())
      wx.redirectTo({ url: '/pages/objection-answer/objection-answer?id=' + made.id })
    } catch (failed) {
      const { code } = /** @type {import('../../request').Failure} */ (failed)
      const there = code === 'objection_open' || code === 'objection_answered'
      this.setData({ sending: false, wrong: sentence(/** @type {any} */ (failed)), kept: true, there })
    }
  },

  seeObjection() {
    const { entry, rating } = this.data
    const which = rating ? 'rating=' + rating : 'entry=' + entry
    wx.redirectTo({ url: '/pages/objection-answer/objection-answer?' + which })
  },

  goBack() {
    wx.redirectTo({ url: '/pages/entries/entries' + (this.data.cycle ? '?cycle=' + this.data.cycle : '') })
  },
})

/** @param {any[]} ratings @param {number} id */
function shownStar(ratings, id) {
  const rating = ratings.find((one) => one.id === id)
  if (!rating) return null
  const title = words.objection.star.replace('{cycle}', cycleWords(rating.cycle)).replace('{label}', rating.label)
  return { title, points: '', day: '', beneath: '', open: true, there: false }
}

/** @param {any[]} entries @param {number} id */
function shownEntry(entries, id) {
  const it = entries.find((one) => one.id === id)
  if (!it) return null
  const beneath = [it.about === it.title ? '' : it.about, it.by].filter(Boolean).join(words.standing.comma)
  const title = it.reverses ? words.entries.reversal.replace('{title}', it.title) : it.title
  return { title, points: signed(it.points), day: day(it.occurred_on), beneath, open: it.contestable, there: Boolean(it.objection) }
}
