// What is typed and what is ticked.
import { isSet } from './built_ins.js'

const LONGEST = 140 // of input and textarea, unless maxlength says otherwise

export function defineFields(define) {
  define('input', typed(['password', 'confirmType', 'confirmHold']))
  define('textarea', typed(['showConfirmBar', 'disableDefaultPadding', 'fixed']))
  define('label', label)
  define('switch', ticked('checkbox', { role: 'switch', says: (on) => on }))
  define('checkbox', ticked('checkbox', { says: (_, value) => value }))
  define('radio', ticked('radio', { says: (_, value) => value }))
  define('checkbox-group', group('checkbox', (chosen) => chosen))
  define('radio-group', group('radio', (chosen) => chosen[0] || ''))
}

const KEYBOARDS = { number: 'numeric', digit: 'decimal', idcard: 'text', tel: 'tel' }
const UNSEEN = ['placeholderClass', 'placeholderStyle', 'autoFocus', 'cursor', 'cursorSpacing', 'adjustPosition', 'holdKeyboard',
  'selectionStart', 'selectionEnd', 'alwaysEmbed', 'cursorColor', 'adjustKeyboardTo']

function typed(more) {
  return {
    takes: [...UNSEEN, ...more, 'maxlength'],
    when: {
      value(value, element) {
        const text = value === null || value === undefined ? '' : String(value)
        if (element.value !== text) element.value = text
        this.grow(element)
      },
      type: (value, element) => KEYBOARDS[value] && (element.inputMode = KEYBOARDS[value]),
      password: (value, element) => element.tagName === 'INPUT' && (element.type = isSet(value) ? 'password' : 'text'),
      placeholder: (value, element) => (element.placeholder = value || ''),
      disabled: (value, element) => (element.disabled = isSet(value)),
      // Where it stands is known only when it hangs in the page.
      focus: (value, element) => setTimeout(() => (isSet(value) ? element.focus() : element.blur())),
      autoHeight: function (value, element) {
        this.grow(element)
      },
    },
    attached: listen,
    methods: {
      fieldValue() {
        return this._$.getBackendElement().value
      },
      reset() {
        this.setData({ value: '' })
      },
      grow(element) {
        if (!isSet(this.data.autoHeight) || this.data.autoHeight === null) return
        setTimeout(() => {
          element.style.height = 'auto'
          element.style.height = `${element.scrollHeight}px`
        })
      },
    },
  }
}

function listen(element) {
  element.addEventListener('input', () => {
    const longest = this.data.maxlength === null ? LONGEST : Number(this.data.maxlength)
    if (longest >= 0 && element.value.length > longest) element.value = element.value.slice(0, longest)
    this.setData({ value: element.value })
    this.triggerEvent('input', { value: element.value, cursor: element.selectionStart, keyCode: 0 })
  })
  element.addEventListener('focus', () => this.triggerEvent('focus', { value: element.value, height: 0 }))
  element.addEventListener('blur', () => this.triggerEvent('blur', { value: element.value, cursor: element.selectionStart }))
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || element.tagName === 'TEXTAREA') return
    event.preventDefault()
    this.triggerEvent('confirm', { value: element.value })
  })
}

/** A label names what stands in it, or by `for` a field of the same page. */
const label = {
  when: {
    for(value, element) {
      const join = () => {
        const around = element.closest('.mp-frame')
        const found = value && around && around.querySelector(`[id$="--${value}"]`)
        if (!found) return
        const inner = found.matches('checkbox, radio, switch') ? found.firstElementChild : null
        if (inner) inner.id = `${found.id}-field`
        element.htmlFor = (inner || found).id
      }
      setTimeout(join)
      element.onpointerdown = join
    },
  },
}

/** A box, a ring or a switch: a native field inside, which the browser names by the label around it. */
function ticked(type, { role, says }) {
  return {
    takes: ['value', 'type'],
    spokenBy: (element) => element.firstElementChild,
    when: {
      color: (value, element) => value && element.style.setProperty('--on', value),
      checked: (value, element) => (element.firstElementChild.checked = isSet(value)),
      disabled: (value, element) => (element.firstElementChild.disabled = isSet(value)),
    },
    attached(element) {
      const field = document.createElement('input')
      field.type = type
      if (role) field.setAttribute('role', role)
      element.prepend(field)
      field.addEventListener('change', () => {
        this.setData({ checked: field.checked })
        if (role) this.triggerEvent('change', { value: field.checked })
      })
    },
    methods: {
      fieldValue: role && function () {
        return says(this._$.getBackendElement().firstElementChild.checked)
      },
      saidValue() {
        return says(null, this.data.value)
      },
    },
  }
}

function group(tag, says) {
  const chosenIn = (element) => [...element.querySelectorAll(tag)].filter((one) => one.firstElementChild.checked).map((one) => one.mpBuiltIn.saidValue())
  return {
    attached(element) {
      element.setAttribute('role', tag === 'radio' ? 'radiogroup' : 'group')
      element.addEventListener('change', (event) => {
        if (tag === 'radio') only(event.target, element)
        this.triggerEvent('change', { value: says(chosenIn(element)) })
      })
    },
    methods: {
      fieldValue() {
        return says(chosenIn(this._$.getBackendElement()))
      },
    },
  }
}

function only(field, element) {
  for (const other of element.querySelectorAll('radio')) {
    if (other.firstElementChild !== field && other.firstElementChild.checked) other.mpBuiltIn.setData({ checked: false })
  }
}
