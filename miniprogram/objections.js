// One objection as its member follows it: who looks, what was found, what changed, who may look again.

const { about, number, signed, starWords } = require('./standing')
const { day, dayAndClock, daysAhead } = require('./times')
const words = require('./words')

const said = words.objectionAnswer
/** @type {Record<string, string>} */
const DESKS = words.standing.desks
/** @type {Record<string, string>} */
const ABOVE = { branch: 'township', township: 'zone' }

/**
 * The objection that was asked for: by its id, else the last one to an entry or a star.
 * @param {any[]} items the newest first
 * @param {{ id: number, entry: number, rating: number }} asked
 */
function found(items, { id, entry, rating }) {
  return items.find((one) => (id ? one.id === id : entry ? one.entry_id === entry : one.rating_id === rating)) || null
}

/** @param {any} it @param {any[]} all @param {number} now milliseconds */
function shownObjection(it, all, now) {
  const answered = it.state === 'upheld' || it.state === 'rejected'
  return {
    id: it.id,
    state: it.state,
    about: about(it),
    day: it.occurred_on ? day(it.occurred_on) : '',
    receipt: said.receipt.replace('{receipt}', it.receipt),
    at: dayAndClock(it.asked_at),
    said: it.said,
    headline: it.appeals === null ? said.received : said.appealReceived,
    steps: stepsOf(it),
    answered,
    badge: it.state === 'upheld' ? said.changed : said.kept,
    finding: it.finding,
    by: it.answered_by,
    answeredAt: it.answered_at ? dayAndClock(it.answered_at) : '',
    ...(answered ? changeOf(it) : {}),
    ...(answered ? appealOf(it, now) : { mayAppeal: '', appealNote: '' }),
    before: it.appeals === null ? null : otherOf(all, it.appeals),
    after: it.appealed_by === null ? null : otherOf(all, it.appealed_by),
  }
}

/** @param {any} it */
function stepsOf(it) {
  const desk = DESKS[it.desk]
  const who = it.handled_by.length ? said.checkedBy.replace('{names}', it.handled_by.join(words.standing.and)) : said.nobody
  const until = words.standing.until.replace('{day}', day(it.due_on))
  const steps = [
    { title: said.said, beneath: it.said, state: 'done' },
    { title: said.check.replace('{desk}', desk), beneath: [who, said.apart, until].join('\n'), state: 'now' },
    { title: said.answer, beneath: said.answerBeneath, state: 'later' },
  ]
  const above = ABOVE[it.desk]
  if (above) steps.push({ title: said.above.replace('{desk}', DESKS[above]), beneath: '', state: 'later' })
  return steps
}

/** @param {any} it what the answer changed, before and after */
function changeOf(it) {
  const rows = [
    { name: said.before, value: sideOf(it, it.total_before, it.star_before) },
    { name: said.after, value: sideOf(it, it.total_after, it.star_after) },
  ].filter((row) => row.value)
  const same = rows.length < 2 || rows[0].value === rows[1].value
  const taken = it.state === 'upheld' && it.points !== null && number(it.points) !== '0'
  return { change: same ? [] : rows, unchanged: same && (rows.length === 2 || it.state === 'rejected'), stays: taken ? staysWords(it) : '' }
}

/** @param {any} it @param {string | null} total @param {number | null} star */
function sideOf(it, total, star) {
  const points = total === null ? '' : said.total.replace('{total}', number(total))
  const either = it.star_before !== null || it.star_after !== null
  return [points, either ? starWords(star) : ''].filter(Boolean).join(words.standing.comma)
}

/** @param {any} it */
function staysWords(it) {
  const back = it.points[0] === '-' ? it.points.slice(1) : '-' + it.points
  return said.stays.replace('{points}', signed(it.points)).replace('{back}', signed(back))
}

/**
 * @param {any} it an answered objection
 * @param {number} now
 * @returns {{ mayAppeal: string, appealNote: string }} the words that ask for one, empty where none may be; until when, or why not
 */
function appealOf(it, now) {
  if (it.appealed_by !== null) return { mayAppeal: '', appealNote: '' }
  const above = ABOVE[it.desk]
  if (!above) return { mayAppeal: '', appealNote: said.appealFinal }
  const mayAppeal = said.appeal.replace('{desk}', DESKS[above])
  if (it.appeal_until === null) return { mayAppeal, appealNote: said.appealAnyTime }
  const last = day(it.appeal_until)
  if (daysAhead(it.appeal_until, now) < 0) return { mayAppeal: '', appealNote: said.appealOver.replace('{day}', last) }
  return { mayAppeal, appealNote: said.appealUntil.replace('{day}', last) }
}

/** @param {any[]} all @param {number} id */
function otherOf(all, id) {
  const it = all.find((one) => one.id === id)
  if (!it) return null
  const states = /** @type {Record<string, string>} */ (words.standing.objections)
  return { id, desk: DESKS[it.desk], state: states[it.state], finding: it.finding || '', appealed: said.appealed.replace('{desk}', DESKS[it.desk]) }
}

module.exports = { found, shownObjection }
