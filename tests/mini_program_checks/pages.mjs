// Gate: app.json, the files it speaks of and the settings of the project belong together.
import { declared, files, has, json, lineAt, pages, read, resolved, tell } from './sources.mjs'
import { is, lineOf, scripts } from './syntax.mjs'
import { withImported } from './wxml.mjs'

const FOUR = ['.js', '.json', '.wxml', '.wxss']
const AT_THE_TOP = ['app.js', 'app.json', 'app.wxss', 'project.config.json', 'sitemap.json']
const TITLE = 7 // characters that fit beside WeChat's own button
const LEAST_LIBRARY = '2.32.3' // before it nobody is asked for their privacy
// What app.json must not ask for: permission, requiredPrivateInfos and the like.
const KEYS_OF_APP = [
  'pages',
  'subPackages',
  'window',
  'tabBar',
  'style',
  'lazyCodeLoading',
  'sitemapLocation',
  '__usePrivacyCheck__',
  'usingComponents',
]

function* parsing() {
  for (const { name, text } of files('.json')) {
    try {
      JSON.parse(text)
    } catch (wrong) {
      yield { file: name, line: 1, message: wrong.message }
    }
  }
}

const lineOfWord = (file, word) =>
  Math.max(
    1,
    read(file)
      .split('\n')
      .findIndex((line) => line.includes(`"${word}"`)) + 1
  )

function* listed() {
  const inApp = pages()
  for (const page of inApp) {
    const gone = FOUR.filter((ending) => !has(page + ending))
    if (gone.length)
      yield {
        file: 'app.json',
        line: lineOfWord('app.json', page),
        message: `${page} lacks ${gone.join(' ')}`,
      }
    if (json(`${page}.json`).component)
      yield { file: `${page}.json`, line: 1, message: 'a page says it is a component' }
  }
  for (const tab of json('app.json').tabBar?.list ?? []) {
    if (!inApp.includes(tab.pagePath))
      yield {
        file: 'app.json',
        line: lineOfWord('app.json', 'tabBar'),
        message: `the tab ${tab.pagePath} is no page`,
      }
  }
}

/** Whatever nothing leads to: from app.json over usingComponents, imports and require. */
function* unreached(all) {
  const reached = new Set(AT_THE_TOP)
  const todo = ['app', ...pages(), ...(json('app.json').tabBar?.custom ? ['custom-tab-bar/index'] : [])]
  const required = new Map(all.map((script) => [script.name, requiredBy(script)]))
  const addScript = (name) => {
    if (reached.has(name) && name !== 'app.js') return
    reached.add(name)
    for (const path of required.get(name) ?? []) addScript(path)
  }
  for (const one of todo) {
    for (const ending of FOUR) reached.add(one + ending)
    for (const path of required.get(`${one}.js`) ?? []) addScript(path)
    for (const { name } of withImported(`${one}.wxml`)) {
      reached.add(name)
      for (const [, source] of read(name).matchAll(/<wxs[^>]*\bsrc="([^"]+)"/g))
        reached.add(resolved(name, source))
    }
    for (const [, source] of read(`${one}.wxss`).matchAll(/@import\s+"([^"]+)"/g))
      reached.add(resolved(`${one}.wxss`, source))
    for (const path of Object.values(declared(one))) if (!todo.includes(path)) todo.push(path)
  }
  for (const { name } of files())
    if (!reached.has(name)) yield { file: name, line: 1, message: 'nothing leads to this file' }
}

const requiredBy = (script) =>
  script.nodes
    .filter(
      (node) => is(node, 'CallExpression') && node.expression.text === 'require' && node.arguments[0]?.text
    )
    .map((node) => resolved(script.name, node.arguments[0].text).replace(/(\.js)?$/, '.js'))

/** The folders below which pages stand: pages/, and each subpackage's. */
const roots = () => [...new Set(pages().map((page) => page.split('/')[0]))].join('|')

/** Addresses written in scripts and templates lead to pages there are. */
function* addresses(all) {
  const known = pages()
  const begins = new RegExp(`^/((?:${roots()})/[\\w/-]+)`)
  const stands = new RegExp(`="/((?:${roots()})/[\\w/-]+)`, 'g')
  const told = (file, line, path) => ({ file, line, message: `${path} is no page` })
  for (const script of all) {
    for (const node of script.nodes) {
      const text = is(node, 'StringLiteral', 'NoSubstitutionTemplateLiteral', 'TemplateHead') ? node.text : ''
      const path = begins.exec(text)?.[1]
      // '/work/' + page leads to one of several.
      const isBegun = text === `/${path}` && is(node.parent, 'BinaryExpression', 'TemplateExpression')
      if (path && !known.some((page) => (isBegun ? page.startsWith(path) : page === path)))
        yield told(script.name, lineOf(script, node), `/${path}`)
    }
  }
  for (const { name, text } of files('.wxml')) {
    for (const found of text.matchAll(stands)) {
      if (!known.includes(found[1])) yield told(name, lineAt(text, found.index), `/${found[1]}`)
    }
  }
}

function* settings() {
  const app = json('app.json')
  const say = (key, message) => ({ file: 'app.json', line: lineOfWord('app.json', key), message })
  for (const key of Object.keys(app))
    if (!KEYS_OF_APP.includes(key)) yield say(key, `${key} is not asked for`)
  if (app.style !== 'v2') yield say('style', 'style is not v2')
  if (app.lazyCodeLoading !== 'requiredComponents')
    yield say('lazyCodeLoading', 'lazyCodeLoading is not requiredComponents')
  if (app.__usePrivacyCheck__ !== true) yield say('__usePrivacyCheck__', '__usePrivacyCheck__ is not true')
  for (const { name } of files('.json')) {
    const title = json(name).navigationBarTitleText ?? json(name).window?.navigationBarTitleText ?? ''
    if ([...title].length > TITLE)
      yield {
        file: name,
        line: lineOfWord(name, 'navigationBarTitleText'),
        message: `“${title}” is longer than ${TITLE} characters`,
      }
  }
}

function* project() {
  const config = json('project.config.json')
  const say = (key, message) => ({
    file: 'project.config.json',
    line: lineOfWord('project.config.json', key),
    message,
  })
  if (/^wx[0-9a-f]{16}$/.test(config.appid ?? ''))
    yield say('appid', 'the appid of somebody; the file keeps a placeholder')
  if ((config.libVersion ?? '0').localeCompare(LEAST_LIBRARY, 'en', { numeric: true }) < 0)
    yield say('libVersion', `libVersion is below ${LEAST_LIBRARY}`)
  if (config.setting?.urlCheck !== true) yield say('urlCheck', 'urlCheck is not true')
  const [rule] = json('sitemap.json').rules ?? []
  if (rule?.action !== 'disallow' || rule?.page !== '*')
    yield { file: 'sitemap.json', line: 1, message: 'pages of members are left to the search' }
}

const all = scripts()
tell([...parsing(), ...listed(), ...unreached(all), ...addresses(all), ...settings(), ...project()])
