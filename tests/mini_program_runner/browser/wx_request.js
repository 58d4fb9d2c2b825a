// wx.request: callbacks only, the declared hosts only, https only; the server of the test answers for the zone's.
import { fault, mp } from './hooks.js'

const LONGEST = 60000

/** Start a request; returns its task. */
export function request(options) {
  mp.calls.push(['request', { url: options.url, method: options.method, data: options.data }])
  const stopper = new AbortController()
  const state = { why: '' }
  const stop = (why) => {
    state.why = state.why || why
    stopper.abort()
  }
  perform(options, stopper.signal, stop, state)
  return { abort: () => stop('abort'), onHeadersReceived() {}, offHeadersReceived() {} }
}

async function perform(options, signal, stop, state) {
  const { success, fail, complete } = options
  const row = { method: (options.method || 'GET').toUpperCase(), path: '', status: 0, bytes: 0, timeout: options.timeout || 0 }
  let said
  let good = true
  try {
    said = await exchange(options, row, signal, stop)
  } catch (error) {
    good = false
    said = error.errMsg ? error : { errMsg: `request:fail ${state.why || 'errcode:-118 cronet_error_code:-118'}`, errno: state.why === 'timeout' ? 5 : 600001 }
  }
  for (const callback of [good ? success : fail, complete]) {
    try {
      if (callback) callback(said)
    } catch (error) {
      fault(new Error(`in a callback of wx.request ${row.path}: ${error.message}\n${error.stack}`))
    }
  }
}

async function exchange(options, row, signal, stop) {
  const { address, init } = prepared(options, row)
  mp.requests.push(row)
  const lost = mp.lost.findIndex((one) => one.method === row.method && one.path === row.path.split('?')[0])
  const [gone] = lost < 0 ? [] : mp.lost.splice(lost, 1)
  if (gone && !gone.arrives) throw { errMsg: 'request:fail timeout', errno: 5 }
  const clock = setTimeout(() => stop('timeout'), options.timeout || LONGEST)
  try {
    const answer = await fetch(address, { ...init, signal })
    const bytes = await answer.arrayBuffer()
    if (gone) throw { errMsg: 'request:fail timeout', errno: 5 }
    Object.assign(row, { status: answer.status, bytes: bytes.byteLength })
    const data = options.responseType === 'arraybuffer' ? bytes : parsed(new TextDecoder().decode(bytes), options.dataType)
    return { data, statusCode: answer.status, header: Object.fromEntries(answer.headers), cookies: [], errMsg: 'request:ok' }
  } finally {
    clearTimeout(clock)
  }
}

function prepared({ url, method = 'GET', data, header = {} }, row) {
  const asked = URL.canParse(url) ? new URL(url) : null
  if (!asked) throw { errMsg: 'request:fail invalid url', errno: 600009 }
  if (asked.protocol !== 'https:' || !mp.hosts.includes(asked.host)) {
    fault(`wx.request to ${asked.origin}, which is not among the declared domains`)
    throw { errMsg: 'request:fail url not in domain list', errno: 600002 }
  }
  const headers = { 'content-type': 'application/json', ...lowered(header) }
  const init = { method: row.method, headers, credentials: 'omit', cache: 'no-store' }
  if (data !== undefined && /^(GET|HEAD)$/.test(row.method)) {
    for (const [name, value] of Object.entries(data)) asked.searchParams.append(name, value)
  } else if (data !== undefined) {
    init.body = typeof data === 'string' || data instanceof ArrayBuffer ? data : encoded(data, headers['content-type'])
  }
  row.path = asked.pathname + asked.search
  return { address: location.origin + row.path, init }
}

const lowered = (header) => Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))

function encoded(data, type) {
  return type.includes('urlencoded') ? String(new URLSearchParams(data)) : JSON.stringify(data)
}

function parsed(text, dataType = 'json') {
  if (dataType !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
