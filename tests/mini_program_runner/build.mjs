// node build.mjs SRC OUT: compile the mini-program in SRC into the folder OUT, a page for a browser.
// Strict: whatever the compiler or our own checks say ends the build with status 1, one line for each.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { writePage } from './page.mjs'
import { faultsOf } from './wxml.mjs'
import { inComponent, inPage, readWxss, scopeOf, toCss } from './wxss.mjs'

const HERE = path.dirname(fileURLToPath(import.meta.url))
const MODULES = path.join(HERE, '../../node_modules')
const { TmplGroup } = createRequire(import.meta.url)(path.join(MODULES, 'glass-easel-template-compiler'))
const TAB_BAR = 'custom-tab-bar/index'

const [root, out] = process.argv.slice(2)
const problems = []
const problem = (said) => void problems.push(said)

const read = (file) => fs.readFileSync(path.join(root, file), 'utf8')
const exists = (file) => fs.existsSync(path.join(root, file))

function readJson(file) {
  if (!exists(file)) return {}
  try {
    return JSON.parse(read(file))
  } catch (error) {
    problem(`${file}: ${error.message}`)
    return {}
  }
}

/** Every page of app.json, the main package's and the subpackages'. */
function pagesOf(app) {
  const sub = (app.subPackages || app.subpackages || []).flatMap((one) => one.pages.map((page) => `${one.root}/${page}`))
  return [...(app.pages || []), ...sub.map((page) => page.replace(/\/+/g, '/'))]
}

/** The path of a component named in `file`, without a leading slash. */
function resolved(file, wanted) {
  return wanted.startsWith('/') ? wanted.slice(1) : path.posix.join(path.posix.dirname(file), wanted)
}

/** Read the JSON of each page and of whatever it uses; returns JSON by path and the components in order. */
function walk(app, pages) {
  const json = {}
  const comps = []
  const visit = (name, isPage) => {
    if (json[name]) return
    for (const ending of ['js', 'wxml', 'json']) {
      if (!exists(`${name}.${ending}`)) problem(`${name}.${ending} is missing`)
    }
    const mine = (json[name] = readJson(`${name}.json`))
    const using = { ...app.usingComponents, ...mine.usingComponents }
    for (const [tag, wanted] of Object.entries(using)) using[tag] = `/${resolved(name, wanted)}`
    mine.usingComponents = using
    if (!isPage && !mine.component) problem(`${name}.json: "component": true is missing`)
    if (isPage && mine.component) delete mine.component
    for (const wanted of Object.values(using)) visit(wanted.slice(1), false)
    if (!isPage) comps.push(name)
  }
  if (app.tabBar) visit(TAB_BAR, false)
  for (const page of pages) visit(page, true)
  return { json, comps }
}

/** Compile every template with what it imports. */
function compile(json) {
  const group = new TmplGroup()
  const seen = new Set()
  const add = (name, own) => {
    if (seen.has(name) || !exists(`${name}.wxml`)) return
    seen.add(name)
    const wxml = read(`${name}.wxml`)
    for (const said of faultsOf(wxml, own)) problem(`${name}.wxml: ${said}`)
    for (const said of group.addTmpl(name, wxml.replace(/\baria-role=/g, 'role='))) {
      problem(`${name}.wxml:${said.startLine + 1}:${said.startColumn + 1}: ${said.message}`)
    }
    for (const [, wanted] of wxml.matchAll(/<(?:import|include)\b[^>]*\bsrc="([^"]+)"/g)) {
      add(resolved(name, wanted).replace(/\.wxml$/, ''), own)
    }
    for (const [, wanted] of wxml.matchAll(/<wxs\b[^>]*\bsrc="([^"]+)"/g)) {
      const script = resolved(name, wanted)
      group.addScript(script.replace(/\.wxs$/, ''), read(script))
    }
  }
  for (const [name, mine] of Object.entries(json)) add(name, new Set(Object.keys(mine.usingComponents)))
  return group.getTmplGenObjectGroups()
}

/** All style sheets as one, in the order in which WeChat lays them over one another. */
function styles(comps, pages) {
  const sheet = (name, scoped) =>
    `/* ${name} */\n` + toCss(readWxss(root, `${name}.wxss`, problem), scoped, (said) => problem(`${name}.wxss: ${said}`))
  return [
    sheet('app', (selector) => selector),
    ...comps.map((name) => sheet(name, inComponent(name))),
    ...pages.map((name) => sheet(name, inPage(name))),
  ].join('')
}

/** The text of every script in the folder, by its path. */
function scripts() {
  const files = fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => file.split(path.sep).join('/'))
  return Object.fromEntries(files.filter((file) => file.endsWith('.js')).map((file) => [file, read(file)]))
}

function checkTabs(app, pages) {
  if (!app.tabBar) return
  if (!app.tabBar.custom) problem('app.json: the runner draws only a custom tab bar ("custom": true)')
  const list = app.tabBar.list || []
  if (list.length < 2 || list.length > 5) problem('app.json: a tab bar has two to five tabs')
  for (const { pagePath } of list) if (!pages.includes(pagePath)) problem(`app.json: tab ${pagePath} is no page`)
}

/** The module with all of the mini-program but its looks. */
function bundle(app, pages, json, comps, templates) {
  const scopes = Object.fromEntries([...comps, ...pages].map((name) => [name, scopeOf(name)]))
  const parts = { app, pages, comps, json, scopes, mods: scripts() }
  const lines = Object.entries(parts).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`)
  return `${lines.join('')}export const tmpl = ${templates}\n`
}

const app = readJson('app.json')
const pages = pagesOf(app)
if (!pages.length) problem('app.json: no pages')
checkTabs(app, pages)
const { json, comps } = walk(app, pages)
const module = bundle(app, pages, json, comps, compile(json))
writePage(out, path.join(HERE, 'browser'), MODULES, module, styles(comps, pages))
for (const said of problems) console.error(said)
process.exitCode = problems.length ? 1 : 0
