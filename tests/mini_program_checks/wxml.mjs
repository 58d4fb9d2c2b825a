// A template as a tree: enough of WXML for the gates, with the line of everything.
import { has, lineAt, read, resolved } from './sources.mjs'

const TOKEN =
  /<!--[\s\S]*?-->|<\/([\w-]+)\s*>|<([\w-]+)((?:\s+[\w:.@-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)\s*(\/?)>/g
const ATTRIBUTE = /([\w:.@-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/g
const HOLE = /\{\{([\s\S]*?)\}\}/g

/** Return {tag: '', children} where an element is {tag, line, attributes, children, parent} and a text
 *  {text, line}; an attribute is {name, value, line}. Comments are left out, wrong nesting is wcc's to tell. */
export function parse(text) {
  const top = { tag: '', line: 1, attributes: [], children: [], parent: null }
  let open = top
  let done = 0
  const say = (end) => {
    const said = text.slice(done, end)
    if (said.trim()) open.children.push({ text: said, line: lineAt(text, done + said.search(/\S/)) })
  }
  for (const token of text.matchAll(TOKEN)) {
    const [whole, closed, tag, written, single] = token
    say(token.index)
    done = token.index + whole.length
    if (closed) {
      open = open.parent ?? top
    } else if (tag) {
      const attributes = attributesOf(text, written, token.index + 1 + tag.length)
      const element = { tag, line: lineAt(text, token.index), attributes, children: [], parent: open }
      open.children.push(element)
      // The text of a wxs module is a script.
      if (!single) open = element
    }
  }
  say(text.length)
  return top
}

function attributesOf(text, written, at) {
  return [...written.matchAll(ATTRIBUTE)].map((one) => ({
    name: one[1],
    value: one[2] ?? one[3] ?? '',
    line: lineAt(text, at + one.index),
  }))
}

/** All elements below a node, in order. */
export function* elements(node) {
  for (const child of node.children) {
    if (child.tag === undefined) continue
    yield child
    yield* elements(child)
  }
}

export const valueOf = (element, name) => element.attributes.find((one) => one.name === name)?.value

/** Every text and attribute value of a template as {text, line, name, element}; `name` is '' for a text. */
export function* values(node) {
  for (const child of node.children) {
    if (child.tag === undefined) {
      if (node.tag !== 'wxs') yield { text: child.text, line: child.line, name: '', element: node }
      continue
    }
    for (const { name, value, line } of child.attributes) yield { text: value, line, name, element: child }
    yield* values(child)
  }
}

/** The expressions inside {{}} of a value, each with its line. */
export const holes = ({ text, line }) =>
  [...text.matchAll(HOLE)].map((hole) => ({ inside: hole[1], line: line + lineAt(text, hole.index) - 1 }))

export const withoutHoles = (text) => text.replace(HOLE, '')
export const withoutStrings = (inside) => inside.replace(/'[^']*'|"[^"]*"/g, "''")

/** The template with those it imports and includes, as {name, tree}: handlers of all are the page's. */
export function withImported(name, seen = new Set()) {
  if (seen.has(name) || !has(name)) return []
  seen.add(name)
  const tree = parse(read(name))
  const sources = [...elements(tree)].filter((one) => one.tag === 'import' || one.tag === 'include')
  const below = sources.flatMap((one) => withImported(resolved(name, valueOf(one, 'src') ?? ''), seen))
  return [{ name, tree }, ...below]
}

/** {type, handler, line, element} for each bindtap="…", bind:tap, catchtap and their kin. */
export function bindings(tree) {
  return [...elements(tree)].flatMap((element) =>
    element.attributes.flatMap(({ name, value, line }) => {
      const found = /^(?:capture-)?(?:mut-)?(?:bind|catch):?([a-z]\w*)$/.exec(name)
      return found ? [{ type: found[1], handler: value, line, element }] : []
    })
  )
}
