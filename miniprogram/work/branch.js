// 支部工作 on a phone: whoever's twelve hours or posts are over goes back to the eight digits, which say why.

const { open } = require('../opening')
const words = require('../words')

const PAGE = 'work/day/day'
const WHOLE = '\u00a0' // a space where no line ends

/**
 * @param {import('../request').Failure} failed
 * @returns {boolean} whether this phone may no longer do the branch's work; the page of the digits is on its way then
 */
function isOver(failed) {
  if (failed.code !== 'branch_code_needed') return false
  const routes = getCurrentPages().map((one) => one.route)
  const below = routes.length - 1 - routes.lastIndexOf(PAGE)
  if (below === routes.length) wx.redirectTo({ url: '/' + PAGE })
  else if (below) wx.navigateBack({ delta: below })
  return true
}

/**
 * As opening.open, for what only a phone at work may see. Nothing of it stays on the phone.
 * @param {WechatMiniprogram.Page.TrivialInstance} page
 * @param {string | string[]} path
 * @param {(answer: any) => object} shape
 */
const openWork = (page, path, shape) => open(page, path, shape, { instead: isOver })

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 * @returns {string} the text with each {name} in it filled in
 */
function filled(text, values) {
  return Object.keys(values).reduce((so, name) => so.replace('{' + name + '}', String(values[name])), text)
}

/**
 * @param {string[][]} parts [name, word] in order
 * @param {Record<string, number>} numbers
 * @param {string[]} [always] names that are said of nobody too
 * @returns {string} the parts there are, each a word and its number that no line parts: 到会 23，未登记 16
 */
function sumOf(parts, numbers, always = []) {
  const said = parts.filter(([name]) => numbers[name] || always.includes(name))
  return said.map(([name, word]) => word + WHOLE + numbers[name]).join(words.branch.comma)
}

module.exports = { isOver, openWork, filled, sumOf }
