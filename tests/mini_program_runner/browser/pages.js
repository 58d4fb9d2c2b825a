// The stack of pages: opening, covering, returning, and the refusals WeChat has for each.
import { fault, guarded, mp, register } from './hooks.js'
import { drawNav } from './nav_bar.js'

const TAB_BAR = 'custom-tab-bar/index'
const DEEPEST = 10
const view = document.querySelector('.mp-view')

let space, backend, app
let open = [] // the stack; each entry is one page
const tabs = {} // tab pages that were opened, kept alive
const owners = new WeakMap() // the engine's root component -> its entry
export const enter = { now: null, first: null } // what wx.getEnterOptionsSync and wx.getLaunchOptionsSync say

/** The pages from the first to the visible one. */
export const stack = () => open
/** The visible page. */
export const top = () => open[open.length - 1]

/** Tell this file what it draws with. */
export function prepare(theSpace, theBackend, theApp) {
  ;[space, backend, app] = [theSpace, theBackend, theApp]
}

const isTab = (name) => Boolean(app.tabBar && app.tabBar.list.some((tab) => tab.pagePath === name))
const settings = (name) => ({ ...app.window, ...space.getComponentStaticConfig(name) })

/** The tab bar of the page in which a component stands, null where there is none. */
export function tabBarOf(caller) {
  let node = caller._$
  while (node.ownerShadowRoot) node = node.ownerShadowRoot.getHostNode()
  const entry = owners.get(node)
  return (entry && entry.tabBar && entry.tabBar.get()) || null
}

/** `a=1&b=2` to an object whose values stay as they are written, as on a phone. */
export function parseQuery(text) {
  const pairs = String(text || '').split('&').filter(Boolean)
  return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.split('=').slice(1).join('=')]))
}

function attach(frame, tag, name) {
  const root = backend.createRoot(tag, space, name)
  const place = document.createElement('div')
  frame.append(place)
  return { root, show: () => root.attach(frame, place) }
}

function create(name, query) {
  const frame = document.createElement('div')
  frame.className = 'mp-frame'
  const scroller = document.createElement('div')
  scroller.className = 'mp-scroll'
  scroller.dataset.path = name
  scroller.tabIndex = 0
  frame.append(scroller)
  const made = attach(scroller, 'page', name)
  const page = made.root.get()
  Object.assign(page, { route: name, options: query })
  const entry = { name, page, root: made.root, frame, scroller, settings: settings(name), tabBar: null }
  entry.title = entry.settings.navigationBarTitleText || ''
  owners.set(made.root.getComponent(), entry)
  view.append(frame)
  made.root.getComponent().getBackendElement().setAttribute('data-path', name)
  made.show()
  if (isTab(name)) addTabBar(entry)
  scroller.addEventListener('scroll', () => scrolled(entry))
  if (isTab(name)) tabs[name] = entry
  return entry
}

/** Open a page over the others. In its onLoad it is the visible one already. */
function cover(name, query) {
  const entry = create(name, query)
  open.push(entry)
  call(entry, 'onLoad', query)
  // It may have left in its onLoad.
  if (top() === entry) show(entry)
}

function addTabBar(entry) {
  const bar = attach(entry.frame, 'custom-tab-bar', TAB_BAR)
  entry.tabBar = bar.root
  owners.set(bar.root.getComponent(), entry)
  bar.show()
}

function call(entry, hook, ...given) {
  if (typeof entry.page[hook] !== 'function') return undefined
  return guarded(`${entry.name} ${hook}`, () => entry.page[hook](...given))
}

function lifetime(entry, name) {
  entry.root.getComponent().triggerPageLifetime(name, [])
  if (entry.tabBar) entry.tabBar.getComponent().triggerPageLifetime(name, [])
}

/** The visible page comes into view. */
function show(entry) {
  for (const one of view.children) one.hidden = one !== entry.frame
  drawNav(entry, { canReturn: open.length > 1, isHome: isTab(entry.name) || entry.name === app.pages[0] })
  if (entry.scrollTop) entry.scroller.scrollTop = entry.scrollTop
  lifetime(entry, 'show')
  call(entry, 'onShow')
  if (entry.isReady) return
  entry.isReady = true
  setTimeout(() => open.includes(entry) && call(entry, 'onReady'))
}

function hide(entry) {
  entry.scrollTop = entry.scroller.scrollTop
  lifetime(entry, 'hide')
  call(entry, 'onHide')
}

function drop(entry) {
  call(entry, 'onUnload')
  delete tabs[entry.name]
  entry.root.release()
  if (entry.tabBar) entry.tabBar.release()
  entry.frame.remove()
}

