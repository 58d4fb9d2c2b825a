// What WeChat asks the person first: questions, the camera, reminders, the privacy guide.
import { fault, mp } from './hooks.js'
import { ask, choose } from './sheets.js'

const WORDS = 4 // characters on a button of a question
const CHOICES = 6
const REMINDERS = 3
const CODES = { 20004: 'The main switch is switched off', 20005: 'The mini program is banned', 20001: 'No template data return' }
const REFUSED = { why: 'privacy permission is not authorized', errno: 104 }

let listener = null

export const asked = {
  showModal(options) {
    for (const name of ['confirmText', 'cancelText']) {
      if ((options[name] || '').length > WORDS) throw { why: `${name} length should not larger than ${WORDS} Chinese characters` }
    }
    return ask(options)
  },
  async showActionSheet({ itemList = [] }) {
    if (!itemList.length || itemList.length > CHOICES) throw { why: `parameter error: itemList should have 1 to ${CHOICES} items` }
    const tapIndex = await choose(itemList)
    if (tapIndex === null) throw { why: 'cancel' }
    return { tapIndex }
  },
  async scanCode() {
    await allowed('scanCode')
    if (!mp.scan.length) throw { why: 'cancel' }
    const seen = mp.scan.shift()
    const [, path = ''] = /^path:(.*)$/.exec(seen) || [] // a code of this mini-program, as WeChat gives it
    return { result: path ? '' : seen, scanType: path ? 'WX_CODE' : 'QR_CODE', charSet: 'utf-8', path, rawData: '' }
  },
  async chooseMedia() {
    await allowed('chooseMedia')
    if (!mp.media || !mp.media.length) throw { why: 'cancel' }
    return { tempFiles: mp.media.splice(0), type: 'image' }
  },
  requestSubscribeMessage,
  getPrivacySetting: () => ({ needAuthorization: mp.privacyNeeded, privacyContractName: '《用户隐私保护指引》' }),
  async requirePrivacyAuthorize() {
    await allowed('requirePrivacyAuthorize')
  },
  openPrivacyContract() {},
}

/** The page's own question before the first private interface; the last one registered is asked. */
export function onNeedPrivacyAuthorization(call) {
  listener = call
}

function requestSubscribeMessage({ tmplIds }) {
  if (!mp.inTap) throw { why: 'can only be invoked by user TAP gesture.', errCode: 20000 }
  if (!Array.isArray(tmplIds) || !tmplIds.length) throw { why: 'TmplIds is empty', errCode: 10001 }
  if (tmplIds.length > REMINDERS) throw { why: 'Templates count out of max bounds', errCode: 20003 }
  if (!mp.subscribe.length) fault('requestSubscribeMessage: the test queued no answer')
  const answer = mp.subscribe.shift() || 'reject'
  if (typeof answer === 'number') throw { why: CODES[answer] || 'unknown', errCode: answer }
  return Object.fromEntries(tmplIds.map((id) => [id, answer]))
}

/** Go on once the person agreed to the privacy guide. */
export async function allowed(referrer) {
  if (!mp.privacyNeeded) return
  const agreed = listener ? await byListener(referrer) : await byWeChat()
  if (!agreed) throw REFUSED
  mp.privacyNeeded = false
}

function byListener(referrer) {
  mp.agreedBy = null
  return new Promise((resolve) => {
    listener(({ event, buttonId }) => {
      if (event === 'exposureAuthorization') return
      const good = event === 'agree' && buttonId && buttonId === mp.agreedBy
      if (event === 'agree' && !good) fault(`privacy: "agree" without a tap on the button "${buttonId}" of open-type agreePrivacyAuthorization`)
      resolve(good)
    }, { referrer })
  })
}

async function byWeChat() {
  const { confirm } = await ask({ title: '用户隐私保护提示', content: '请阅读《用户隐私保护指引》', cancelText: '拒绝', confirmText: '同意' })
  return confirm
}
