// Numbers and states of points as people read them. Points stay the text the server sent: nothing is counted here.

const { day } = require('./times')
const { standing: said } = require('./words')

const TOLD = ['publicised', 'confirmed', 'archived'] // states of a rating whose star may be read
const NUMBERS = [...said.numbers]

/** @param {string} points @returns {string} without zeros at the end of a fraction, with a minus as wide as a plus */
function number(points) {
  const short = points.indexOf('.') < 0 ? points : points.replace(/\.?0+$/, '')
  return short.replace('-', said.minus)
}

/** @param {string} points @returns {string} +4, −3, 0 */
function signed(points) {
  const read = number(points)
  return read === '0' || read[0] === said.minus ? read : '+' + read
}

/** @param {string} cycle @returns {string} 2026年度, 2026年下半年, 2026年第四季度, 2026年11月 */
function cycleWords(cycle) {
  const year = cycle.slice(0, 4)
  const kind = cycle[4]
  if (!kind) return said.year.replace('{year}', year)
  if (kind === 'H') return said.half[Number(cycle[5]) - 1].replace('{year}', year)
  if (kind === 'Q') return said.quarter.replace('{year}', year).replace('{number}', NUMBERS[Number(cycle[5])])
  return said.month.replace('{year}', year).replace('{month}', String(Number(cycle.slice(5))))
}

/** @param {string} cycle @returns {string} the one before, of the same length: 2025 before 2026, 2025Q4 before 2026Q1 */
function cycleBefore(cycle) {
  const year = Number(cycle.slice(0, 4))
  if (cycle.length === 4) return String(year - 1)
  const sign = cycle[4]
  const place = Number(cycle.slice(5))
  const last = sign === 'H' ? 2 : sign === 'Q' ? 4 : 12
  const before = place > 1 ? place - 1 : last
  return (place > 1 ? year : year - 1) + sign + (sign === '-' && before < 10 ? '0' : '') + before
}

/** @param {number | null} star @returns {string} 四星; where there is none, that there is none */
function starWords(star) {
  return star === null ? said.noStar : said.star.replace('{number}', NUMBERS[star])
}

/** @param {string} from @param {string} to @returns {string} 12月14日至12月21日 */
function span(from, to) {
  return said.span.replace('{from}', day(from)).replace('{to}', day(to))
}

/** @param {{ state: string }} rating @returns {boolean} whether its star was put up or filed */
function isTold(rating) {
  return TOLD.indexOf(rating.state) >= 0
}

/** @param {any} it an objection @returns {string} 主题党日缺席 −3; a star by its name */
function about(it) {
  return it.points === null ? it.about : it.about + ' ' + signed(it.points)
}

/** @param {any} it an objection @returns {string} who answers it: the names, else the desk */
function answerers(it) {
  const desk = /** @type {Record<string, string>} */ (said.desks)[it.desk]
  return it.handled_by.length ? desk + ' ' + it.handled_by.join(said.and) : desk
}

/** @param {number} all @param {number} shown @returns {string} how many of a list are not drawn yet, empty for none */
function moreWords(all, shown) {
  return all > shown ? said.more.replace('{count}', String(all - shown)) : ''
}

/**
 * One cycle's entries, as several pages ask for them.
 * @param {string} cycle empty for the one that runs
 */
function entriesOf(cycle) {
  const paths = ['/me/points', '/me/ratings']
  if (cycle) paths.push('/me/points?cycle=' + cycle)
  return { paths, keep: 'points:' + cycle }
}

const STAR = { paths: ['/me/ratings', '/me/objections'], keep: 'star' }

module.exports = { number, signed, cycleWords, cycleBefore, starWords, span, isTold, about, answerers, moreWords, entriesOf, STAR }
