// Gate: scripts call only the interfaces of WeChat that are meant to be called, and nothing only a browser has.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { INTERFACES } from './interfaces.mjs'
import { REPOSITORY, json, tell } from './sources.mjs'
import { is, isFunction, lineOf, nameOf, scripts } from './syntax.mjs'

const LINES_OF_A_FILE = 300
const LINES_OF_A_FUNCTION = 40
const every = readFileSync(
  join(REPOSITORY, 'node_modules/miniprogram-api-typings/types/wx/lib.wx.api.d.ts'),
  'utf8'
)
const typings = every.slice(every.indexOf('interface Wx {'))
const declaredLibrary = json('project.config.json').libVersion ?? '0.0.0'

/** The base library an interface came with, as WeChat's typings say; '1.0.0' where they say nothing. */
function since(name) {
  const at = typings.search(new RegExp(`^        ${name}[<(:]`, 'm'))
  const comment = typings.slice(typings.lastIndexOf('/**', at), at)
  return /需要基础库： `([\d.]+)`/.exec(comment)?.[1] ?? '1.0.0'
}

const SINCE = new Map([...INTERFACES].map((name) => [name, since(name)]))
const isNewer = (one, other) => one.localeCompare(other, 'en', { numeric: true }) > 0

function* interfacesOf(script) {
  for (const node of script.nodes) {
    if (!is(node, 'Identifier') || node.text !== 'wx') continue
    const above = node.parent
    // event.wx or { wx: … } is not WeChat's.
    if (
      (is(above, 'PropertyAccessExpression') && above.name === node) ||
      (is(above, 'PropertyAssignment') && above.name === node)
    )
      continue
    const told = { line: lineOf(script, node) }
    if (!is(above, 'PropertyAccessExpression')) {
      yield { ...told, message: 'wx is not called by name' }
      continue
    }
    const name = above.name.text
    if (!INTERFACES.has(name))
      yield { ...told, message: `wx.${name} is not among the interfaces of interfaces.mjs` }
    else if (isNewer(SINCE.get(name), declaredLibrary))
      yield {
        ...told,
        message: `wx.${name} needs base library ${SINCE.get(name)}, declared is ${declaredLibrary}`,
      }
  }
}

function* habits(script) {
  for (const node of script.nodes) {
    const told = { line: lineOf(script, node) }
    if (is(node, 'ImportDeclaration', 'ExportDeclaration', 'ExportAssignment'))
      yield { ...told, message: 'modules are required, not imported' }
    if (is(node, 'DebuggerStatement')) yield { ...told, message: 'debugger is left' }
    if (is(node, 'Identifier') && node.text === 'console') yield { ...told, message: 'console is left' }
    if (!is(node, 'CallExpression', 'NewExpression')) continue
    const called = node.expression.text
    if (called === 'eval' || called === 'Function')
      yield { ...told, message: `${called}() does not run in WeChat` }
    if (called === 'require' && !/^\.\.?\//.test(node.arguments[0]?.text ?? ''))
      yield { ...told, message: 'require takes a path that begins with a dot' }
  }
}

function* sizes(script) {
  const lines = script.text.split('\n').length - 1
  if (lines > LINES_OF_A_FILE && script.name !== 'words.js')
    yield { line: lines, message: `more than ${LINES_OF_A_FILE} lines` }
  for (const node of script.nodes.filter(isFunction)) {
    const first = lineOf(script, node)
    const length = script.text.slice(node.getStart(), node.end).split('\n').length
    if (length > LINES_OF_A_FUNCTION)
      yield {
        line: first,
        message: `${nameOf(node) || 'a function'} has more than ${LINES_OF_A_FUNCTION} lines`,
      }
  }
}

tell(
  scripts().flatMap((script) =>
    [...interfacesOf(script), ...habits(script), ...sizes(script)].map((fault) => ({
      file: script.name,
      ...fault,
    }))
  )
)
