// How somebody comes to 签到: by a scan in here, by WeChat's own scan, or back from binding with a ticket in hand.
// What was scanned is only read: nothing in it is ever opened.

const { BASE } = require('./config')

const ADDRESS = BASE + '/c/'
const TOKEN = /^[\w-]{26}$/
const PAGE = 'pages/check-in/check-in'
const LONGEST = 1024 // a code of ours is far shorter; nothing longer is even decoded
const KEY = 'ticket'
const KEPT = 3600000 // milliseconds; the ticket itself ends sooner, and then the server says so

/** The arrival that was taken last, as WeChat gave it: coming back from elsewhere gives the same one again. */
let taken = ''

/**
 * @param {string} scanned the text of any code
 * @returns {string} the 26 characters that the hall shows, or an empty text
 */
function tokenIn(scanned) {
  const bare = scanned.indexOf(ADDRESS) === 0 ? scanned.slice(ADDRESS.length) : scanned
  return TOKEN.test(bare) ? bare : ''
}

/**
 * @param {{ result?: string, path?: string }} seen what wx.scanCode gives; `path` for a code of this mini-program
 * @returns {string} the text that was scanned
 */
function scannedText({ result, path }) {
  const own = /^\/?([^?]+)\?scene=([^&]+)$/.exec(path || '')
  return own && own[1] === PAGE ? decoded(own[2]) : result || ''
}

/** @param {string} text @returns {string} decoded once; empty where it cannot be */
function decoded(text) {
  if (text.length > LONGEST) return ''
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** @param {Record<string, string | undefined> | undefined} query @returns {string} the code in it: a link's `q`, or a scene */
function codeIn(query) {
  return (query && (query.q || query.scene)) || ''
}

/**
 * @param {Record<string, string | undefined>} query of onLoad
 * @returns {string | null} what was scanned on the way here; null where nothing was
 */
function arrived(query) {
  const code = codeIn(query)
  if (!code) return null
  taken = code
  return decoded(code)
}

/** @returns {string | null} a scan that came while this page was open already: then only onShow runs; each once */
function arrivedAgain() {
  const { path, query } = wx.getEnterOptionsSync()
  const code = path === PAGE ? codeIn(query) : ''
  return code && code !== taken ? arrived({ q: code }) : null
}

/**
 * Keep what a scan was worth until its person is bound.
 * @param {string} ticket
 */
function keepTicket(ticket) {
  wx.setStorageSync(KEY, { ticket, at: Date.now() })
}

/** @returns {boolean} whether somebody scanned and was to bind first */
function hasTicket() {
  const kept = wx.getStorageSync(KEY)
  return Boolean(kept) && Date.now() - kept.at < KEPT
}

/** @returns {string} the ticket, once; empty where there is none */
function takeTicket() {
  const ticket = hasTicket() ? wx.getStorageSync(KEY).ticket : ''
  wx.removeStorageSync(KEY)
  return ticket
}

module.exports = { tokenIn, scannedText, arrived, arrivedAgain, keepTicket, hasTicket, takeTicket }
