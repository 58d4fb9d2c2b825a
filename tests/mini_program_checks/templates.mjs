// Gate: what the runner of the tests forgives in a template and WeChat does not.
import { declared, files, has, read, tell } from './sources.mjs'
import {
  elements,
  holes,
  parse,
  valueOf,
  values,
  withImported,
  withoutHoles,
  withoutStrings,
} from './wxml.mjs'

// Those the runner draws; another would be untested.
const BUILT_IN = new Set(
  `view text block label button input textarea form switch checkbox checkbox-group radio radio-group picker
  scroll-view image navigator swiper swiper-item rich-text template import include wxs slot`.split(/\s+/)
)
const NOT_IN_EXPRESSIONS = [
  [/\?\.(?!\d)/, '?. inside {{}}'],
  [/\?\?/, '?? inside {{}}'],
  [/`/, 'a template string inside {{}}'],
  [/\bnew\b/, 'new inside {{}}'],
  [/=>/, 'an arrow function inside {{}}'],
]
// A call: WeChat draws nothing for it, unless the function is of a wxs module.
const CALL = /([\w$][\w$.]*|[)\]])\s*\(/g
// Attributes whose value somebody reads or hears.
const HEARD = /^(aria-(label|roledescription|valuetext)|placeholder|title|alt|confirm-text|header-text)$/

function* faultsOf({ name, text }) {
  const tree = parse(text)
  for (const fault of [
    ...expressions(tree),
    ...tags(name, tree),
    ...loops(tree),
    ...branches(tree),
    ...words(tree),
    ...pictures(tree),
  ])
    yield { file: name, ...fault }
}

function* expressions(tree) {
  const modules = new Set(
    [...elements(tree)].filter((one) => one.tag === 'wxs').map((one) => valueOf(one, 'module'))
  )
  for (const value of values(tree)) {
    for (const { inside, line } of holes(value)) {
      const bare = withoutStrings(inside)
      for (const [wrong, message] of NOT_IN_EXPRESSIONS) if (wrong.test(bare)) yield { line, message }
      for (const [, called] of bare.matchAll(CALL)) {
        if (!modules.has(called.split('.')[0]) || !called.includes('.'))
          yield { line, message: `${called}() inside {{}}` }
      }
    }
  }
}

function* tags(name, tree) {
  const own = declared(name.replace(/\.wxml$/, ''))
  for (const { tag, line } of elements(tree)) {
    if (!BUILT_IN.has(tag) && !(tag in own))
      yield { line, message: `<${tag}> is no element of WeChat and not in usingComponents` }
  }
}

function* loops(tree) {
  for (const element of elements(tree)) {
    const loop = element.attributes.find((one) => one.name === 'wx:for')
    if (loop && valueOf(element, 'wx:key') === undefined)
      yield { line: loop.line, message: 'wx:for without wx:key' }
  }
}

function* branches(tree) {
  for (const node of [tree, ...elements(tree)]) {
    let open = false // whether the element before may be followed by an else
    for (const child of node.children) {
      if (child.tag === undefined) {
        open = false
        continue
      }
      const other = child.attributes.find((one) => one.name === 'wx:elif' || one.name === 'wx:else')
      if (other && !open) yield { line: other.line, message: `${other.name} without wx:if before it` }
      open = child.attributes.some((one) => one.name === 'wx:if' || (one.name === 'wx:elif' && open))
    }
  }
}

function* words(tree) {
  for (const { text, line, name } of values(tree)) {
    if (name !== '' && !HEARD.test(name)) continue
    const said = /\p{L}[\p{L}\p{N} ]*/u.exec(withoutHoles(text))
    if (said) yield { line, message: `“${said[0].trim()}” stands in the template; words come from words.js` }
  }
}

function* pictures(tree) {
  for (const element of elements(tree)) {
    const source = element.tag === 'image' && valueOf(element, 'src')
    if (source && !/^data:|^\{\{[\s\S]*\}\}$/.test(source))
      yield { line: element.line, message: `image ${source}: only data: and what the server sends` }
  }
}

/** Components that are named and not used, here or in what is imported. */
function* unused({ name }) {
  const bare = name.replace(/\.wxml$/, '')
  if (!has(`${bare}.json`)) return
  const seen = new Set(withImported(name).flatMap(({ tree }) => [...elements(tree)].map((one) => one.tag)))
  for (const [tag, path] of Object.entries(declared(bare))) {
    const written = read(`${bare}.json`)
      .split('\n')
      .findIndex((line) => line.includes(`"${tag}"`))
    if (written < 0) continue // of app.json
    const told = { file: `${bare}.json`, line: written + 1 }
    if (!seen.has(tag)) yield { ...told, message: `usingComponents: ${tag} is not used` }
    if (!['.js', '.json', '.wxml', '.wxss'].every((ending) => has(path + ending)))
      yield { ...told, message: `usingComponents: no component at ${path}` }
  }
}

tell(files('.wxml').flatMap((file) => [...faultsOf(file), ...unused(file)]))
