// WXSS to CSS, scoped as WeChat scopes it. Selectors inside components carry the component's name; a page's
// rules hold inside that page alone, without weight: they meet app.wxss and a component's rules as equals.
import fs from 'node:fs'
import path from 'node:path'

const UNITS = /(?<![\w#.-])(-?\d*\.?\d+)(rpx|vh)\b/g

/** The class prefix of a component: glass-easel renders class `a` of scope `s` as `s--a`. */
export const scopeOf = (name) => name.replace(/[^A-Za-z0-9]/g, '_')

/** Read a WXSS file with its imports, without comments; `problem` is called with what is wrong. */
export function readWxss(root, file, problem, above = []) {
  const whole = path.join(root, file)
  if (!fs.existsSync(whole)) return ''
  const text = fs.readFileSync(whole, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  return text.replace(/@import\s+['"]([^'"]+)['"]\s*;/g, (_, wanted) => {
    const next = wanted.startsWith('/') ? wanted.slice(1) : path.posix.join(path.posix.dirname(file), wanted)
    if (above.includes(next)) return problem(`${file}: imports itself by ${next}`) || ''
    if (!fs.existsSync(path.join(root, next))) return problem(`${file}: no file ${next} to import`) || ''
    return readWxss(root, next, problem, [...above, file])
  })
}

/** Rewrite every rule of a sheet; `scoped` rewrites one selector. */
export function toCss(text, scoped, problem) {
  let out = ''
  let rest = text
  while (rest.trim()) {
    const open = rest.search(/[{;]/)
    if (open < 0) return problem(`a rule without its end: ${rest.trim().slice(0, 60)}`) || out
    if (rest[open] === ';') {
      out += rest.slice(0, open + 1)
      rest = rest.slice(open + 1)
      continue
    }
    const close = endOfBlock(rest, open)
    if (close < 0) return problem(`a brace is not closed: ${rest.trim().slice(0, 60)}`) || out
    const head = rest.slice(0, open).trim()
    out += rule(head, rest.slice(open + 1, close), scoped, problem)
    rest = rest.slice(close + 1)
  }
  return out
}

function rule(head, body, scoped, problem) {
  if (/^@(media|supports)/.test(head)) return `${head}{${toCss(body, scoped, problem)}}\n`
  if (head.startsWith('@')) return `${head}{${inUnits(body)}}\n`
  return `${selectors(head).map(scoped).join(',')}{${inUnits(body)}}\n`
}

function endOfBlock(text, open) {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++
    if (text[at] === '}' && --depth === 0) return at
  }
  return -1
}

/** Split at commas outside brackets. */
function selectors(head) {
  return head.split(/,(?![^(]*\))/).map((one) => one.trim())
}

// vh is a hundredth of the page below the navigation bar, as on a phone; rpx follows the window.
function inUnits(body) {
  return body.replace(UNITS, (_, number, unit) => `calc(${number} * var(--${unit}))`)
}

/** Change a selector outside strings and square brackets. */
function outsideBrackets(selector, change) {
  return selector.split(/(\[[^\]]*\]|"[^"]*"|'[^']*')/).map((part, at) => (at % 2 ? part : change(part))).join('')
}

/** The selector as it holds inside one component. */
export function inComponent(name) {
  const scope = scopeOf(name)
  return (selector) =>
    outsideBrackets(selector, (part) =>
      part.replace(/\.(-?[A-Za-z_])/g, `.${scope}--$1`).replace(/:host\b/g, `[wx-host="${scope}"]`))
}

/** The selector as it holds inside one page. */
export function inPage(name) {
  const page = `:where([data-path="${name}"])`
  return (selector) =>
    /^page\b(?!-)/.test(selector) ? selector.replace(/^page/, `page${page}`) : `${page} ${selector}`
}
