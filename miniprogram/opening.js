// Opening a page: what was kept shows at once, what the server says replaces it, and a failure says what to do.

const { failure, get } = require('./request')
const { dismiss, personId, recall, remember } = require('./session')
const { clock } = require('./times')
const words = require('./words')

/** @typedef {import('./request').Failure} Failure */

/**
 * @typedef {'loading' | 'ok' | 'failed' | 'unbound'} State
 * @typedef {{ headline: string, beneath: string, symbol: 'clock' | 'network' | 'again' }} Told
 */

/**
 * What a page begins with. `stale` is a sentence above old content, empty while the content is of now; `unanswered`:
 * the content is old because no answer came.
 */
const OPENING = { state: /** @type {State} */ ('loading'), stale: '', unanswered: false, told: /** @type {Told | null} */ (null) }

/** What each page asked last: an older answer that comes after it changes nothing. */
const asked = new WeakMap()

/** Whose content each page shows, 0 for what anybody may see. */
const shownTo = new WeakMap()

/**
 * Ask for a page's content and show it.
 * @param {WechatMiniprogram.Page.TrivialInstance} page
 * @param {string | string[]} path below /api/v1; of several the answers come together, in their order
 * @param {(answer: any) => object} shape what of the answer the page shows; its keys go into `data`
 * @param {{ keep?: string, anyone?: boolean, instead?: (failed: Failure) => boolean }} [how] `keep`: the name under
 *   which the answer stays on the phone for this member; `anyone`: nobody has to be bound; `instead` says whether it
 *   does something of its own about a failure, which then is not shown
 * @returns {Promise<any>} the answer, or null where there is none: the page says so already
 */
function open(page, path, shape, { keep = '', anyone = false, instead } = {}) {
  const question = {}
  asked.set(page, question)
  if (isOthers(page)) page.setData({ state: 'loading', stale: '' })
  const who = personId()
  shownTo.set(page, who)
  if (!anyone && !who) {
    page.setData({ state: 'unbound', stale: '' })
    return Promise.resolve(null)
  }
  const kept = keep ? recall(keep) : null
  if (kept && page.data.state !== 'ok' && !show(page, shape, kept.value)) dismiss(keep)
  const fail = (/** @type {Failure} */ failed) => {
    if (asked.get(page) !== question) return null
    if (!instead || !instead(failed)) page.setData(afterFailure(page, failed, kept ? kept.at : 0))
    return null
  }
  return (Array.isArray(path) ? Promise.all(path.map(get)) : get(path)).then((answer) => {
    const isNow = asked.get(page) === question
    if (isNow && !show(page, shape, answer)) return fail(failure(502, 'unavailable'))
    if (isNow) shownTo.set(page, personId())
    if (keep && who && who === personId()) remember(keep, answer)
    return answer
  }, fail)
}

/**
 * @param {WechatMiniprogram.Page.TrivialInstance} page
 * @param {(answer: any) => object} shape
 * @param {any} answer
 * @returns {boolean} whether it could be shown: what lacks a part, from a proxy or of an older kind, leaves the page as it is
 */
function show(page, shape, answer) {
  try {
    page.setData({ ...shape(answer), state: 'ok', stale: '' })
    return true
  } catch {
    return false
  }
}

/** What a page asked is of no use once it is gone. @param {any} page */
function leave(page) {
  asked.delete(page)
}

/** @param {any} page @returns {boolean} whether what it shows is of somebody whose this phone no longer is */
function isOthers(page) {
  return shownTo.has(page) && shownTo.get(page) !== personId()
}

/**
 * @param {WechatMiniprogram.Page.TrivialInstance} page
 * @param {Failure} failed
 * @param {number} at when the content kept on this phone is from, 0 for none
 */
function afterFailure(page, failed, at) {
  if (failed.code === 'not_bound') return { state: 'unbound', stale: '' }
  if (page.data.state !== 'ok') return { state: 'failed', told: tell(failed) }
  const said = failed.status ? tell(failed).headline : words.network.gone
  return { unanswered: !failed.status, stale: said + (at ? words.network.from.replace('{clock}', clock(at)) : '') }
}

/**
 * A failure in a person's words: the server's sentence where it has one, else ours.
 * @param {Failure} failed
 * @returns {Told}
 */
function tell(failed) {
  const known = /** @type {Record<string, string>} */ (words.errors)[failed.code]
  if (!failed.status) return { ...words.network[failed.code === 'no_answer' ? 'slow' : 'none'], symbol: 'network' }
  if (failed.status >= 500) return { ...words.network.busy, symbol: 'clock' }
  if (failed.status === 429) return { headline: known, beneath: failed.message, symbol: 'clock' }
  const beneath = failed.message === known ? '' : failed.message
  return { headline: known || failed.message, beneath: known ? beneath : '', symbol: 'again' }
}

/**
 * The same in one sentence, for beside a button.
 * @param {Failure} failed
 * @returns {string}
 */
function sentence(failed) {
  if (!failed.status) return words.network.beside[failed.code === 'no_answer' ? 'slow' : 'none']
  return failed.status < 500 ? failed.message || tell(failed).headline : words.network.beside.busy
}

module.exports = { OPENING, open, isOthers, leave, tell, sentence }
