// What every page has: large type, the demonstration's strip, and in a tab page the bar below it.

const { isOthers, leave } = require('../opening')
const { isLarge } = require('../type')
const { isDemonstration } = require('../demonstration')

module.exports = Behavior({
  data: { large: '', demonstration: false },
  lifetimes: {
    detached() {
      leave(this)
    },
  },
  pageLifetimes: {
    show() {
      const large = isLarge() ? 'large' : ''
      this.setData({ large, demonstration: isDemonstration() })
      const page = /** @type {any} */ (this)
      const bar = typeof page.getTabBar === 'function' && page.getTabBar()
      if (bar) bar.setData({ large, open: page.route })
      // Come back to once this phone is somebody else's: begun anew, by its own onShow where it has one.
      if (isOthers(page) && !page.onShow) page.load()
    },
  },
})
