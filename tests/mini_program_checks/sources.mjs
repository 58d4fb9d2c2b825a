// The files of a mini-program as the gates read them, and how a gate tells what it found.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
export const REPOSITORY = resolve(HERE, '../..')
export const ROOT = resolve(process.argv[2] ?? join(REPOSITORY, 'miniprogram'))

// WeChat's tools write it for whoever opened the project; git does not keep it.
const PRIVATE = 'project.private.config.json'

/** Every file below ROOT as {name, text}, by name; `ending` narrows: '.wxml'. */
export function files(ending = '') {
  return readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && one.name.endsWith(ending) && one.name !== PRIVATE)
    .map((one) => join(one.parentPath, one.name).slice(ROOT.length + 1))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }))
}

export const has = (name) => existsSync(join(ROOT, name))
export const read = (name) => (has(name) ? readFileSync(join(ROOT, name), 'utf8') : '')

/** A JSON file, {} where there is none or it does not parse (pages.mjs tells of that). */
export function json(name) {
  try {
    return JSON.parse(read(name) || '{}')
  } catch {
    return {}
  }
}

/** Where a path written in `from` leads, below ROOT: '/a/b' from the top, all else beside the file. */
export const resolved = (from, path) =>
  normalize(path.startsWith('/') ? path.slice(1) : join(dirname(from), path))

export const lineAt = (text, offset) => text.slice(0, offset).split('\n').length

/** Pages of app.json and components in use, without their endings: 'pages/home/index'. */
export function pages() {
  const app = json('app.json')
  const inPackages = (app.subPackages ?? []).flatMap((one) => one.pages.map((page) => join(one.root, page)))
  return [...(app.pages ?? []), ...inPackages]
}

/** What the file may call by a tag of its own: {tag: path without ending}. */
export function declared(name) {
  const own = Object.entries(json(`${name}.json`).usingComponents ?? {})
  const everywhere = Object.entries(json('app.json').usingComponents ?? {})
  return Object.fromEntries([...everywhere, ...own].map(([tag, path]) => [tag, resolved(name, path)]))
}

/** Print each fault as `file:line message`; the exit code says whether there was one. */
export function tell(faults) {
  const said = [...new Set([...faults].map(({ file, line, message }) => `${file}:${line} ${message}`))]
  if (said.length) console.log(said.join('\n'))
  process.exitCode = said.length ? 1 : 0
}
