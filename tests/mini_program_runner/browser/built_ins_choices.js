// picker: what stands in it is the row that is tapped; the wheel comes over the page.
import { chooseMoment, turnWheel } from './sheets.js'
import { fault } from './hooks.js'
import { isSet } from './built_ins.js'

export function definePickers(define) {
  define('picker', {
    takes: ['mode', 'range', 'rangeKey', 'value', 'start', 'end', 'fields', 'headerText', 'disabled'],
    attached(element) {
      element.setAttribute('role', 'button')
      element.addEventListener('click', () => isSet(this.data.disabled) || this.ask(element))
    },
    methods: {
      async ask(element) {
        const { mode, headerText, ariaLabel } = this.data
        const name = headerText || ariaLabel || element.textContent.trim()
        const value = await this.answer(mode || 'selector', name)
        if (value === null) return this.triggerEvent('cancel', {})
        this.setData({ value })
        this.triggerEvent('change', { value })
      },
      async answer(mode, name) {
        const { range, rangeKey, value } = this.data
        if (mode === 'date' || mode === 'time') return chooseMoment(name, mode, this.data)
        if (mode !== 'selector') return fault(`<picker mode="${mode}"> is not supplied`) || null
        const words = (range || []).map((one) => (rangeKey ? one[rangeKey] : one))
        const at = await turnWheel(name, words, Number(value) || 0)
        return at === null ? null : String(at)
      },
      fieldValue() {
        return this.data.value
      },
    },
  })
}
