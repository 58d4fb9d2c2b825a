// Signing in by one of three ways; from the scan to the answer one request, where the phone has a session.

const { create, logIn } = require('../../request')
const { session } = require('../../session')

/**
 * `token`: scanned now. `ticket`: scanned before binding. `code` with `gatheringId`: typed.
 * @typedef {{ token?: string, ticket?: string, code?: string, gatheringId?: number }} Way
 * @typedef {{ gathering_id: number, status: string, at: string, to_confirm: boolean, isNew: boolean }} Receipt
 */

/**
 * @param {Way} way gets a ticket where a log-in came first: a second try then counts as of the scan
 * @returns {Promise<Receipt>} rejects with a Failure
 */
function sign(way) {
  if (!way.token || way.ticket || session()) return send(way)
  return logIn(way.token).then(({ ticket }) => {
    if (ticket) way.ticket = ticket
    return send(way)
  })
}

/** @param {Way} way */
function send({ token, ticket, code, gatheringId }) {
  const body = code ? { gathering_id: gatheringId, code } : ticket ? { ticket } : { token }
  return create('/check-ins', body).then(({ isNew, data }) => ({ ...data, isNew }))
}

module.exports = { sign }
