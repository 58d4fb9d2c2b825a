// Every word with the server. One file decides about time-outs, repeats and the renewal of the session.

const { BASE } = require('./config')
const { session, endBinding, keepSession } = require('./session')

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
        if (statusCode < 300) return resolve({ isNew: statusCode === 201, data })
        const error = /** @type {any} */ (data || {}).error
        // A proxy in between answers in its own way: what is no error of ours counts as a part being down.
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
  const mine = loginCode()
    .then((code) => send('POST', '/session', scan ? { code, scan } : { code }))
    .then(({ data }) => {
      keepSession({ token: data.token, member: data.member })
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
 * Ask in the name of this phone. An ended session is renewed once, and the same request sent again.
 * Reading is repeated once where the connection failed; nothing that writes is ever repeated unasked.
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<{ isNew: boolean, data: any }>} rejects with a Failure
 */
function ask(method, path, body) {
  const held = session()
  const token = held ? held.token : undefined
  return send(method, path, body, token).catch((/** @type {Failure} */ failed) => {
    if (failed.code === 'no_network' && method === 'GET') return send(method, path, body, token)
    if (failed.status === 401 && token) return renewed(token).then((fresh) => send(method, path, body, fresh))
    if (failed.code === 'not_bound') endBinding()
    throw failed
  })
}

/**
 * @param {string} old the token that was refused
 * @returns {Promise<string>} a token that is not `old`: another request may have renewed it already
 */
function renewed(old) {
  const held = session()
  if (held && held.token !== old) return Promise.resolve(held.token)
  return logIn().then(() => /** @type {any} */ (session()).token)
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
