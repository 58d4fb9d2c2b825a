// The lines of a roll as rows: group heads, what each line is, and whether it is saved.

const { filled, sumOf } = require('../branch')
const { clock } = require('../../times')
const { statusOf } = require('../marks')
const words = require('../../words')

/** @typedef {import('../marks').Line} Line @typedef {import('../marks').Roll} Roll */

const said = words.branchRoll
// What a hand records by 其他; its word stands on the button.
const OTHERS = ['late', 'left_early', 'leave', 'unclear', 'absent']
const FILTERS = ['unrecorded', 'recorded', 'all']

/** @param {string} status @returns {string} */
const statusWord = (status) => /** @type {Record<string, string>} */ (words.gathering.statuses)[status] || ''

/** @param {Line} line */
const nameOf = (line) => line.name + (line.joined_year ? filled(said.namesake, { year: line.joined_year }) : '')

/** @param {Line} line @param {string} filter @returns {boolean} by what is stored: a mark under way counts later */
function passes(line, filter) {
  return filter === 'all' || (line.status === 'unrecorded') === (filter === 'unrecorded')
}

/**
 * @param {Line[]} lines
 * @param {string} filter
 * @returns {{ asking: number[], shown: number[] }} who stays in the list while somebody ticks it: rows do not jump
 */
function chosen(lines, filter) {
  const ids = (/** @type {Line[]} */ some) => some.map((one) => one.member_id)
  const asking = ids(lines.filter((one) => one.asks))
  return { asking, shown: ids(lines.filter((one) => !one.asks && passes(one, filter))) }
}

/**
 * @param {Roll} roll
 * @param {{ asking: number[], shown: number[] }} list
 * @param {string} name what is looked for; empty for everybody
 */
function groupsOf(roll, list, name) {
  const groups = /** @type {{ name: string, number: string, rows: object[] }[]} */ ([])
  const add = (/** @type {string} */ head, /** @type {Line} */ line) => {
    const last = groups[groups.length - 1]
    if (last && last.name === head) last.rows.push(rowOf(roll, line))
    else groups.push({ name: head, number: '', rows: [rowOf(roll, line)] })
  }
  const found = roll.lines.filter((one) => one.name.includes(name))
  for (const line of found) if (list.asking.includes(line.member_id)) add(said.toCheck, line)
  for (const line of found) if (list.shown.includes(line.member_id)) add(line.group || said.noGroup, line)
  return groups.map((one) => ({ ...one, number: filled(said.people, { number: one.rows.length }) }))
}

/** @param {Roll} roll @param {Line} line */
function rowOf(roll, line) {
  const mark = roll.marks[line.member_id]
  const state = mark ? mark.state : ''
  const status = statusOf(roll, line.member_id)
  return {
    id: line.member_id,
    name: line.name,
    year: line.joined_year ? filled(said.joined, { year: line.joined_year }) : '',
    came: status === 'present',
    other: OTHERS.includes(status) ? statusWord(status) : '',
    note: noteOf(line, mark),
    asks: line.asks && !state ? line.asks : '',
    stays: filled(said.stays, { status: statusWord(line.status) }),
    wrong: state === 'unsaved' ? said.unsaved : state === 'kept' ? keptWords(line) : '',
    again: state === 'unsaved' ? said.again : state === 'kept' ? filled(said.insist, { status: statusWord(mark.status) }) : '',
  }
}

/** @param {Line} line @param {import('../marks').Mark | undefined} mark @returns {string} */
function noteOf(line, mark) {
  if (mark && mark.state === 'waiting') return said.saving
  if (mark && mark.state === 'unsaved') return ''
  if (mark && mark.state === 'saved') return filled(said.saved, { clock: clock(mark.at) })
  const plain = line.status === 'unrecorded' || line.status === 'present' || OTHERS.includes(line.status)
  const asked = line.leave === 'submitted' ? said.leaveAsked : ''
  return [plain ? '' : statusWord(line.status), line.how, asked].filter(Boolean).join(' ')
}

/** @param {Line} line */
function keptWords(line) {
  const who = line.saved_by ? filled(said.keptBy, { name: line.saved_by }) : said.keptByPhone
  return who + filled(said.keptAs, { status: statusWord(line.status) })
}

/** @param {Line[]} lines @param {string} filter which is chosen */
function filtersOf(lines, filter) {
  return FILTERS.map((key) => {
    const word = /** @type {Record<string, string>} */ (said.filters)[key]
    const number = lines.filter((one) => passes(one, key)).length
    return { key, word: word + ' ' + number, chosen: key === filter }
  })
}

/** @param {Record<string, number>} counts @param {boolean} whole @returns {string} 应到 45：到会 24，请假 6，未登记 15 */
function sumsOf(counts, whole) {
  const head = filled(whole ? said.sums : said.sumsOfBranch, { number: counts.expected })
  const sum = head + sumOf(words.branch.countParts, counts, ['came', 'unrecorded'])
  const apart = sumOf(words.branch.apartParts, counts)
  return apart ? sum + filled(said.apart, { parts: apart }) : sum
}

module.exports = { OTHERS, chosen, filtersOf, groupsOf, nameOf, statusWord, sumsOf }
