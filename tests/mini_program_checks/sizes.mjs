// Gate: small enough for a weak network. Prints the whole size, as written and as it would travel.
import { gzipSync } from 'node:zlib'
import { files, tell } from './sources.mjs'

const KILOBYTE = 1024
const WHOLE = 300 * KILOBYTE
const ONE = 40 * KILOBYTE

const sized = files().map(({ name, text }) => ({ name, bytes: Buffer.byteLength(text) }))
const whole = sized.reduce((sum, { bytes }) => sum + bytes, 0)
const told = (bytes) => `${(bytes / KILOBYTE).toFixed(1)} KB`

function* faults() {
  if (whole >= WHOLE)
    yield { file: 'app.json', line: 1, message: `the mini-program has ${told(whole)}, of ${told(WHOLE)}` }
  for (const { name, bytes } of sized) {
    if (bytes > ONE && name !== 'words.js')
      yield { file: name, line: 1, message: `${told(bytes)}, of ${told(ONE)}` }
  }
}

const packed = gzipSync(
  files()
    .map(({ text }) => text)
    .join('')
).length
console.error(`${sized.length} files, ${told(whole)}, compressed ${told(packed)}`)
tell(faults())
