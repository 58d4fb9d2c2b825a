// Whether the server shows demonstration data: then every page says so. The home page learns it.

const KEY = 'demonstration'

const isDemonstration = () => wx.getStorageSync(KEY) === true

/** @param {boolean} shown */
const keepDemonstration = (shown) => wx.setStorageSync(KEY, shown === true)

module.exports = { isDemonstration, keepDemonstration }
