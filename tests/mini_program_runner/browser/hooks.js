// What a test sees and sets: `window.__mp`. The test's settings stand in `window.__launch` before anything loads.
// `__errors` collects every fault; a test that ends with one in it has failed.
import * as glassEasel from 'glass-easel'

const errors = (window.__errors = [])

export const mp = (window.__mp = {
  calls: [], // [api, what it was asked] in order
  requests: [], // { method, path, status, bytes, timeout } of every wx.request
  scan: [], // what the camera sees next; empty: the person goes back
  subscribe: [], // accept, reject, ban, or an error code, for the next requestSubscribeMessage
  phoneCodes: [], // codes of getPhoneNumber
  hosts: [], // request domains declared at WeChat
  privacyNeeded: false,
  lost: [], // { method, path, arrives } of requests that get no answer; `arrives`: the server had it all the same
  fontScale: 1,
  brightness: 0.5,
  keepScreenOn: false,
  files: {}, // what was written, by path
  sends: true, // whether the person sends a file on, when asked to whom; else turns back
  clipboard: '',
  ...window.__launch,
})

/** `current` is what Page, Component and Behavior stand for while a file is registered; `app` what App was given. */
export const register = { current: null, app: null }

/** Remember a fault. */
export function fault(said) {
  errors.push(said instanceof Error ? said.stack || said.message : String(said))
}

/** Call a function of the mini-program; what it throws is a fault, as WeChat's console would show it. */
export function guarded(what, call) {
  try {
    return call()
  } catch (error) {
    fault(new Error(`${what}: ${error && error.message}\n${error && error.stack}`))
  }
}

glassEasel.addGlobalErrorListener((error, method, component) => {
  fault(`${(error && error.stack) || error} in ${method || ''} of ${(component && component.is) || component}`)
  return false
})
glassEasel.addGlobalWarningListener((message, component) => {
  fault(`warning: ${message} in ${(component && component.is) || component}`)
  return false
})
window.addEventListener('error', (event) => fault(event.error || event.message))
window.addEventListener('unhandledrejection', (event) => {
  const why = event.reason
  fault(`unhandled rejection: ${(why && (why.stack || why.errMsg || JSON.stringify(why))) || why}`)
})
