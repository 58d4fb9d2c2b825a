// Storage, and the files a mini-program may write.
import { mp } from './hooks.js'

const MARK = 'mp:'
const OPENS = /\.(docx?|xlsx?|pptx?|pdf)$/i
const LONGEST = 1024 * 1024 // characters under one key

function read(key) {
  const text = localStorage.getItem(MARK + key)
  return text === null ? undefined : JSON.parse(text).data
}

function keep(key, data) {
  if (!key || typeof key !== 'string') throw { why: 'parameter error: key should be a string' }
  const text = JSON.stringify({ data })
  if (text.length > LONGEST) throw { why: 'entry size limit reached' }
  localStorage.setItem(MARK + key, text)
}

const names = () => Object.keys(localStorage).filter((name) => name.startsWith(MARK))
const clear = () => names().forEach((name) => localStorage.removeItem(name))

function info() {
  const size = names().reduce((sum, name) => sum + localStorage.getItem(name).length, 0)
  return { keys: names().map((name) => name.slice(MARK.length)), currentSize: Math.ceil(size / 1024), limitSize: 10240 }
}

/** A path that may be written: below env.USER_DATA_PATH. */
function own(filePath) {
  if (!String(filePath).startsWith('wxfile://usr/')) throw { why: `permission denied, open "${filePath}"` }
  return filePath
}

const fileSystem = {
  writeFileSync(filePath, data) {
    try {
      mp.files[own(filePath)] = data
    } catch ({ why }) {
      throw new Error(`writeFileSync:fail ${why}`)
    }
    mp.calls.push(['writeFile', { filePath, data }])
  },
  readFileSync(filePath) {
    if (!(filePath in mp.files)) throw new Error(`readFileSync:fail no such file or directory, open "${filePath}"`)
    return mp.files[filePath]
  },
  unlink({ filePath, success, fail, complete }) {
    const isThere = filePath in mp.files
    const said = { errMsg: isThere ? 'unlink:ok' : `unlink:fail no such file or directory, unlink "${filePath}"` }
    delete mp.files[filePath]
    setTimeout(() => [isThere ? success : fail, complete].forEach((call) => call && call(said)))
  },
  writeFile({ filePath, data, success, fail, complete }) {
    let said = { errMsg: 'writeFile:ok' }
    try {
      fileSystem.writeFileSync(filePath, data)
    } catch (error) {
      said = { errMsg: error.message.replace('writeFileSync', 'writeFile') }
    }
    const callbacks = [said.errMsg === 'writeFile:ok' ? success : fail, complete]
    setTimeout(() => callbacks.forEach((call) => call && call(said)))
  },
}

function written(filePath) {
  if (!(filePath in mp.files)) throw { why: `file doesn't exist: ${filePath}` }
}

export const stored = {
  tells: {
    getStorageSync: (key) => read(key) ?? '',
    setStorageSync(key, data) {
      try {
        keep(key, data)
      } catch (error) {
        throw new Error(`setStorageSync:fail ${error.why || error.message}`)
      }
    },
    removeStorageSync: (key) => localStorage.removeItem(MARK + key),
    clearStorageSync: clear,
    getStorageInfoSync: info,
    getFileSystemManager: () => fileSystem,
  },
  asks: {
    getStorage({ key }) {
      if (read(key) === undefined) throw { why: 'data not found' }
      return { data: read(key) }
    },
    setStorage: ({ key, data }) => keep(key, data),
    removeStorage: ({ key }) => localStorage.removeItem(MARK + key),
    clearStorage: clear,
    getStorageInfo: info,
    openDocument({ filePath, fileType = '' }) {
      written(filePath)
      if (!OPENS.test(filePath) && !OPENS.test(`.${fileType}`)) throw { why: `filetype not supported: ${filePath}` }
    },
    shareFileMessage({ filePath }) {
      if (!mp.inTap) throw { why: 'can only be invoked by user TAP gesture.' }
      written(filePath)
      if (!mp.sends) throw { why: 'cancel' }
    },
  },
}
