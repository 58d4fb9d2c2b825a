// Buttons, pictures, links, areas that scroll.
import { fault, mp } from './hooks.js'
import { navigation } from './pages.js'
import { isSet } from './built_ins.js'

const DANGEROUS = 'script, style, iframe, object, embed, form, input, button, a[href]'

export function definePlain(define) {
  define('button', button)
  define('form', form)
  define('image', image)
  define('navigator', navigator)
  define('scroll-view', scrollView)
  define('swiper', swiper)
  define('rich-text', richText)
  define('web-view', webView)
}

/** Raise the event of a button's open-type; a button without one does nothing more. */
function openAsked(button) {
  const types = String(button.data.openType || '').split('|').filter(Boolean)
  if (types.includes('agreePrivacyAuthorization')) {
    mp.agreedBy = button.id
    button.triggerEvent('agreeprivacyauthorization', {})
  }
  if (types.includes('getPhoneNumber')) {
    const code = mp.phoneCodes.shift()
    button.triggerEvent('getphonenumber', code ? { code, errMsg: 'getPhoneNumber:ok' } : { errMsg: 'getPhoneNumber:fail user deny' })
  }
  for (const type of types.filter((one) => !/^(agreePrivacyAuthorization|getPhoneNumber)$/.test(one))) {
    if (/^(contact|share|feedback|openSetting)$/.test(type)) mp.calls.push([`button:${type}`, { id: button.id }])
    else fault(`<button open-type="${type}"> is not supplied`)
  }
}

const button = {
  takes: ['formType', 'openType', 'loading', 'plain', 'lang', 'sessionFrom', 'appParameter', 'showMessageCard'],
  when: {
    disabled(value, element) {
      element.disabled = isSet(value)
    },
    size: (value, element) => value && element.setAttribute('size', value),
    type: (value, element) => value && element.setAttribute('type', value),
  },
  attached(element) {
    element.addEventListener('click', (event) => {
      // The browser's own submitting would leave the page.
      event.preventDefault()
      if (element.disabled) return
      openAsked(this)
      const around = this.data.formType && element.closest('form')
      if (around) around.mpBuiltIn.send(this.data.formType)
    })
  },
}

const form = {
  takes: ['reportSubmit', 'reportSubmitTimeout'],
  attached: (element) => element.addEventListener('submit', (event) => event.preventDefault()),
  methods: {
    send(what) {
      const element = this._$.getBackendElement()
      const fields = [...element.querySelectorAll('*')].map((one) => one.mpBuiltIn).filter((one) => one && one.data.name && one.fieldValue)
      if (what === 'reset') {
        for (const field of fields) field.reset && field.reset()
        return this.triggerEvent('reset', {})
      }
      this.triggerEvent('submit', { value: Object.fromEntries(fields.map((one) => [one.data.name, one.fieldValue()])) })
    },
  },
}

const FITS = { aspectFit: 'contain', aspectFill: 'cover', scaleToFill: 'fill', widthFix: 'fill', heightFix: 'fill' }

const image = {
  takes: ['lazyLoad', 'showMenuByLongpress', 'webp', 'fadeIn'],
  spokenBy: (element) => element.firstElementChild,
  when: {
    src(value, element) {
      if (value) element.firstElementChild.src = value
    },
    mode(value, element) {
      const picture = element.firstElementChild
      picture.style.objectFit = FITS[value] || 'fill'
      if (value === 'widthFix') picture.style.height = element.style.height = 'auto'
      if (value === 'heightFix') picture.style.width = element.style.width = 'auto'
    },
    ariaLabel: (value, element) => (element.firstElementChild.alt = value || ''),
  },
  attached(element) {
    const picture = document.createElement('img')
    picture.alt = ''
    element.prepend(picture)
    picture.addEventListener('load', () => this.triggerEvent('load', { width: picture.naturalWidth, height: picture.naturalHeight }))
    picture.addEventListener('error', () => this.triggerEvent('error', { errMsg: `GET ${picture.src} failed` }))
  },
}

const HOW = { navigate: 'navigateTo', redirect: 'redirectTo', switchTab: 'switchTab', reLaunch: 'reLaunch', navigateBack: 'navigateBack' }

const navigator = {
  takes: ['url', 'openType', 'delta', 'target'],
  attached(element) {
    element.setAttribute('role', 'link')
    element.addEventListener('click', () => {
      try {
        navigation[HOW[this.data.openType || 'navigate']]({ url: this.data.url, delta: Number(this.data.delta) || 1 })
      } catch (error) {
        fault(`<navigator>: ${error.errMsg || error}`)
      }
    })
  },
}

const scrollView = {
  takes: ['upperThreshold', 'scrollWithAnimation', 'enableBackToTop', 'enhanced', 'showScrollbar', 'bounces', 'enableFlex', 'pagingEnabled', 'scrollAnchoring', 'lowerThreshold'],
  when: {
    scrollX: (value, element) => element.toggleAttribute('data-scroll-x', isSet(value)),
    scrollY(value, element) {
      element.toggleAttribute('data-scroll-y', isSet(value))
      element.tabIndex = 0
    },
    scrollTop: (value, element) => value !== null && (element.scrollTop = Number(value)),
    scrollLeft: (value, element) => value !== null && (element.scrollLeft = Number(value)),
    scrollIntoView(value, element) {
      const wanted = value && element.querySelector(`[id$="--${value}"]`)
      if (wanted) wanted.scrollIntoView()
    },
  },
  attached(element) {
    element.addEventListener('scroll', () => {
      const { scrollTop, scrollLeft, scrollHeight, clientHeight } = element
      this.triggerEvent('scroll', { scrollTop, scrollLeft, scrollHeight })
      const atEnd = scrollHeight - clientHeight - scrollTop < Number(this.data.lowerThreshold ?? 50)
      if (atEnd && !this.atEnd) this.triggerEvent('scrolltolower', { direction: 'bottom' })
      this.atEnd = atEnd
    })
  },
}

const swiper = {
  takes: ['indicatorDots', 'indicatorColor', 'indicatorActiveColor', 'autoplay', 'interval', 'duration', 'circular', 'vertical', 'previousMargin', 'nextMargin', 'easingFunction'],
  when: { current: (value, element) => value !== null && (element.scrollLeft = Number(value) * element.clientWidth) },
  attached(element) {
    element.tabIndex = 0
    element.addEventListener('scrollend', () => {
      const current = Math.round(element.scrollLeft / element.clientWidth)
      if (current !== this.now) this.triggerEvent('change', { current, source: 'touch' })
      this.now = current
    })
  },
}

const richText = {
  takes: ['space', 'userSelect'],
  when: {
    nodes(value, element) {
      element.replaceChildren(...(typeof value === 'string' ? fromText(value) : (value || []).map(fromNode)))
    },
  },
}

function fromText(text) {
  const body = new DOMParser().parseFromString(text, 'text/html').body
  for (const one of body.querySelectorAll(DANGEROUS)) one.replaceWith(...(one.tagName === 'A' ? one.childNodes : []))
  return [...body.childNodes]
}

function fromNode(node) {
  if (node.type === 'text') return document.createTextNode(node.text)
  const element = document.createElement(node.name)
  for (const [name, value] of Object.entries(node.attrs || {})) element.setAttribute(name, value)
  element.append(...(node.children || []).map(fromNode))
  return element
}

const webView = {
  when: {
    src(value, element) {
      element.textContent = value || ''
      if (value) mp.calls.push(['web-view', { src: value }])
      if (value && !value.startsWith('https://')) fault(`<web-view src="${value}">: only https`)
    },
  },
}
