// Gate: all that people read stands in words.js, each word is used, and none is a word we do not say.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT, files, has, resolved, tell } from './sources.mjs'
import { is, lineOf, scripts } from './syntax.mjs'
import { holes, values, withImported, withoutStrings } from './wxml.mjs'

const WORDS = 'words.js'
const NEVER = /打卡|排名|排行|名次|连续签到|必须下载|强制|请点击|！/g
const EMOJI = /(?!\d|[#*])\p{Emoji_Presentation}|\ufe0f/gu
const HAN = /[\p{Script=Han}，。：；？、“”（）《》…]/u
const OF_THE_CONSOLE = new Set(['手机办公'])
// WeChat takes these from the file itself.
const IN_JSON = /"(navigationBarTitleText|text)": "[^"]*"/g

function* spelling({ name, text }) {
  for (const [index, line] of text.split('\n').entries()) {
    const told = { file: name, line: index + 1 }
    for (const [word] of line.matchAll(NEVER)) yield { ...told, message: `“${word}” is not said` }
    for (const [sign] of line.matchAll(EMOJI)) yield { ...told, message: `${sign} is a picture, not a word` }
    if (/http:\/\//.test(line.replaceAll('http://www.w3.org/', '')))
      yield { ...told, message: 'http:// is not safe' }
  }
}

const blank = (comment) => comment.replace(/[^\n]/g, ' ')

/** Chinese in templates, styles and settings. Comments may quote what people read. */
function* elsewhere({ name, text }) {
  const bare = text.replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\//g, blank).replace(IN_JSON, blank)
  for (const [index, line] of bare.split('\n').entries()) {
    if (HAN.test(line)) yield { file: name, line: index + 1, message: 'Chinese outside words.js' }
  }
}

function* inScript(script) {
  for (const node of script.nodes) {
    if (
      !is(
        node,
        'StringLiteral',
        'NoSubstitutionTemplateLiteral',
        'TemplateHead',
        'TemplateMiddle',
        'TemplateTail'
      )
    )
      continue
    if (HAN.test(node.text))
      yield { file: script.name, line: lineOf(script, node), message: 'Chinese outside words.js' }
  }
}

/** “…” after 点 is a button: some word begins so, or nobody finds it. */
function* buttons(script, tree) {
  const every = JSON.stringify(tree)
  for (const node of script.nodes) {
    if (!is(node, 'StringLiteral', 'NoSubstitutionTemplateLiteral')) continue
    for (const [, said] of node.text.matchAll(/点[^，。“]*“([^”]+)”/g)) {
      const told = { file: WORDS, line: lineOf(script, node) }
      if (!every.includes(`"${said}`) && !OF_THE_CONSOLE.has(said))
        yield { ...told, message: `no button begins with “${said}”` }
    }
  }
}

const isGroup = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const at = (tree, path) =>
  path.reduce((value, key) => (isGroup(value) && Object.hasOwn(value, key) ? value[key] : undefined), tree)

/** Follow names from a group as far as they name words; `.replace` of a word is no word. */
function follow(tree, start, names) {
  const path = [...start]
  for (const name of names) {
    if (!isGroup(at(tree, path))) break
    path.push(name)
  }
  return path
}

/** Where words.js is used: {used: paths, missing: faults}. A path to a group uses all below it. */
function usage(tree, all) {
  const used = []
  const missing = []
  for (const script of all.filter((one) => one.name !== WORDS)) {
    for (const { path, as } of namedIn(script, tree)) {
      if (as === undefined || !isGroup(at(tree, path))) used.push(path)
      else lookUp(script, tree, path, as, used, missing)
    }
  }
  return { used, missing }
}

/** Every mention of words in a script as {path}, with `as` where a group is given a name for the template. */
function* namedIn(script, tree) {
  const aliases = new Map()
  for (const node of script.nodes) {
    if (is(node, 'VariableDeclaration') && node.initializer) yield* declare(script, tree, node, aliases)
    if (!is(node, 'Identifier') || !aliases.has(node.text) || isName(node)) continue
    const { path, top } = chain(node, aliases.get(node.text), tree)
    if (is(top.parent, 'VariableDeclaration') && top.parent.initializer === top) continue
    const property = is(top.parent, 'PropertyAssignment') && top.parent.initializer === top
    yield { path, as: property ? top.parent.name.text : undefined }
  }
}

/** Remember which names of a script stand for which group: const words = require('./words'), const { times } = words. */
function* declare(script, tree, node, aliases) {
  const start = origin(script, node.initializer, aliases, tree)
  if (!start) return
  if (is(node.name, 'Identifier')) {
    aliases.set(node.name.text, start)
    if (!isGroup(at(tree, start))) yield { path: start }
    return
  }
  for (const part of node.name.elements)
    aliases.set(part.name.text, [...start, (part.propertyName ?? part.name).text])
}

function origin(script, node, aliases, tree) {
  if (is(node, 'CallExpression') && node.expression.text === 'require') {
    return resolved(script.name, node.arguments[0].text).replace(/(\.js)?$/, '.js') === WORDS ? [] : null
  }
  let root = node
  while (is(root, 'PropertyAccessExpression')) root = root.expression
  if (is(root, 'CallExpression') && root !== node) {
    const start = origin(script, root, aliases, tree)
    return start && chain(root, start, tree).path
  }
  if (!is(root, 'Identifier') || !aliases.has(root.text)) return null
  const found = chain(root, aliases.get(root.text), tree)
  return found.top === node ? found.path : null
}

/** Climb from a name over .a.b; `top` is the last node that still names words. */
function chain(node, start, tree) {
  const path = [...start]
  let top = node
  while (
    is(top.parent, 'PropertyAccessExpression') &&
    top.parent.expression === top &&
    isGroup(at(tree, path))
  ) {
    path.push(top.parent.name.text)
    top = top.parent
  }
  return { path, top }
}

/** Whether an identifier only names a member or a key: page.words, { words: … }, or is declared here. */
function isName(node) {
  const above = node.parent
  if (is(above, 'PropertyAccessExpression', 'PropertyAssignment', 'VariableDeclaration'))
    return above.name === node
  return is(above, 'BindingElement', 'Parameter')
}

/** A group that the template knows as `as`: look where the template, or this script, says as.key. */
function lookUp(script, tree, path, as, used, missing) {
  const template = script.name.replace(/\.js$/, '.wxml')
  const said = new RegExp(`(\\.?)\\b${as}((?:\\.[A-Za-z_]\\w*)*)(\\[)?(?!\\w)`, 'g')
  const note = (text, file, line) => {
    for (const [, inner, names, computed] of withoutStrings(text).matchAll(said)) {
      const keys = names.split('.').filter(Boolean)
      if (!keys.length && !computed) continue
      const found = follow(tree, path, keys)
      used.push(found)
      if (file && !inner && at(tree, found) === undefined)
        missing.push({ file, line, message: `words.js has no ${found.join('.')}` })
    }
  }
  for (const { name, tree: own } of withImported(template)) {
    for (const value of values(own)) for (const { inside, line } of holes(value)) note(inside, name, line)
  }
  note(script.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''))
}

/** Every word as a path with its line. */
function* wordsOf(script) {
  function* inside(object, path) {
    for (const one of object.properties) {
      const here = [...path, one.name?.text ?? '']
      if (one.initializer && is(one.initializer, 'ObjectLiteralExpression'))
        yield* inside(one.initializer, here)
      else yield { path: here, line: lineOf(script, one) }
    }
  }
  const exported = script.nodes.find(
    (node) => is(node, 'BinaryExpression') && node.left.getText() === 'module.exports'
  )
  yield* inside(exported.right, [])
}

function* faults() {
  for (const file of files()) yield* spelling(file)
  for (const ending of ['.wxml', '.wxss', '.json', '.wxs'])
    for (const file of files(ending)) yield* elsewhere(file)
  const all = scripts()
  for (const script of all) if (script.name !== WORDS) yield* inScript(script)
  if (!has(WORDS)) return
  const tree = createRequire(import.meta.url)(join(ROOT, WORDS))
  const { used, missing } = usage(tree, all)
  yield* missing
  const script = all.find((one) => one.name === WORDS)
  yield* buttons(script, tree)
  for (const { path, line } of wordsOf(script)) {
    const seen = used.some((one) => one.every((key, index) => path[index] === key))
    if (!seen) yield { file: WORDS, line, message: `${path.join('.')} is never used` }
  }
}

tell(faults())
