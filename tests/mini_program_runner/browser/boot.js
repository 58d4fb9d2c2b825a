// Registers the mini-program's components and pages with the engine, then launches it as WeChat does.
import * as glassEasel from 'glass-easel'
import { MiniProgramEnv, component as adapted } from 'glass-easel-miniprogram-adapter'
import { app, comps, json, pages, scopes, tmpl } from './bundle.js'
import { defineBuiltIns } from './built_ins.js'
import { fault, guarded, mp, register } from './hooks.js'
import { load } from './modules.js'
import { onLeave } from './nav_bar.js'
import { launch, navigation, prepare, tabBarOf, top } from './pages.js'
import { ask } from './sheets.js'

// Events that a built-in of ours raises itself: the DOM's event of that name is not the mini-program's.
const OWN = new Set(['input', 'change', 'focus', 'blur', 'submit', 'reset', 'load', 'error', 'scroll', 'confirm'])

const env = new MiniProgramEnv()
const space = env.createCodeSpace('main', true)
defineBuiltIns(space)

function takeEvent(target, type, detail, options) {
  if (OWN.has(type) && String(target.is).startsWith('builtin/')) return
  const isTap = type === 'tap'
  const dom = options.originalEvent && options.originalEvent.target
  if (isTap && dom && dom.closest('button[disabled]')) return
  const event = new glassEasel.Event(type, detail, options)
  if (isTap) mp.inTap = true
  try {
    glassEasel.Event.dispatchEvent(target, event)
  } finally {
    if (isTap) mp.inTap = false
  }
}

function registerAll() {
  for (const name of [...comps, ...pages]) {
    space.addComponentStaticConfig(name, json[name])
    space.addCompiledTemplate(name, { groupList: tmpl, content: tmpl[name], fallbackListenerOnNativeNode: true })
    space.addStyleSheet(name, undefined, scopes[name])
  }
  guarded('app.js', () => load('app.js'))
  for (const name of [...comps, ...pages]) {
    space.componentEnv(name, (made) => {
      register.current = made
      guarded(`${name}.js`, () => load(`${name}.js`))
    })
  }
}

// The engine takes a false attribute away; a phone says aria-selected="false".
const { setAttribute } = glassEasel.Element.prototype
glassEasel.Element.prototype.setAttribute = function (name, value) {
  setAttribute.call(this, name, name.startsWith('aria-') && typeof value === 'boolean' ? String(value) : value)
}

/** The button of the navigation bar: back, after the page's own question, or home. */
async function leave(where) {
  if (where === 'home') return navigation.reLaunch({ url: `/${pages[0]}` })
  const { question } = top()
  if (!question || (await ask({ content: question })).confirm) navigation.navigateBack()
}

// Every component knows the bar of its page, as in WeChat.
adapted.ComponentCaller.prototype.getTabBar = function () {
  return tabBarOf(this)
}

document.body.dataset.style = app.style || ''
const context = new glassEasel.CurrentWindowBackendContext()
context.onEvent(takeEvent)
prepare(space, env.associateBackend(context), app)
registerAll()
onLeave(leave)
guarded('launch', launch)
mp.ready = true
mp.app = register.app
if (!register.app) fault('app.js does not call App()')