function scrolled({ page, name, scroller, settings: { onReachBottomDistance = 50 } }) {
  const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop
  if (page.onPageScroll) guarded(`${name} onPageScroll`, () => page.onPageScroll({ scrollTop: scroller.scrollTop }))
  if (left < onReachBottomDistance && !scroller.atEnd && page.onReachBottom) {
    guarded(`${name} onReachBottom`, () => page.onReachBottom())
  }
  scroller.atEnd = left < onReachBottomDistance
}

/** Take an address apart; refuses what is no page. */
function target(how, url) {
  const [path, query] = String(url).split('?')
  const here = top() ? top().name.split('/').slice(0, -1) : []
  const parts = path.startsWith('/') ? [] : here
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part && part !== '.') parts.push(part)
  }
  const name = parts.join('/')
  if (!app.pages.includes(name) && !hasPage(name)) throw failure(how, `page "${name}" is not found`)
  if (/^(navigateTo|redirectTo)$/.test(how) && isTab(name)) throw failure(how, 'can not navigateTo a tabbar page')
  if (how === 'switchTab' && !isTab(name)) throw failure(how, 'can not switch to no-tabBar page')
  if (how === 'switchTab' && query) throw failure(how, 'a tab takes no query')
  return { name, query: parseQuery(query) }
}

const hasPage = (name) =>
  (app.subPackages || app.subpackages || []).some((one) => one.pages.some((page) => `${one.root}/${page}` === name))

const failure = (how, why) => ({ errMsg: `${how}:fail ${why}` })

export const navigation = {
  navigateTo({ url }) {
    const { name, query } = target('navigateTo', url)
    if (open.length >= DEEPEST) throw failure('navigateTo', `page limit exceeded: ${DEEPEST}`)
    hide(top())
    cover(name, query)
  },
  redirectTo({ url }) {
    const { name, query } = target('redirectTo', url)
    drop(open.pop())
    cover(name, query)
  },
  switchTab({ url }) {
    const { name } = target('switchTab', url)
    const before = top()
    if (before.name === name) return
    for (const entry of open.splice(0).reverse()) {
      if (!isTab(entry.name)) drop(entry)
      else if (entry === before) hide(entry)
    }
    if (!tabs[name]) return cover(name, {})
    open = [tabs[name]]
    show(top())
  },
  reLaunch({ url }) {
    const { name, query } = target('reLaunch', url)
    for (const entry of new Set([...open.splice(0).reverse(), ...Object.values(tabs)])) drop(entry)
    cover(name, query)
  },
  navigateBack({ delta = 1 } = {}) {
    if (open.length < 2) throw failure('navigateBack', 'cannot navigate back at first page')
    for (let left = Math.min(delta, open.length - 1); left > 0; left--) drop(open.pop())
    show(top())
  },
}

/** Begin: the app, then its first page. */
export function launch() {
  const { path = app.entryPagePath || app.pages[0], query = '', scene = 1001 } = mp.enter || {}
  enter.first = enter.now = { path, query: parseQuery(query), scene, referrerInfo: {} }
  guarded('app onLaunch', () => register.app.onLaunch && register.app.onLaunch(enter.now))
  guarded('app onShow', () => register.app.onShow && register.app.onShow(enter.now))
  navigation.reLaunch({ url: `/${path}${query ? `?${query}` : ''}` })
}

/** Leave the mini-program and come back, by an address or just so. */
mp.warm = ({ path, query = '', scene = 1001 } = {}) => {
  hide(top())
  guarded('app onHide', () => register.app.onHide && register.app.onHide())
  const here = path || top().name
  enter.now = { path: here, query: path ? parseQuery(query) : top().page.options, scene, referrerInfo: {} }
  guarded('app onShow', () => register.app.onShow && register.app.onShow(enter.now))
  if (here === top().name) show(top())
  else navigation.reLaunch({ url: `/${here}${query ? `?${query}` : ''}` })
}

/** Choose large type or not, as 我的 does; the visible page reads it as when it comes into view. */
mp.chooseLarge = (large) => {
  localStorage.setItem('mp:large', JSON.stringify({ data: large }))
  lifetime(top(), 'show')
}

/** Pull the visible page down. */
mp.pullDown = () => {
  if (!top().settings.enablePullDownRefresh) return fault(`${top().name}: pulled down without enablePullDownRefresh`)
  document.body.dataset.refreshing = 'yes'
  call(top(), 'onPullDownRefresh')
}
