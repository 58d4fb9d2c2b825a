// One gathering as this member reads it: the same words on 首页, 活动 and 签到.

const { clock, dayAndClock, daysAhead, partOfDay } = require('./times')
const words = require('./words')

/**
 * @typedef {{ id: number, title: string, starts_at: string, ends_at: string, place: string, bring: string | null,
 *   contact: string | null, state: string, host: string, status: string, checked_in_at: string | null,
 *   leave_state: string | null, reason?: string | null }} Gathering as the server sends it
 */

/** @param {string} startsAt @param {number} now @returns {string} 今天下午, 明天上午; else 11月25日 周三 15:00 */
function whenWords(startsAt, now) {
  const near = words.times.days[daysAhead(startsAt, now)]
  return near ? near + words.times.parts[partOfDay(startsAt)] : dayAndClock(startsAt)
}

/**
 * @param {Gathering} it
 * @returns {string} what is recorded of this member, in words
 */
function statusWords(it) {
  const said = words.gathering
  if (it.state === 'cancelled') return said.states.cancelled
  if (it.checked_in_at) return said.signed.replace('{clock}', clock(it.checked_in_at))
  if (it.status === 'unrecorded' && it.leave_state === 'submitted') return said.asked
  if (it.status === 'unrecorded' && it.leave_state === 'rejected') return said.refused
  return /** @type {Record<string, string>} */ (said.statuses)[it.status] || ''
}

/**
 * @param {Gathering} it
 * @returns {string} the same once it is over: what the roll says counts, not when somebody signed in
 */
function recordWords(it) {
  const isRecorded = it.state !== 'cancelled' && it.status !== 'unrecorded'
  return isRecorded ? /** @type {Record<string, string>} */ (words.gathering.statuses)[it.status] : statusWords(it)
}

/**
 * @param {Gathering} it
 * @returns {boolean} whether signing in is what this person may do now
 */
function mayCheckIn(it) {
  return it.state === 'open' && !it.checked_in_at && it.status !== 'present'
}

/**
 * @param {Gathering} it
 * @returns {boolean} whether leave may be asked before the end; later only the server knows until when
 */
function mayAskLeave(it) {
  const expected = it.status === 'unrecorded' || it.status === 'absent' || it.status === 'unclear'
  const asked = it.leave_state === 'submitted' || it.leave_state === 'approved'
  return expected && !asked && !it.checked_in_at && (it.state === 'published' || it.state === 'open')
}

/** @param {Gathering} it @param {number} now */
function shown(it, now) {
  return {
    ...it,
    when: whenWords(it.starts_at, now),
    time: dayAndClock(it.starts_at),
    said: statusWords(it),
    mayCheckIn: mayCheckIn(it),
    mayAskLeave: mayAskLeave(it),
  }
}

/** @param {string | null} contact @returns {string} the number in it as it was typed, or an empty text */
function numberIn(contact) {
  const found = /\d[\d -]{5,}\d/.exec(contact || '')
  return found ? found[0] : ''
}

/** @param {string | null} contact @returns {string} the number in it to call */
function phoneIn(contact) {
  return numberIn(contact).replace(/[ -]/g, '')
}

module.exports = { recordWords, shown, statusWords, numberIn, phoneIn, whenWords }
