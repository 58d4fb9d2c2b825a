// What became of signing in, in words: a sign, a headline, what to know, what to do next.

const { me, wasEnded } = require('../../session')
const { tell } = require('../../opening')
const { clock, dayAndClock, dayOfWeek, daysAhead } = require('../../times')
const words = require('../../words')

const said = words.checkIn

/**
 * @typedef {import('./sign').Way} Way
 * @typedef {import('./sign').Receipt} Receipt
 * @typedef {import('../../request').Failure} Failure
 * @typedef {import('../../gathering').Gathering} Gathering
 * @typedef {{ way: Way, receipt?: Receipt, failed?: Failure, failures: number }} Outcome
 * @typedef {{ line: string, parts: { place: number, text: string, strong: boolean }[] }} Line
 */

// The sign of each refusal and what one can do; the first is the page's one button. `roster`: the reminder beneath.
/** @type {Record<string, { kind: string, acts: string[], roster?: boolean }>} */
const REFUSALS = {
  code_invalid: { kind: 'again', acts: ['scan', 'digits'], roster: true },
  code_expired: { kind: 'again', acts: ['scan', 'digits'], roster: true },
  ticket_expired: { kind: 'again', acts: ['scan', 'digits'], roster: true },
  too_many_tries: { kind: 'clock', acts: ['useScan'] },
  login_again: { kind: 'again', acts: ['retry'], roster: true },
  not_bound: { kind: 'person', acts: ['bind', 'later'] },
  bind_first: { kind: 'person', acts: ['bind', 'later'] },
  wrong_branch: { kind: 'person', acts: ['own'] },
  not_found: { kind: 'again', acts: ['gatherings'] },
  too_early: { kind: 'clock', acts: ['wait', 'plan'], roster: true },
  closed: { kind: 'clock', acts: ['home'] },
  roll_confirmed: { kind: 'person', acts: ['home'] },
  cancelled: { kind: 'clock', acts: ['gatherings'] },
  scan_off: { kind: 'person', acts: ['home'] },
  phone_used: { kind: 'person', acts: ['home'] },
  unknown: { kind: 'network', acts: ['retry'], roster: true },
  still: { kind: 'network', acts: ['retry', 'call'] },
  other: { kind: 'again', acts: ['retry'], roster: true },
}
const LINKS = ['later', 'call']

/**
 * @param {Outcome} outcome
 * @param {any} home the kept answer of GET /home, or null
 * @param {number} now milliseconds
 */
function resultOf(outcome, home, now) {
  return outcome.receipt ? signed(outcome.receipt, outcome.way, home) : refused(outcome, home, now)
}

/** @param {Receipt} receipt @param {Way} way @param {any} home */
function signed(receipt, way, home) {
  const status = /** @type {Record<string, string>} */ (words.gathering.statuses)[receipt.status]
  const name = (me() || { name: '' }).name
  const fill = { clock: clock(receipt.at), status, act: way.code ? said.typed : said.scanned }
  // The reminder asks what the first screen named.
  const common = { kind: 'ok', acts: actsOf(['good']), remind: Boolean(home) }
  if (receipt.to_confirm) return { ...common, ...filled(said.answers.to_confirm, fill), kind: 'told', name: '' }
  const called = name ? said.comrade.replace('{name}', name) : ''
  if (!receipt.isNew) return { ...common, ...filled(said.answers.again, fill), name: called }
  const held = gatheringsOf(home).find((one) => one.id === receipt.gathering_id)
  return {
    ...common,
    headline: said.signed,
    lines: [],
    name: called,
    clock: fill.clock,
    day: dayOfWeek(receipt.at),
    recorded: said.recorded.replace('{status}', status),
    guest: receipt.status === 'observer' ? said.guest : '',
    title: held ? held.title : '',
    host: held ? held.host : '',
  }
}

