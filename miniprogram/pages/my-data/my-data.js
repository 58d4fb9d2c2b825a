// 我的全部记录: everything kept about this member, to read, to copy and to send to oneself as a file.

const page = require('../../behaviors/page')
const { OPENING, open } = require('../../opening')
const { recordPath } = require('../../session')
const { dayAndClock } = require('../../times')
const words = require('../../words')

const BESIDE = 5 // characters of a name that stands beside its value; a longer one stands above

Page({
  behaviors: [page],
  data: { ...OPENING, w: words.myData, made: '', sections: /** @type {any[]} */ ([]), said: '', wrong: '' },

  onLoad() {
    this.load()
  },

  load() {
    return open(this, '/me/data', shape)
  },

  copy() {
    wx.setClipboardData({
      data: plainText(this.data),
      success: () => this.setData({ said: words.myData.copied, wrong: '' }),
      fail: () => this.setData({ said: '', wrong: words.notCopied }),
    })
  },

  sendToMyself() {
    const filePath = recordPath()
    const fail = () => this.setData({ said: '', wrong: words.myData.notSent })
    const success = () => this.setData({ said: words.myData.sent, wrong: '' })
    // At once: only within the tap does WeChat let a file be sent on.
    try {
      wx.getFileSystemManager().writeFileSync(filePath, plainText(this.data), 'utf8')
    } catch {
      return fail()
    }
    wx.shareFileMessage({ filePath, fileName: words.myData.fileName, success, fail })
  },
})

/** @param {any} answer of GET /me/data */
function shape(answer) {
  return {
    made: words.myData.made.replace('{time}', dayAndClock(answer.made_at)),
    sections: answer.sections.map(sectionOf),
  }
}

/** @param {{ title: string, rows: [string, string][] }} section */
function sectionOf({ title, rows }) {
  const isLong = rows.some(([name]) => name.length > BESIDE)
  return { title, isLong, rows: rows.map(([name, value], at) => ({ at, name, value })) }
}

/** @param {{ made: string, sections: any[] }} data */
function plainText({ made, sections }) {
  const parts = sections.map(
    ({ title, rows }) =>
      words.myData.head.replace('{title}', title) +
      rows.map((/** @type {any} */ { name, value }) => '\n' + name + words.myData.pair + value).join('')
  )
  return [made, ...parts].join('\n\n')
}
