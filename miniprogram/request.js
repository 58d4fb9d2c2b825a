// Every word with the server. One file decides about time-outs, repeats and the renewal of the session.

const { BASE } = require('./config')
const { session, endBinding, followBinding, isOver, keepSession, personId } = require('./session')

const PATIENCE = 8000 // milliseconds

/**
 * What went wrong. `status` is 0 where no answer came: then `code` is `no_network` or `no_answer`.
 * `message` is the server's sentence; `more` is whatever else stood in its `error`.
 * @typedef {{ status: number, code: string, message: string, more: Record<string, any> }} Failure
 */

/**
 * @param {number} status
 * @param {string} code
 * @param {string} [message]
 * @param {Record<string, any>} [more]
 * @returns {Failure}
 */
function failure(status, code, message = '', more = {}) {
  return { status, code, message, more }
}

/**
 * One request, once.
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path below /api/v1
 * @param {object} [body]
 * @param {string} [token]
 * @returns {Promise<{ isNew: boolean, data: any }>} the answer, `isNew` for 201; rejects with a Failure
 */
function send(method, path, body, token) {
  /** @type {Record<string, string>} */
  const header = { 'Content-Type': 'application/json' }
  if (token) header.Authorization = 'Bearer ' + token
  return new Promise((resolve, reject) => {
    wx.request({
      url: BASE + '/api/v1' + path,
      method,
      data: /** @type {any} */ (body),
      header,
      timeout: PATIENCE,
      success: ({ statusCode, data }) => {
        // A proxy in between answers in its own way: what is neither ours nor an error of ours is a part being down.
        const isOurs = statusCode === 204 || (typeof data === 'object' && data !== null)
        if (statusCode < 300 && !isOurs) return reject(failure(502, 'unavailable'))
        if (statusCode < 300) return resolve({ isNew: statusCode === 201, data })
        const error = /** @type {any} */ (data || {}).error
        if (!error || typeof error.code !== 'string') return reject(failure(statusCode, 'unavailable'))
        reject(failure(statusCode, error.code, error.message, error))
      },
      fail: ({ errMsg }) => reject(failure(0, /timeout/.test(errMsg) ? 'no_answer' : 'no_network')),
    })
  })
}

/** @returns {Promise<string>} the code of wx.login */
function loginCode() {
  return new Promise((resolve, reject) => {
    wx.login({ timeout: PATIENCE, success: ({ code }) => resolve(code), fail: () => reject(failure(0, 'no_network')) })
  })
}

/** @type {Promise<any> | null} the log-in that is on its way; whoever needs one meanwhile shares it */
let pending = null

/**
 * Log in, or renew the session; silent. A scan that came first becomes a ticket of ten minutes.
 * @param {string} [scan]
 * @returns {Promise<{ bound: boolean, ticket: string | null }>} rejects with a Failure
 */
function logIn(scan) {
  if (pending && !scan) return pending
  const who = personId()
  const mine = loginCode()
    .then((code) => send('POST', '/session', scan ? { code, scan } : { code }))
    .then(({ data }) => {
      // Bound or unbound meanwhile: what was said before that is of before.
      const held = session()
      const member = personId() === who ? data.member : held && held.member
      keepSession({ token: data.token, member, until: Date.now() + data.expires_in * 1000 })
      return data
    })
    // A log-in that failed is forgotten: the next one begins anew, or the first 重试 would always fail.
    .finally(() => {
      if (pending === mine) pending = null
    })
  pending = mine
  return mine
}

/**
 * Ask in the name of whoever this phone is now. An answer that comes once it is somebody else's is asked anew;
 * the first screen also says whose it is.
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<{ isNew: boolean, data: any }>} rejects with a Failure
 */
function askAsNow(method, path, body) {
  const held = session()
  const who = personId()
  return send(method, path, body, held ? held.token : undefined).then(
    (answer) => {
      if (method === 'GET' && personId() !== who) return askAsNow(method, path, body)
      if (held && path === '/home') followBinding(answer.data)
      return answer
    },
    (/** @type {Failure} */ failed) => {
      if (failed.code === 'not_bound' && personId() === who) endBinding()
      throw failed
    }
  )
}

/**
 * The same. A session whose time is over is renewed first; one that is refused, once, and the same request sent again.
 * Reading is repeated once where the connection failed; nothing that writes is ever repeated unasked.
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<{ isNew: boolean, data: any }>} rejects with a Failure
 */
function ask(method, path, body) {
  const held = session()
  const token = held ? held.token : undefined
  const ready = token && isOver() ? renewed(token) : Promise.resolve()
  return ready.then(() => askAsNow(method, path, body)).catch((/** @type {Failure} */ failed) => {
    if (failed.code === 'no_network' && method === 'GET') return askAsNow(method, path, body)
    // Unbound meanwhile: nobody is logged in again for what nobody waits for.
    if (failed.status === 401 && token && session()) return renewed(token).then(() => askAsNow(method, path, body))
    throw failed
  })
}

/**
 * @param {string} old the token that was refused
 * @returns {Promise<any>} once there is one that is not `old`: another request may have renewed it already
 */
function renewed(old) {
  const held = session()
  return held && held.token !== old ? Promise.resolve() : logIn()
}

/** @param {{ data: any }} answer */
const dataOf = ({ data }) => data

/** @param {string} path */
const get = (path) => ask('GET', path).then(dataOf)

/**
 * @param {string} path
 * @param {object} [body]
 */
const post = (path, body) => ask('POST', path, body || {}).then(dataOf)

/**
 * As post, where it matters whether this made something or it was there already.
 * @param {string} path
 * @param {object} body
 */
const create = (path, body) => ask('POST', path, body)

/** @param {string} path */
const remove = (path) => ask('DELETE', path).then(dataOf)

module.exports = { get, post, create, remove, logIn, failure }
