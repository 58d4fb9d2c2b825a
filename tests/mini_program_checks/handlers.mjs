// Gate: what a template asks of its script is there, and the other way round.
import { files, has, resolved, tell } from './sources.mjs'
import { is, isFunction, functionAround, lineOf, nameOf, scripts } from './syntax.mjs'
import { bindings, withImported } from './wxml.mjs'

const all = new Map(scripts().map((script) => [script.name, script]))

/** The scripts whose methods a page or component has: its own and the behaviors it requires. */
function owners(name, seen = new Set()) {
  const script = all.get(name)
  if (!script || seen.has(name)) return []
  seen.add(name)
  const required = script.nodes
    .filter(
      (node) => is(node, 'CallExpression') && node.expression.text === 'require' && node.arguments[0]?.text
    )
    .map((node) => resolved(name, node.arguments[0].text).replace(/(\.js)?$/, '.js'))
    .filter((path) => isBehavior(all.get(path)))
  return [script, ...required.flatMap((path) => owners(path, seen))]
}

const isBehavior = (script) =>
  script?.nodes.some((node) => is(node, 'CallExpression') && node.expression.text === 'Behavior')

/** {name: function} of what WeChat finds by name: members of Page({…}) and of methods: {…}. */
function methods(script) {
  const found = {}
  for (const node of script.nodes) {
    if (!is(node, 'ObjectLiteralExpression')) continue
    const above = node.parent
    const direct = is(above, 'CallExpression') && /^(Page|Component|Behavior)$/.test(above.expression.text)
    const listed = is(above, 'PropertyAssignment') && above.name.text === 'methods'
    if (!direct && !listed) continue
    for (const one of node.properties)
      if (one.name) found[one.name.text] = isFunction(one) ? one : (one.initializer ?? one)
  }
  return found
}

/** Names read from currentTarget.dataset in a function: dataset.id and const { id } = … .dataset. */
function* asked(script, node) {
  for (const one of script.nodes) {
    if (!is(one, 'PropertyAccessExpression') || one.name.text !== 'dataset' || !isWithin(one, node)) continue
    const above = one.parent
    if (is(above, 'PropertyAccessExpression')) yield { name: above.name.text, line: lineOf(script, one) }
    if (is(above, 'VariableDeclaration') && is(above.name, 'ObjectBindingPattern')) {
      for (const part of above.name.elements)
        yield { name: (part.propertyName ?? part.name).text, line: lineOf(script, one) }
    }
  }
}

function isWithin(node, above) {
  for (let one = node; one; one = one.parent) if (one === above) return true
  return false
}

const dataOf = (element) =>
  element.attributes
    .filter((one) => one.name.startsWith('data-'))
    .map((one) => one.name.slice(5).replace(/-(\w)/g, (_, letter) => letter.toUpperCase()))

function* ofTemplate(bare) {
  const found = owners(`${bare}.js`).map((script) => ({ script, named: methods(script) }))
  for (const { name, tree } of withImported(`${bare}.wxml`)) {
    for (const { type, handler, line, element } of bindings(tree)) {
      const owner = found.find(({ named }) => Object.hasOwn(named, handler))
      if (handler.includes('{{'))
        yield { file: name, line, message: `${type} is bound to ${handler}: name the function` }
      else if (!owner)
        yield { file: name, line, message: `${type} is bound to ${handler}, which ${bare}.js does not have` }
      else {
        for (const { name: key, line: where } of asked(owner.script, owner.named[handler])) {
          if (!dataOf(element).includes(key))
            yield {
              file: owner.script.name,
              line: where,
              message: `${handler} reads dataset.${key}, which ${name}:${element.line} does not set`,
            }
        }
      }
    }
  }
}

/** requestSubscribeMessage runs in the tap itself: WeChat refuses it after a wait. */
function* subscriptions(taps) {
  const asking = new Set(['requestSubscribeMessage'])
  for (const one of asking) {
    for (const script of all.values()) {
      for (const call of script.nodes) {
        if (!is(call, 'CallExpression') || (call.expression.name ?? call.expression).text !== one) continue
        const told = { file: script.name, line: lineOf(script, call) }
        const around = outOfPromises(functionAround(call))
        const before =
          around &&
          script.nodes.some(
            (node) => is(node, 'AwaitExpression') && isWithin(node, around) && node.end <= call.getStart()
          )
        if (before) yield { ...told, message: `${one} after an await; ask in the tap itself` }
        if (around && taps.has(around)) continue
        // A function with a name may be called from a tap: then its callers are looked at.
        if (around && isNamed(around)) asking.add(nameOf(around))
        else yield { ...told, message: `${one} outside a bindtap handler` }
      }
    }
  }
}

const isNamed = (node) => is(node, 'FunctionDeclaration') || is(node.parent, 'VariableDeclaration')

/** new Promise((resolve) => …) runs at once: what counts is the function around it. */
function outOfPromises(node) {
  while (
    node &&
    is(node, 'ArrowFunction') &&
    is(node.parent, 'NewExpression') &&
    node.parent.expression.text === 'Promise'
  ) {
    node = functionAround(node)
  }
  return node
}

function tapHandlers() {
  const found = new Set()
  for (const { name } of files('.wxml').filter((one) => has(one.name.replace(/wxml$/, 'js')))) {
    const bare = name.replace(/\.wxml$/, '')
    const named = Object.assign({}, ...owners(`${bare}.js`).map(methods))
    for (const { tree } of withImported(name)) {
      for (const { type, handler } of bindings(tree))
        if (type === 'tap' && named[handler]) found.add(named[handler])
    }
  }
  return found
}

function* faults() {
  for (const { name } of files('.wxml')) {
    const bare = name.replace(/\.wxml$/, '')
    if (has(`${bare}.js`)) yield* ofTemplate(bare)
  }
  yield* subscriptions(tapHandlers())
}

tell(faults())
