// The bar above the page, as WeChat draws it: title, colours, the way back.
const bar = document.querySelector('.mp-nav')
const back = bar.querySelector('.mp-back')
const title = bar.querySelector('.mp-title')

/** Draw the bar of a page. */
export function drawNav(entry, { canReturn, isHome }) {
  const { navigationBarBackgroundColor = '#000000', navigationBarTextStyle = 'white', navigationStyle } = entry.settings
  bar.hidden = navigationStyle === 'custom'
  bar.style.background = navigationBarBackgroundColor
  bar.style.color = navigationBarTextStyle
  title.textContent = entry.title
  document.title = entry.title || '小程序'
  back.hidden = !canReturn && isHome
  back.setAttribute('aria-label', canReturn ? '返回' : '返回首页')
  back.dataset.to = canReturn ? 'back' : 'home'
  document.body.style.background = entry.settings.backgroundColor || '#ffffff'
  document.documentElement.style.setProperty('--vh', `${document.querySelector('.mp-view').clientHeight / 100}px`)
}

/** Call `leave('back')` or `leave('home')` when the button is tapped. */
export function onLeave(leave) {
  back.addEventListener('click', () => leave(back.dataset.to))
}