/** @param {Outcome} outcome @param {any} home @param {number} now */
function refused(outcome, home, now) {
  const failed = /** @type {Failure} */ (outcome.failed)
  const code = caseOf(outcome, failed)
  const { kind, acts, roster } = REFUSALS[code]
  const told = code === 'other' ? { headline: tell(failed).headline, lines: [tell(failed).beneath] } : said.answers[code]
  const next = ownNext(home, now)
  const result = filled(told, { ...fillOf(failed, now), branch: (me() || { branch: '' }).branch, next: next && dayAndClock(next.starts_at) })
  const contact = contactOf(home, outcome.way, now)
  const today = Boolean(gatheringToday(home, now))
  /** @type {Record<string, boolean>} what can be done only with something known */
  const can = { digits: today, plan: today, call: Boolean(contact) }
  const open = acts.filter((act) => can[act] !== false)
  const beneath = code === 'wrong_branch' ? said.invited : roster ? said.roster : ''
  return { kind, ...result, name: '', acts: actsOf(open), beneath, steps: code === 'still' ? stepsOf(contact) : [] }
}

/** Which row of the answers a failure is. @param {Outcome} outcome @param {Failure} failed */
function caseOf({ way, failures }, failed) {
  if (!failed.status || failed.status >= 500) return failures > 1 ? 'still' : 'unknown'
  if (failed.code === 'not_bound' && !failed.more.ticket) return 'bind_first'
  if (failed.code === 'code_expired' && way.ticket && !way.token) return 'ticket_expired'
  if (failed.status === 401) return 'login_again'
  if (failed.code === 'code_wrong') return 'too_many_tries' // the last try is spent
  return failed.code in REFUSALS ? failed.code : 'other'
}

/** What of a refusal goes into the sentences. @param {Failure} failed @param {number} now */
function fillOf({ code, message, more }, now) {
  if (code === 'too_early') {
    const today = daysAhead(more.opens_at, now) === 0
    return { opens: today ? said.today.replace('{clock}', clock(more.opens_at)) : dayAndClock(more.opens_at) }
  }
  if (code === 'not_bound') return { message: message.replace(/\d+:\d\d/, '**$&**'), ended: wasEnded() && words.pageState.ended }
  return { reason: more.reason, host: more.host }
}

/**
 * Fill in a row's sentences; one whose word is not known is left out. What stands between ** is strong.
 * @param {{ headline: string, lines: string[] }} told
 * @param {Record<string, any>} fill
 */
function filled(told, fill) {
  const lines = []
  for (const line of told.lines) {
    const slots = line.match(/\{\w+\}/g) || []
    if (!line || !slots.every((slot) => fill[slot.slice(1, -1)])) continue
    lines.push(strongParts(line.replace(/\{(\w+)\}/g, (_, key) => fill[key])))
  }
  return { headline: told.headline, lines }
}

/** @param {string} line @returns {Line} */
function strongParts(line) {
  // A number stays with its word: 10 分钟.
  const whole = line.replace(/ /g, '\u00a0')
  return { line, parts: whole.split('**').map((text, place) => ({ place, text, strong: place % 2 === 1 })) }
}

/** @param {string[]} names */
function actsOf(names) {
  return names.map((name, index) => ({
    name,
    word: /** @type {Record<string, string>} */ (said.acts)[name],
    look: LINKS.includes(name) ? 'link' : index ? 'plain' : 'primary',
  }))
}

/** @param {string} contact */
function stepsOf(contact) {
  const steps = said.ways.map(({ title, beneath }, index) => ({ title, beneath, state: index ? 'later' : 'now' }))
  return contact ? [...steps, { title: said.callWay, beneath: contact, state: 'later' }] : steps
}

/** @param {any} home @returns {Gathering[]} */
function gatheringsOf(home) {
  return (home && home.gatherings) || []
}

/** @param {any} home @param {number} now @returns {Gathering | undefined} the one to sign in to: open, else of today */
function gatheringToday(home, now) {
  const mine = gatheringsOf(home).filter((one) => one.status !== 'observer')
  const open = mine.filter((one) => one.state === 'open')
  return open.find((one) => !one.checked_in_at) || open[0] || mine.find((one) => daysAhead(one.starts_at, now) === 0)
}

/** @param {any} home @param {number} now @returns {Gathering | undefined} what comes next in the member's own branch */
function ownNext(home, now) {
  return gatheringsOf(home).find((one) => one.status !== 'observer' && new Date(one.ends_at).getTime() > now)
}

/** @param {any} home @param {Way} way @param {number} now @returns {string} whom to call about it */
function contactOf(home, way, now) {
  const about = gatheringsOf(home).find((one) => one.id === way.gatheringId) || gatheringToday(home, now)
  return (about && about.contact) || ''
}

module.exports = { resultOf, gatheringToday, contactOf }
