// 会前提醒我: WeChat asks, once for each message. Not shown where there is nothing to ask about.

const { sentence } = require('../../opening')
const { post } = require('../../request')
const { recall, remember } = require('../../session')
const words = require('../../words')

const OFF = 'reminders-off'
const UNASKED = 7 * 86400000 // so long nobody is asked again who switched reminders off in WeChat
const SWITCHED_OFF = 20004

Component({
  data: {
    w: words.remind,
    ids: /** @type {string[]} */ ([]),
    said: /** @type {'' | 'accepted' | 'refused' | 'off'} */ (''),
    waiting: false,
    failed: '',
  },
  lifetimes: {
    attached() {
      this.setData({ ids: templates() })
    },
  },
  methods: {
    /** WeChat hears this only in the tap itself, so the ids are here before it. */
    ask() {
      if (this.data.waiting) return
      const tmplIds = this.data.ids
      this.setData({ waiting: true, failed: '' })
      wx.requestSubscribeMessage({
        tmplIds,
        success: (answer) => this.tell(answer),
        fail: ({ errCode }) => {
          if (errCode === SWITCHED_OFF) this.tell({ [tmplIds[0]]: 'ban' })
          else this.setData({ waiting: false, said: 'refused' })
        },
      })
    },
    /** @param {Record<string, string>} answer as WeChat gave it */
    tell(answer) {
      const said = saidOf(this.data.ids.map((id) => answer[id]))
      if (said === 'off') remember(OFF, true)
      post('/subscriptions', answer).then(
        () => this.setData({ said, waiting: false }),
        // What was refused needs no record to be respected.
        (failed) => this.setData(said === 'accepted' ? { failed: sentence(failed), waiting: false } : { said, waiting: false })
      )
    },
  },
})

/** @param {(string | undefined)[]} answers @returns {'accepted' | 'refused' | 'off'} */
function saidOf(answers) {
  if (answers.some((one) => (one || '').indexOf('accept') === 0)) return 'accepted'
  return answers.indexOf('ban') >= 0 ? 'off' : 'refused'
}

/** @returns {string[]} what the first page named, unless it was switched off lately */
function templates() {
  const off = recall(OFF)
  const home = recall('home')
  if (!home || (off && Date.now() - off.at < UNASKED)) return []
  return home.value.subscribe || []
}
