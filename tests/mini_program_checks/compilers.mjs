// Gate: WeChat's own compilers take every template and every style without a word.
import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY, ROOT, files, resolved, tell } from './sources.mjs'
import { elements, valueOf, withImported } from './wxml.mjs'

const FOLDER = { linux: 'linux', darwin: 'mac', win32: 'windows' }[process.platform]
const MUCH = 64 * 1024 * 1024

/** Run wcc or wcsc on files below ROOT; return what it wrote and what it said. */
function compile(command, options, names) {
  const ending = process.platform === 'win32' ? '.exe' : ''
  const path = join(REPOSITORY, 'node_modules/miniprogram-compiler/bin', FOLDER, command + ending)
  chmodSync(path, 0o755) // the package brings it without leave to run
  const done = spawnSync(path, [...options, ...names], { cwd: ROOT, encoding: 'utf8', maxBuffer: MUCH })
  if (done.error) throw done.error // WeChat builds it for x86-64 only
  return {
    written: done.stdout,
    said: done.stderr.trim() || (done.status ? `${command} ends with ${done.status}` : ''),
  }
}

function* templates() {
  for (const { name } of files('.wxml')) {
    // What a template imports is compiled with it.
    const names = withImported(name).flatMap((one) => [one.name, ...modules(one)])
    const { written, said } = compile('wcc', ['-d', '-cc', '0'], [...names, '-gn', '$gwx'])
    const [, line, message] = /^[^:\n]+:(\d+):\d+:\s*([^\n]*)/.exec(said) ?? [null, 1, said.split('\n')[0]]
    if (said) yield { file: name, line, message: `wcc: ${message}` }
    else if (!written.includes(name)) yield { file: name, line: 1, message: 'wcc: nothing was written' }
  }
}

const modules = ({ name, tree }) =>
  [...elements(tree)]
    .filter((one) => one.tag === 'wxs' && valueOf(one, 'src'))
    .map((one) => resolved(name, valueOf(one, 'src')))

function* styles() {
  for (const { name, text } of files('.wxss')) {
    const { written, said } = compile('wcsc', ['-db', '-pc', '0'], [name])
    const [, line, message] = /^ERR: [^(\n]+\((\d+):\d+\): ([^\n]*)/.exec(said) ?? [
      null,
      1,
      said.split('\n')[0],
    ]
    if (said) yield { file: name, line, message: `wcsc: ${message}` }
    else if (text.includes('{') && !written.includes('setCssToHead'))
      yield { file: name, line: 1, message: 'wcsc: nothing was written' }
  }
}

tell([...templates(), ...styles()])
