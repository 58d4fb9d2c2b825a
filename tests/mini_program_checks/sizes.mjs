// Gate: small enough for a weak network. Prints what each package holds as written, and the whole as uploaded.
import { gzipSync } from 'node:zlib'
import { minify } from 'terser'
import { files, json, tell } from './sources.mjs'

const KILOBYTE = 1024
const WHOLE = 300 * KILOBYTE
const ONE = 40 * KILOBYTE

const bytesOf = (text) => Buffer.byteLength(text)
const sumOf = (numbers) => numbers.reduce((sum, one) => sum + one, 0)
const told = (bytes) => `${(bytes / KILOBYTE).toFixed(1)} KB`

/** What a phone loads at once: the subpackages of app.json by their roots, and '' for all else. */
function packages() {
  const roots = (json('app.json').subPackages ?? []).map(({ root }) => root.replace(/\/?$/, '/'))
  const rootOf = (name) => roots.find((root) => name.startsWith(root)) ?? ''
  return ['', ...roots].map((root) => ({
    root,
    bytes: sumOf(
      files()
        .filter(({ name }) => rootOf(name) === root)
        .map(({ text }) => bytesOf(text))
    ),
  }))
}

// A file of the mini-program is a module: names at its top are its own.
const inScript = async (text) => (await minify(text, { toplevel: true })).code
const inTemplate = (text) => withoutIndents(text.replace(/<!--[\s\S]*?-->/g, ''))
const inStyle = (text) => withoutIndents(text.replace(/\/\*[\s\S]*?\*\//g, ''))
const withoutIndents = (text) => text.replace(/\s*\n\s*/g, '\n')
// Setting of project.config.json -> ending, and what WeChat's tool then does to such files.
const SHORTENED = {
  minified: ['.js', inScript],
  minifyWXML: ['.wxml', inTemplate],
  minifyWXSS: ['.wxss', inStyle],
}

/** A file as WeChat's tool uploads it; what turning ES6 into older script adds is not in it. */
function uploaded({ name, text }) {
  const { setting = {} } = json('project.config.json')
  for (const [key, [ending, shorten]] of Object.entries(SHORTENED))
    if (setting[key] === true && name.endsWith(ending)) return shorten(text)
  return text
}

function* faults(whole) {
  const limited = (what, bytes) => ({
    file: 'app.json',
    line: 1,
    message: `${what} has ${told(bytes)}, of ${told(WHOLE)}`,
  })
  for (const { root, bytes } of packages())
    if (bytes >= WHOLE) yield limited(root ? `the subpackage ${root}` : 'the main package', bytes)
  if (whole >= WHOLE) yield limited('the whole as uploaded', whole)
  for (const { name, text } of files()) {
    if (bytesOf(text) > ONE && name !== 'words.js')
      yield { file: name, line: 1, message: `${told(bytesOf(text))}, of ${told(ONE)}` }
  }
}

const sent = (await Promise.all(files().map(uploaded))).join('')
for (const { root, bytes } of packages())
  console.error(`${root || 'main package'}: ${told(bytes)} as written`)
const packed = told(gzipSync(sent).length)
console.error(`whole: ${files().length} files, ${told(bytesOf(sent))} as uploaded, compressed ${packed}`)
tell(faults(bytesOf(sent)))
