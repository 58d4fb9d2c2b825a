// Opening a page: what was kept shows at once, what the server says replaces it, and a failure says what to do.

const { get } = require('./request')
const { me, recall, remember } = require('./session')
const { clock } = require('./times')
const words = require('./words')

/** @typedef {import('./request').Failure} Failure */

/**
 * @typedef {'loading' | 'ok' | 'failed' | 'unbound'} State
 * @typedef {{ headline: string, beneath: string, symbol: 'clock' | 'network' | 'again' }} Told
 */

/** What a page begins with. `stale` is a sentence above old content, empty while the content is of now. */
const OPENING = { state: /** @type {State} */ ('loading'), stale: '', told: /** @type {Told | null} */ (null) }

/** What each page asked last: an older answer that comes after it changes nothing. */
const asked = new WeakMap()

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
  if (!anyone && !me()) {
    page.setData({ state: 'unbound', stale: '' })
    return Promise.resolve(null)
  }
  const kept = keep ? recall(keep) : null
  const mine = me()
  const question = {}
  asked.set(page, question)
  if (kept && page.data.state !== 'ok') page.setData({ ...shape(kept.value), state: 'ok' })
  return (Array.isArray(path) ? Promise.all(path.map(get)) : get(path)).then(
    (answer) => {
      if (keep && isStill(mine)) remember(keep, answer)
      if (asked.get(page) === question) page.setData({ ...shape(answer), state: 'ok', stale: '' })
      return answer
    },
    (/** @type {Failure} */ failed) => {
      if (asked.get(page) !== question) return null
      if (!instead || !instead(failed)) page.setData(afterFailure(page, failed, kept ? kept.at : 0))
      return null
    }
  )
}

/** @param {import('./session').Me | null} member @returns {boolean} whether the phone is still this member's */
function isStill(member) {
  const now = me()
  return now !== null && member !== null && now.id === member.id
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
  return { stale: said + (at ? words.network.from.replace('{clock}', clock(at)) : '') }
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

module.exports = { OPENING, open, tell, sentence }
