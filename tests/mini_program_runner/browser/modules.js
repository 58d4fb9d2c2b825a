// CommonJS as a mini-program has it: relative paths, no browser.
import { app, mods } from './bundle.js'
import { fault, mp, register } from './hooks.js'
import { stack } from './pages.js'
import { wx } from './wx.js'

// A phone has none of these; in a browser the engine would find the browser's own.
const ABSENT = [
  'window', 'document', 'self', 'globalThis', 'location', 'history', 'navigator', 'fetch', 'XMLHttpRequest', 'WebSocket',
  'localStorage', 'sessionStorage', 'indexedDB', 'alert', 'confirm', 'prompt', 'crypto', 'caches', 'Image', 'Audio', 'Event',
  'URL', 'URLSearchParams', 'Headers', 'Request', 'Response', 'FormData', 'Blob', 'File', 'FileReader', 'AbortController',
  'TextEncoder', 'TextDecoder', 'atob', 'btoa', 'structuredClone', 'queueMicrotask', 'requestAnimationFrame', 'performance',
]

const GLOBALS = {
  wx,
  App(given) {
    if (register.app) fault('App() is called twice')
    register.app = given
  },
  Page: (given) => register.current.Page(given),
  Component: (given) => register.current.Component(given),
  Behavior: (given) => register.current.Behavior(given),
  getApp: () => register.app,
  getCurrentPages: () => stack().map((one) => one.page),
  __wxConfig: { envVersion: 'develop', ...app.window },
}

const loaded = {}

/** Run the file `id` once; returns its exports. Throws for a path that a phone would not find. */
export function load(id) {
  if (loaded[id]) return loaded[id].exports
  if (!(id in mods)) throw new Error(`module '${id}' is not defined`)
  const module = (loaded[id] = { exports: {} })
  const names = ['require', 'module', 'exports', ...Object.keys(GLOBALS), ...ABSENT]
  const run = new Function(...names, `'use strict';${mods[id]}\n//# sourceURL=mp/${id}`)
  run((wanted) => load(resolve(id, wanted)), module, module.exports, ...Object.values(GLOBALS))
  return module.exports
}

function resolve(from, wanted) {
  if (!/^\.\.?\//.test(wanted)) throw new Error(`require('${wanted}') in ${from}: only ./ and ../ are the same on every phone`)
  const parts = from.split('/').slice(0, -1)
  for (const part of wanted.split('/')) {
    if (part === '..') parts.pop()
    else if (part && part !== '.') parts.push(part)
  }
  const id = parts.join('/')
  return id in mods ? id : `${id}.js`
}

if ('config.js' in mods) {
  const { BASE } = load('config.js')
  mp.base = BASE
  if (BASE) mp.hosts.push(new URL(BASE).host)
}
