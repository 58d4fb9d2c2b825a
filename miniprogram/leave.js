// Leave as its member reads it: the same steps on the gathering and on the page where it is asked.

const { dayAndClock } = require('./times')
const { leave: words } = require('./words')

/**
 * @typedef {{ state: string, reason: string, asked_at: string, answer: string | null, decided_at: string | null }} Leave
 * @typedef {{ title: string, beneath: string, state: 'done' | 'now' | 'later' }} Step
 */

/**
 * @param {Leave | null} leave
 * @param {string} startsAt of the gathering: later it is asked afterwards
 * @returns {Step[]} none where no leave is asked, or it was taken back
 */
function leaveSteps(leave, startsAt) {
  if (!leave || leave.state === 'withdrawn') return []
  const reason = /** @type {Record<string, string>} */ (words.reasons)[leave.reason]
  /** @type {Step} */
  const asked = { title: words.asked.replace('{reason}', reason), beneath: dayAndClock(leave.asked_at), state: 'done' }
  /** @type {Step} */
  const study = { title: words.study, beneath: words.studyBeneath, state: 'later' }
  return leave.state === 'rejected' ? [asked, answerStep(leave, startsAt)] : [asked, answerStep(leave, startsAt), study]
}

/**
 * @param {Leave} leave
 * @param {string} startsAt
 * @returns {Step}
 */
function answerStep(leave, startsAt) {
  if (leave.state === 'submitted') {
    const late = Date.parse(leave.asked_at) > Date.parse(startsAt)
    return { title: words.wait, beneath: late ? words.waitLate : words.waitBeneath, state: 'now' }
  }
  const at = leave.decided_at ? dayAndClock(leave.decided_at) : ''
  const beneath = leave.answer ? words.answer.replace('{time}', at).replace('{answer}', leave.answer) : at
  return { title: leave.state === 'approved' ? words.agreed : words.refused, beneath, state: 'done' }
}

module.exports = { leaveSteps }
