// Gate: the scripts keep their types, as TypeScript and WeChat's own typings see them.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { REPOSITORY, ROOT, tell } from './sources.mjs'
import { inProject } from './syntax.mjs'

const LINE = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/

function* faults() {
  const command = join(REPOSITORY, 'node_modules/typescript/bin/tsc')
  const asked = (path) => [command, '--pretty', 'false', '-p', path]
  const done = inProject((path) => spawnSync(process.execPath, asked(path), { cwd: ROOT, encoding: 'utf8' }))
  if (done.error) throw done.error
  for (const said of `${done.stdout}${done.stderr}`.split('\n')) {
    const found = LINE.exec(said)
    // What follows a fault, indented, says more of it.
    if (found) yield { file: found[1], line: found[2], message: found[3] }
    else if (said.startsWith('error')) yield { file: 'tsconfig.json', line: 1, message: said }
  }
}

tell(faults())
