// Gate: styles keep to the tokens, and to selectors that mean the same in WeChat and in the runner.
import { files, json, lineAt, tell } from './sources.mjs'

const TOKENS = new Set(
  `#b5120f #f6f2ec #fff #e6ddd2 #f1ebe2 #211c18 #5b524a #8c8279
  #237804 #eff6ea #9a4500 #fdf3e4 #6d5b4a #ebe3d8`.split(/\s+/)
)
const RED = '#b5120f'
const SHADE = 'rgba(33, 28, 24, 0.55)' // ink over the page behind a question
const SMALLEST = { rpx: 28, em: 0.82 }
const HEX = /#[0-9a-f]{3,8}\b/gi
const OTHER_COLOUR =
  /\b(rgba?|hsla?)\(|(?<![\w-])(white|black|red|green|blue|gr[ae]y|orange|yellow|gold|silver|purple|pink|brown)(?![\w-])/i
// Signs drawn in a style; their colours are colours too.
const DRAWN = /url\("data:image\/svg\+xml,[^"]*"\)/g
const PAINTED = /^(.*color|background|border.*|outline|fill)$/
const REFUSED = {
  'box-shadow': 'shadows are not ours',
  'text-shadow': 'shadows are not ours',
  filter: 'filters are not ours',
  font: 'write font-size and font-weight apart',
}

/** {selector, body, line, at} for each rule; of @media only what is inside. */
function* rules(text) {
  const bare = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
  for (const found of bare.matchAll(/([^{};]+)\{([^{}]*)\}/g)) {
    const start = found.index + found[0].search(/\S/)
    const selector = found[1].trim()
    yield {
      selector,
      body: found[2],
      line: lineAt(bare, start),
      bodyLine: lineAt(bare, found.index + found[1].length),
    }
  }
}

function* selectorFaults(file, selector) {
  for (const one of selector.split(',').map((part) => part.trim())) {
    if (/^(from|to|\d+%)$/.test(one) || one.startsWith('@')) continue
    if (/#[\w-]/.test(one)) yield `${one}: no ids in styles`
    if (/[>+~*[]|:(nth|not|has|is|where)/.test(one)) yield `${one}: only classes, one inside the other`
    const tag = /(?:^|\s)([a-z][\w-]*)(\.)?/.exec(one)
    // With a class it is the page's own; a component may never.
    const may = file === 'app.wxss' || (!isComponent(file) && (tag?.[1] === 'page' || tag?.[2]))
    if (tag && !may) yield `${one}: the tag ${tag[1]} in a selector`
  }
}

const isComponent = (file) => json(file.replace(/wxss$/, 'json')).component === true

function* declarationFaults(selector, name, value) {
  const primary = selector.split(',').every((one) => /\.button\.primary\b/.test(one))
  for (const [hex] of value.replaceAll('%23', '#').matchAll(HEX)) {
    const colour = short(hex)
    if (!TOKENS.has(colour)) yield `${hex} is none of the colours`
    else if (colour === RED && !primary) yield `${hex} is for .button.primary and the bar above`
  }
  if (PAINTED.test(name) && OTHER_COLOUR.test(value.replace(SHADE, '').replace(DRAWN, '')))
    yield `${value} is none of the colours`
  if (/gradient\(/.test(value)) yield 'gradients are not ours'
  if (/url\(/.test(value.replace(DRAWN, ''))) yield 'pictures in styles are drawn in them: data:image/svg+xml'
  if (name in REFUSED) yield `${name}: ${REFUSED[name]}`
  if (name === 'font-size') yield* sizeFaults(value)
}

function* sizeFaults(value) {
  const [, number, unit] = /^([\d.]+)([a-z%]+)$/.exec(value) ?? []
  if (!(unit in SMALLEST)) yield `font-size ${value}: write it in em, or rpx`
  else if (Number(number) < SMALLEST[unit])
    yield `font-size ${value} is smaller than ${SMALLEST[unit]}${unit}`
}

const short = (hex) => hex.toLowerCase().replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3')

function* ofStyles({ name, text }) {
  for (const { selector, body, line, bodyLine } of rules(text)) {
    for (const message of selectorFaults(name, selector)) yield { file: name, line, message }
    let at = bodyLine
    for (const written of body.split(';')) {
      const found = /^\s*([\w-]+)\s*:\s*([\s\S]+?)\s*$/.exec(written)
      const where = at + (/^\s*/.exec(written)[0].match(/\n/g) ?? []).length
      at += (written.match(/\n/g) ?? []).length
      if (!found) continue
      for (const message of declarationFaults(selector, found[1], found[2]))
        yield { file: name, line: where, message }
    }
  }
}

/** Colours anywhere else: templates and scripts paint nothing, pages paint the bar above. */
function* elsewhere({ name, text }) {
  for (const [index, line] of text.split('\n').entries()) {
    for (const [hex] of line.matchAll(HEX)) {
      const told = { file: name, line: index + 1 }
      if (!TOKENS.has(short(hex))) yield { ...told, message: `${hex} is none of the colours` }
      else if (short(hex) === RED && !line.includes('"navigationBarBackgroundColor"'))
        yield { ...told, message: `${hex} is for .button.primary and the bar above` }
    }
  }
}

tell([
  ...files('.wxss').flatMap((file) => [...ofStyles(file)]),
  ...['.json', '.js', '.wxml'].flatMap((ending) => files(ending)).flatMap((file) => [...elsewhere(file)]),
])
