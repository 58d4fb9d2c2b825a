// A roll as somebody ticks it: marks wait in the order of the taps and go out one by one. A mark that did not reach
// the server stays on its line as not saved; what the server says of a line is what the line says.

/**
 * @typedef {{ member_id: number, name: string, joined_year: number | null, group: string | null, status: string,
 *   how: string, asks: string, leave: string | null, version: string, saved_by: string }} Line
 * `kept`: the server left the line as somebody else has made it meanwhile.
 * @typedef {{ status: string, state: 'waiting' | 'unsaved' | 'kept' | 'saved', said: string, at: number }} Mark
 * `order` are the members whose marks wait, `sending` whose is on its way, 0 for nobody's; `last` can be taken back.
 * @typedef {{ lines: Line[], marks: Record<number, Mark>, order: number[], sending: number,
 *   last: { id: number, back: string, to: string } | null }} Roll
 */

/** @param {Line[]} lines @returns {Roll} */
const begin = (lines) => ({ lines, marks: {}, order: [], sending: 0, last: null })

/** @param {Roll} roll @param {Line[]} lines @returns {Roll} the same with the server's newest lines; what is not saved stays */
function renewed(roll, lines) {
  const marks = /** @type {Record<number, Mark>} */ ({})
  for (const { member_id: id } of lines) if (isOpen(roll.marks[id])) marks[id] = roll.marks[id]
  return { ...roll, lines, marks }
}

/** @param {Mark | undefined} mark */
const isOpen = (mark) => Boolean(mark && (mark.state === 'waiting' || mark.state === 'unsaved'))

/** @param {Roll} roll @param {number} id @returns {Line} */
const lineOf = (roll, id) => /** @type {Line} */ (roll.lines.find((one) => one.member_id === id))

/** @param {Roll} roll @param {number} id @returns {string} what the line shows: a mark under way before what is stored */
function statusOf(roll, id) {
  const mark = roll.marks[id]
  return mark && isOpen(mark) ? mark.status : lineOf(roll, id).status
}

/** @param {Roll} roll @param {number} id @param {string} status @returns {Roll} */
function waiting(roll, id, status) {
  /** @type {Mark} */
  const mark = { status, state: 'waiting', said: '', at: 0 }
  return { ...roll, marks: { ...roll.marks, [id]: mark }, order: [...roll.order.filter((one) => one !== id), id] }
}

/** @param {Roll} roll @param {number} id @param {string} status @returns {Roll} after a tap that marks a line */
function marked(roll, id, status) {
  const line = lineOf(roll, id)
  const before = statusOf(roll, id)
  // A mark of nobody's hand is taken back by taking mine away: what a phone or a report said then counts again.
  const back = line.saved_by ? before : 'unrecorded'
  return { ...waiting(roll, id, status), last: before === status ? null : { id, back, to: status } }
}

/** @param {Roll} roll @returns {Roll} the last act taken back; one that never reached the server is only forgotten */
function undone(roll) {
  if (!roll.last) return roll
  const { id, back } = roll.last
  const isStored = !isOpen(roll.marks[id]) || roll.sending === id
  return { ...(isStored ? waiting(roll, id, back) : forgotten(roll, id)), last: null }
}

/** @param {Roll} roll @param {number} id @returns {Roll} */
function forgotten(roll, id) {
  const marks = { ...roll.marks }
  delete marks[id]
  return { ...roll, marks, order: roll.order.filter((one) => one !== id) }
}

/** @param {Roll} roll @returns {{ member_id: number, status: string, seen: string } | null} the mark whose turn it is */
function toSend(roll) {
  if (roll.sending || !roll.order.length) return null
  const id = roll.order[0]
  return { member_id: id, status: roll.marks[id].status, seen: lineOf(roll, id).version }
}

/** @param {Roll} roll @returns {Roll} with the first of those that wait on its way */
const sent = (roll) => ({ ...roll, sending: roll.order[0], order: roll.order.slice(1) })

/**
 * @param {Roll} roll
 * @param {{ lines: Line[], kept: number[] }} answer
 * @param {number} at milliseconds
 * @returns {Roll}
 */
function answered(roll, answer, at) {
  const id = roll.sending
  const fresh = answer.lines.find((one) => one.member_id === id)
  const lines = roll.lines.map((one) => (one.member_id === id && fresh ? fresh : one))
  const next = { ...roll, lines, sending: 0 }
  // Tapped again meanwhile: that mark still waits.
  if (roll.order.includes(id)) return next
  const isKept = answer.kept.includes(id)
  const last = isKept && roll.last && roll.last.id === id ? null : roll.last
  const mark = { ...roll.marks[id], state: /** @type {'kept' | 'saved'} */ (isKept ? 'kept' : 'saved'), at }
  return { ...next, last, marks: { ...roll.marks, [id]: mark } }
}

/** @param {Roll} roll @param {string} said why @returns {Roll} nothing that waits goes out until somebody says so */
function failed(roll, said) {
  const marks = { ...roll.marks }
  for (const id of [roll.sending, ...roll.order]) marks[id] = { ...marks[id], state: 'unsaved', said }
  return { ...roll, marks, order: [], sending: 0 }
}

/** @param {Roll} roll @param {number} id @returns {Roll} the mark of this line waits once more, also against another hand's */
const again = (roll, id) => waiting(roll, id, roll.marks[id].status)

/** @param {Roll} roll @returns {Roll} whatever was not saved waits once more */
const allAgain = (roll) => unsaved(roll).reduce(again, roll)

/** @param {Roll} roll @returns {number[]} whose mark is not saved, in the order of the roll */
const unsaved = (roll) => roll.lines.map((one) => one.member_id).filter((id) => roll.marks[id] && roll.marks[id].state === 'unsaved')

/** @param {Roll} roll @returns {boolean} whether anything has yet to reach the server */
const isUnfinished = (roll) => Boolean(roll.sending || roll.order.length || unsaved(roll).length)

module.exports = { begin, renewed, statusOf, lineOf, marked, undone, toSend, sent, answered, failed, again, allAgain, unsaved, isUnfinished }
