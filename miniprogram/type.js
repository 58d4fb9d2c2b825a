// Large type: as WeChat's own letters are set, until somebody chooses here.

const KEY = 'large'
const FROM = 1.25 // WeChat's letters are this much larger than usual, or more

/** @returns {boolean} */
function isLarge() {
  const chosen = wx.getStorageSync(KEY)
  if (typeof chosen === 'boolean') return chosen
  const info = wx.getAppBaseInfo()
  return (info.fontSizeScaleFactor || 1) >= FROM
}

/** @param {boolean} large */
function chooseLarge(large) {
  wx.setStorageSync(KEY, large)
}

module.exports = { isLarge, chooseLarge }
