// A gathering's day in four steps, for whoever works on it: what is done, what is next, what this hand may do.

const { filled, sumOf } = require('../branch')
const { clock, dayAndClock, daysAhead } = require('../../times')
const words = require('../../words')

/**
 * @typedef {{ gathering_id: number, roll_id: number, org: string, host: string, title: string, starts_at: string,
 *   ends_at: string, place: string, state: string, may: string[], questions: number, counts: Record<string, number>,
 *   told: Record<string, number> | null, opens: boolean, ticks: boolean, confirms: boolean }} Working
 * @typedef {{ what: string, number: number, gathering_id: number | null, roll_id: number | null,
 *   org_id: number | null }} Waiting
 * @typedef {'draft' | 'phone' | 'hall' | 'roll' | 'confirm' | ''} Next
 */

const said = words.branch

/** @param {string} startsAt @param {number} now @returns {string} 今天 15:00; else 11月25日 周三 15:00 */
function whenOf(startsAt, now) {
  const near = words.times.days[daysAhead(startsAt, now)]
  return near ? near + ' ' + clock(startsAt) : dayAndClock(startsAt)
}

/** @param {Working} it @param {string[]} waits what the server says waits there @param {number} now */
function isPast(it, waits, now) {
  return it.state === 'closed' || waits.includes('confirm') || Date.parse(it.ends_at) <= now
}

/**
 * @param {Working} it
 * @param {string[]} waits
 * @param {number} now
 * @returns {Next} the one thing this person does next; empty where it is somebody else's turn
 */
function nextOf(it, waits, now) {
  if (it.state === 'draft') return it.may.includes('draft') ? 'draft' : ''
  if (isPast(it, waits, now)) {
    if ((it.counts.unrecorded || it.questions) && it.ticks) return 'roll'
    return it.confirms ? 'confirm' : ''
  }
  if (it.state === 'published' && waits.includes('phone')) return 'phone'
  if (it.opens && (it.state === 'open' || daysAhead(it.starts_at, now) === 0)) return 'hall'
  return it.state === 'open' && it.ticks ? 'roll' : ''
}

/** @param {Working} it @returns {string} 51 人：收到 33，电话告知 14，还差 4; the parts add up */
function toldWords(it) {
  if (it.state === 'draft') return said.unpublished
  const told = it.told
  if (!told) return ''
  const whose = it.may.includes('tick') ? said.audience : said.audienceOfGroup
  return filled(whose, { number: told.audience }) + sumOf(said.toldParts, told)
}

/** @param {Working} it @param {string[]} waits @param {number} now */
function stepsOf(it, waits, now) {
  const next = nextOf(it, waits, now)
  const past = isPast(it, waits, now)
  const published = it.state !== 'draft'
  const asked = it.questions ? said.comma + filled(said.questions, { number: it.questions }) : ''
  const checkIn = past ? said.checkInOver : it.state === 'open' ? said.checkInOpen : said.checkInLater
  return [
    {
      key: ['draft', 'phone'],
      title: said.notice,
      beneath: toldWords(it),
      done: published && !(it.told && it.told.to_phone),
      verb: published && it.told && it.told.to_phone + it.told.phoned && it.ticks ? said.list : '',
      to: 'phone',
    },
    { key: ['hall'], title: said.checkIn, beneath: checkIn, done: past, verb: it.opens && published ? said.code : '', to: 'hall' },
    {
      key: ['roll'],
      title: said.roll,
      beneath: published ? sumOf(said.countParts, it.counts, ['came', 'unrecorded']) + asked : '',
      done: published && !it.counts.unrecorded && !it.questions,
      verb: it.ticks && published ? said.tick : '',
      to: 'roll',
    },
    {
      key: ['confirm'],
      title: said.confirm,
      beneath: it.confirms ? said.confirmYours : said.confirmTheirs,
      done: false,
      verb: it.confirms && past ? said.goConfirm : '',
      to: 'confirm',
    },
  ].map(({ key, done, ...step }) => {
    const mine = key.includes(next)
    // What the one button does stands nowhere else.
    return { ...step, verb: mine && step.to === next ? '' : step.verb, state: mine ? 'now' : done ? 'done' : 'later' }
  })
}

/** @param {Working} it @param {Waiting[]} waiting @param {number} now what the page shows of the gathering at hand */
function dayOf(it, waiting, now) {
  const waits = waiting.filter((one) => one.roll_id === it.roll_id).map((one) => one.what)
  const next = nextOf(it, waits, now)
  return {
    ...it,
    when: whenOf(it.starts_at, now),
    // Nobody stands on a roll before the notice is published.
    expected: it.state === 'draft' ? '' : filled(said.expected, { number: it.counts.expected }),
    convened: it.host === it.org ? '' : filled(said.convened, { host: it.host }),
    steps: stepsOf(it, waits, now),
    next,
    button: next ? filled(said.buttons[next], { number: it.told ? it.told.to_phone : 0 }) : '',
    published: it.state !== 'draft',
  }
}

module.exports = { dayOf, whenOf }
