// Gate: each component draws itself in the second engine, WeChat's own for tests of components.
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { JSDOM } from 'jsdom'
import { REPOSITORY, ROOT, files, json, pages, tell } from './sources.mjs'
import { withImported } from './wxml.mjs'

const require = createRequire(import.meta.url)
const { DRAWN, KEPT } = await import(
  resolve(process.argv[3] ?? join(REPOSITORY, 'tests/mini_program_checks/drawn.mjs'))
)
const MUCH = 64 * 1024 * 1024

/** What the engine takes from a browser. */
function browser() {
  const { window } = new JSDOM('<!doctype html><body></body>', { url: 'https://client.invalid/' })
  Object.assign(globalThis, { window, document: window.document, Node: window.Node, Element: window.Element })
  for (const name of ['HTMLElement', 'Event', 'CustomEvent', 'getComputedStyle', 'MutationObserver'])
    globalThis[name] = window[name]
  return window
}

const window = browser()
const simulate = require('miniprogram-simulate')

// What WeChat answers here; all else is the engine's.
const phone = (asks) => ({
  getStorageSync: (key) => KEPT[key] ?? '',
  onNeedPrivacyAuthorization: (ask) => asks && ask(() => {}, { referrer: asks }),
})

/** Draw a component once; return the text somebody reads. `asks`: the private interface that is called then. */
function draw(name, properties, asks) {
  Object.assign(globalThis.wx, phone(asks))
  const id = simulate.load(join(ROOT, name), dirname(name).split('/').pop(), {
    rootPath: ROOT,
    compilerOptions,
  })
  const drawn = simulate.render(id, properties)
  drawn.attach(window.document.body)
  const text = drawn.dom.textContent.replace(/\s+/g, ' ').trim()
  const html = drawn.dom.innerHTML
  drawn.detach()
  return { text, html }
}

// The engine complains aloud of what it does not know; what it catches, too.
const complaints = []
console.error = (...said) => complaints.push(said.join(' '))
console.warn = console.error

function* faultsOf(name) {
  const told = { file: `${name}.wxml`, line: 1 }
  const cases = DRAWN[name]
  if (!cases) yield { ...told, message: 'drawn.mjs has no properties for it' }
  for (const { properties, asks, read, seen } of cases ?? []) {
    try {
      const { text, html } = draw(name, properties, asks)
      if (text !== read) yield { ...told, message: `reads “${text}”, not “${read}”` }
      if (seen && !html.includes(seen)) yield { ...told, message: `shows no ${seen}` }
    } catch (wrong) {
      yield { ...told, message: `does not draw: ${wrong.message}` }
    }
    for (const said of complaints.splice(0)) yield { ...told, message: said.split('\n')[0] }
  }
}

const components = files('.json')
  .filter(({ name }) => json(name).component)
  .map(({ name }) => name.replace(/\.json$/, ''))
  .filter((name) => !pages().includes(name))
// Left to itself the engine compiles all templates for each.
const wxmlList = [
  ...new Set(components.flatMap((name) => withImported(`${name}.wxml`)).map(({ name }) => name)),
]
const compilerOptions = { wxmlList, maxBuffer: MUCH }

function* faults() {
  for (const name of components) yield* faultsOf(name)
  for (const name of Object.keys(DRAWN))
    if (!components.includes(name))
      yield { file: `${name}.json`, line: 1, message: 'drawn.mjs speaks of it, and there is none' }
}

tell(faults())
