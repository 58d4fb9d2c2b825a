// Who this phone is logged in as. The token is WeChat's word for an openid; the member is whom it is bound to.

/** @typedef {{ id: number, name: string, branch: string }} Me */
/**
 * `ended`: it was bound, and the server says it no longer is; `until`: milliseconds, then the token is over.
 * @typedef {{ token: string, member: Me | null, ended?: boolean, until?: number }} Session
 */

const KEY = 'session'

/** @type {Session | null | undefined} undefined until storage was read */
let held

/** @returns {Session | null} the session kept on this phone, valid or not: only the server knows */
function session() {
  if (held === undefined) held = wx.getStorageSync(KEY) || null
  return held || null
}

/** @returns {boolean} whether the time of the session kept is over: asking with it would only be refused */
function isOver() {
  const now = session()
  return Boolean(now && now.until && now.until <= Date.now())
}

/** @returns {Me | null} the member this phone is bound to, as of the last answer */
function me() {
  const now = session()
  return now ? now.member : null
}

/** @returns {number} the id of that member, 0 for nobody */
function personId() {
  const mine = me()
  return mine ? mine.id : 0
}

/**
 * Keep a session. What was kept for another member goes, so that two people never see each other.
 * @param {Session} next
 */
function keepSession(next) {
  const before = me()
  if (before && (!next.member || next.member.id !== before.id)) forgetPerson(before.id)
  const until = held && held.token === next.token ? held.until : undefined
  held = { until, ...next, ended: !next.member && (Boolean(before) || wasEnded()) }
  wx.setStorageSync(KEY, held)
}

/** The server says that nobody is bound to this phone now. */
function endBinding() {
  const now = session()
  if (now && now.member) keepSession({ token: now.token, member: null })
}

/**
 * The first screen names whose this phone is: another phone of the same WeChat may have changed it.
 * @param {{ member: string | null, member_id: number, branch: string }} home
 */
function followBinding({ member: name, member_id: id, branch }) {
  const now = session()
  if (name === null) endBinding()
  else if (now && name && id !== personId()) keepSession({ token: now.token, member: { id, name, branch } })
}

/** @returns {boolean} whether a binding of this phone ended elsewhere: its person may want to know why */
function wasEnded() {
  const now = session()
  return Boolean(now && now.ended)
}

/** Forget the session and what was kept for its member; large type stays, it is the phone's. */
function forgetSession() {
  const before = me()
  if (before) forgetPerson(before.id)
  held = null
  wx.removeStorageSync(KEY)
}

/** @returns {string} where the member's whole record lies, once it was made to be sent */
function recordPath() {
  return wx.env.USER_DATA_PATH + '/my-record.txt'
}

/** @param {number} id */
function forgetPerson(id) {
  wx.getFileSystemManager().unlink({ filePath: recordPath(), fail: () => {} }) // most never sent their record to themselves
  const mine = prefix(id)
  for (const key of wx.getStorageInfoSync().keys) if (key.indexOf(mine) === 0) wx.removeStorageSync(key)
}

/** @param {number} id */
function prefix(id) {
  return 'm' + id + ':'
}

/**
 * Keep something of this member on the phone: a page for when there is no network, or an unfinished text.
 * @param {string} key
 * @param {any} value
 */
function remember(key, value) {
  const mine = me()
  if (mine) wx.setStorageSync(prefix(mine.id) + key, { value, at: Date.now() })
}

/**
 * @param {string} key
 * @returns {{ value: any, at: number } | null} what was kept for this member, and when
 */
function recall(key) {
  const mine = me()
  return (mine && wx.getStorageSync(prefix(mine.id) + key)) || null
}

/** @param {string} key */
function dismiss(key) {
  const mine = me()
  if (mine) wx.removeStorageSync(prefix(mine.id) + key)
}

module.exports = { session, isOver, me, personId, recordPath, wasEnded, endBinding, followBinding, keepSession, forgetSession, remember, recall, dismiss }
