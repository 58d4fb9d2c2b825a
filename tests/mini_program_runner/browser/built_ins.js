// WeChat's own components: the element in the document carries the WXML tag, so button and form are the browser's.
import { definePlain } from './built_ins_plain.js'
import { defineFields } from './built_ins_fields.js'
import { definePickers } from './built_ins_choices.js'

// Attributes that every built-in takes and hands to its element.
const SPOKEN = {
  role: 'role', ariaLabel: 'aria-label', ariaHidden: 'aria-hidden', ariaLive: 'aria-live', ariaChecked: 'aria-checked',
  ariaSelected: 'aria-selected', ariaDisabled: 'aria-disabled', ariaExpanded: 'aria-expanded', ariaPressed: 'aria-pressed',
  ariaCurrent: 'aria-current', ariaModal: 'aria-modal', ariaDescribedby: 'aria-describedby', ariaRequired: 'aria-required',
}
// Attributes that WeChat takes and that change nothing here.
const MUTE = ['hoverClass', 'hoverStopPropagation', 'hoverStartTime', 'hoverStayTime', 'name']

const anything = (names, value = null) => Object.fromEntries(names.map((name) => [name, { type: null, value }]))

/** Whether an attribute stands there: WeChat takes a bare one as true. */
export const isSet = (value) => value === '' || (Boolean(value) && value !== 'false')

/** Make one built-in. `takes`: its attributes; `when`: what to do as they change; `attached`, `methods` as usual. */
function define(space, tag, { takes = [], when = {}, attached, methods = {}, spokenBy = (element) => element }) {
  const observers = {}
  for (const [name, attribute] of Object.entries(SPOKEN)) {
    observers[name] = function (value) {
      const element = this._$.getBackendElement()
      if (element) speak(spokenBy(element), attribute, value)
    }
  }
  for (const [name, change] of Object.entries(when)) {
    observers[name] = function (value) {
      const element = this._$.getBackendElement()
      // A page that is gone still takes data, as on a phone, and draws nothing.
      if (element) change.call(this, value, element)
    }
  }
  const made = space.component(`builtin/${tag}`).definition({
    options: { multipleSlots: false },
    properties: anything([...Object.keys(SPOKEN), ...MUTE, ...takes, ...Object.keys(when)]),
    observers,
    methods,
    lifetimes: {
      created() {
        const element = this._$.getBackendElement()
        element.mpBuiltIn = this
        if (attached) attached.call(this, element)
      },
    },
  }).register()
  space.getComponentSpace().setGlobalUsingComponent(tag, made._$)
}

function speak(element, attribute, value) {
  if (value === null || value === undefined || value === '') {
    if (element.hasAttribute(attribute) && element.mpSpoken) element.removeAttribute(attribute)
    return
  }
  element.mpSpoken = true
  element.setAttribute(attribute, String(value))
}

/** Make them all. */
export function defineBuiltIns(space) {
  for (const parts of [definePlain, defineFields, definePickers]) parts((tag, how) => define(space, tag, how))
}
