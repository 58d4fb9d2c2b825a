// The numbers of a confirmation: what each stands for, and that they add up.

const { filled, sumOf } = require('../branch')
const words = require('../../words')

const said = words.branchConfirm
const MOST = 2000 // heads in one room, as the server takes them

/** @typedef {Record<string, number>} Counts */

/** @param {Counts} counts @param {string} rest what the unrecorded become; empty or `each` leaves them @returns {Counts} */
function settled(counts, rest) {
  if (rest !== 'unclear' && rest !== 'leave') return counts
  return { ...counts, [rest]: counts[rest] + counts.unrecorded, unrecorded: 0 }
}

/** @param {Counts} counts rows of name and number; those of nobody are left out, 到会 never */
function sumRows(counts) {
  const parts = words.branch.countParts.filter(([name]) => counts[name] || name === 'came')
  return parts.map(([name, text]) => ({ name: text, value: filled(said.people, { number: counts[name] }) }))
}

/** @param {Counts} counts @returns {string} 到会 36，请假 6，缺席 0，未查明 3 */
function sumLine(counts) {
  return sumOf(words.branch.countParts, counts, ['came', 'leave', 'absent', 'unclear'])
}

/** @param {any[]} lines @returns {string} 扫码 19，数字 4，手工 13: how those who came were recorded */
function howWords(lines) {
  /** @type {Record<string, number>} */
  const by = {}
  for (const { status, how } of lines) {
    const kind = how.split(' ')[0]
    if (kind && ['present', 'late', 'left_early'].includes(status)) by[kind] = (by[kind] || 0) + 1
  }
  return Object.keys(by)
    .map((kind) => kind + ' ' + by[kind])
    .join(words.branch.comma)
}

/**
 * @param {number | null} heads counted in the room
 * @param {number} came
 * @param {number} observers named or not
 * @returns {{ said: string, differs: boolean }} how the room and the roll agree
 */
function compare(heads, came, observers) {
  if (heads === null) return { said: '', differs: false }
  const on = came + observers
  const sum = observers ? filled(said.withObservers, { came, observers }) : ''
  if (heads === on) return { said: filled(said.agrees, { heads }) + sum, differs: false }
  return { said: filled(said.differs, { heads, on, by: Math.abs(heads - on) }) + sum, differs: true }
}

/** @param {string} typed @returns {number | null | undefined} null for nothing typed, undefined for what is no number */
function numberIn(typed) {
  const text = typed.trim()
  if (!text) return null
  return /^\d{1,4}$/.test(text) && Number(text) <= MOST ? Number(text) : undefined
}

module.exports = { compare, howWords, numberIn, settled, sumLine, sumRows }
