// The phone itself, and the bars and toasts around the page.
import { fault, mp } from './hooks.js'
import { drawNav } from './nav_bar.js'
import { enter, stack, top } from './pages.js'
import { allowed } from './wx_asking.js'
import { hideToast, showToast } from './sheets.js'

const SHORT = 7 // characters of a toast with a sign before WeChat cuts it
const listeners = new Set()
for (const change of ['online', 'offline']) {
  window.addEventListener(change, () => {
    for (const call of listeners) call({ isConnected: navigator.onLine, networkType: network() })
  })
}
const network = () => (navigator.onLine ? 'wifi' : 'none')

function redraw() {
  drawNav(top(), { canReturn: stack().length > 1, isHome: stack().length < 2 })
}

const asks = {
  async login({ timeout } = {}) {
    if (!navigator.onLine) throw { why: 'network error', errno: 600001 }
    return { code: await window.__loginCode() }
  },
  getNetworkType: () => ({ networkType: network() }),
  showToast({ title = '', icon = 'success', duration = 1500 }) {
    if (icon !== 'none' && title.length > SHORT) fault(`showToast: only the first ${SHORT} characters of "${title}" are seen`)
    showToast(title, duration)
  },
  hideToast,
  showLoading: ({ title = '' } = {}) => showToast(title, 0),
  hideLoading: hideToast,
  setNavigationBarTitle({ title }) {
    top().title = title
    redraw()
  },
  setNavigationBarColor({ frontColor, backgroundColor }) {
    Object.assign(top().settings, { navigationBarTextStyle: frontColor, navigationBarBackgroundColor: backgroundColor })
    redraw()
  },
  enableAlertBeforeUnload({ message }) {
    top().question = message
  },
  disableAlertBeforeUnload() {
    // Nothing is visible while the whole stack is taken down.
    if (top()) top().question = ''
  },
  async setClipboardData({ data }) {
    await allowed('setClipboardData')
    mp.clipboard = data
    showToast('内容已复制', 1500)
  },
  getClipboardData: () => ({ data: mp.clipboard }),
  makePhoneCall({ phoneNumber }) {
    if (!phoneNumber) throw { why: 'parameter error: phoneNumber should not be empty' }
  },
  previewImage({ urls }) {
    if (!urls || !urls.length) throw { why: 'parameter error: urls should not be empty' }
  },
  setScreenBrightness({ value }) {
    mp.brightness = value
  },
  getScreenBrightness: () => ({ value: mp.brightness }),
  setKeepScreenOn({ keepScreenOn }) {
    mp.keepScreenOn = keepScreenOn
  },
  vibrateShort() {},
  stopPullDownRefresh: () => void delete document.body.dataset.refreshing,
  startPullDownRefresh: () => mp.pullDown(),
  pageScrollTo({ scrollTop, selector }) {
    const { root, scroller } = top()
    const found = selector && root.getComponent().getShadowRoot().querySelector(selector)
    if (selector && !found) throw { why: `selector ${selector} is not found` }
    if (found) found.getBackendElement().scrollIntoView()
    else scroller.scrollTop = scrollTop
  },
}

const tells = {
  getAppBaseInfo: () => ({
    SDKVersion: '3.8.0', version: '8.0.50', language: 'zh_CN', theme: 'light', enableDebug: false, host: { env: 'WeChat' },
    fontSizeSetting: Math.round(17 * mp.fontScale), fontSizeScaleFactor: mp.fontScale,
  }),
  getWindowInfo() {
    const { clientWidth: width, clientHeight: height } = document.querySelector('.mp-view')
    const safeArea = { left: 0, top: 20, right: innerWidth, bottom: innerHeight, width: innerWidth, height: innerHeight - 20 }
    return {
      windowWidth: width, windowHeight: height, screenWidth: innerWidth, screenHeight: innerHeight, statusBarHeight: 20,
      screenTop: innerHeight - height, pixelRatio: devicePixelRatio, safeArea,
    }
  },
  getMenuButtonBoundingClientRect: () => ({ width: 87, height: 32, top: 26, right: innerWidth - 7, bottom: 58, left: innerWidth - 94 }),
  getEnterOptionsSync: () => enter.now,
  getLaunchOptionsSync: () => enter.first,
  onNetworkStatusChange: (call) => listeners.add(call),
  offNetworkStatusChange: (call) => (call ? listeners.delete(call) : listeners.clear()),
  getUpdateManager: () => ({ applyUpdate() {}, onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {} }),
}

export const device = { asks, tells }
