// Times as people say them, in Shanghai wherever the phone believes to be.

const { times: words } = require('./words')

const HOURS_AHEAD = 8

/**
 * @param {string | number} moment ISO 8601, or milliseconds
 * @returns {Date} a date whose UTC parts are those of Shanghai
 */
function there(moment) {
  return new Date(new Date(moment).getTime() + HOURS_AHEAD * 3600000)
}

/** @param {number} number */
const two = (number) => (number < 10 ? '0' : '') + number

/** @param {string | number} moment @returns {string} 15:00 */
function clock(moment) {
  const at = there(moment)
  return at.getUTCHours() + ':' + two(at.getUTCMinutes())
}

/** @param {string | number} moment @returns {string} 11月25日; a plain day 2026-11-25 is taken as it is */
function day(moment) {
  const at = isPlain(moment) ? new Date(moment) : there(moment)
  return at.getUTCMonth() + 1 + words.month + at.getUTCDate() + words.day
}

/** @param {string | number} moment */
function isPlain(moment) {
  return typeof moment === 'string' && moment.length === 10
}

/** @param {string | number} moment @returns {string} 11月25日 周三 */
function dayOfWeek(moment) {
  const at = isPlain(moment) ? new Date(moment) : there(moment)
  return day(moment) + ' ' + words.weekdays[at.getUTCDay()]
}

/** @param {string | number} moment @returns {string} 11月25日 周三 15:00 */
function dayAndClock(moment) {
  return dayOfWeek(moment) + ' ' + clock(moment)
}

/** @param {string | number} moment @returns {string} 2026年11月25日 */
function fullDay(moment) {
  const at = isPlain(moment) ? new Date(moment) : there(moment)
  return at.getUTCFullYear() + words.year + day(moment)
}

/** @param {string | number} moment @returns {string} 2026-11-25, as a date picker has it */
function plainDay(moment) {
  return there(moment).toISOString().slice(0, 10)
}

/** @param {string | number} moment @param {number} now @returns {string} 11月; of another year 2025年11月 */
function month(moment, now) {
  const at = there(moment)
  const year = at.getUTCFullYear()
  return (year === there(now).getUTCFullYear() ? '' : year + words.year) + (at.getUTCMonth() + 1) + words.month
}

/**
 * @param {string} moment
 * @param {number} now milliseconds
 * @returns {number} days from today to that day: 0 today, 1 tomorrow
 */
function daysAhead(moment, now) {
  const days = (/** @type {Date} */ at) => Math.floor(at.getTime() / 86400000)
  return days(there(moment)) - days(there(now))
}

/**
 * @param {string} moment
 * @returns {'morning' | 'afternoon' | 'evening'} part of the day, for 今天下午
 */
function partOfDay(moment) {
  const hour = there(moment).getUTCHours()
  return hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening'
}

module.exports = { clock, day, dayOfWeek, dayAndClock, fullDay, month, plainDay, daysAhead, partOfDay }
