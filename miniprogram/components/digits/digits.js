// Boxes for digits that are read off a screen or a slip; one field underneath, so pasting and correcting work.

Component({
  properties: {
    /** how many digits in each box, e.g. [4, 4, 4]; six single ones are [1, 1, 1, 1, 1, 1] */
    groups: { type: Array, value: [1, 1, 1, 1, 1, 1] },
    value: { type: String, value: '' },
    label: { type: String, value: '' },
    wrong: { type: Boolean, value: false },
    focus: { type: Boolean, value: false },
  },
  data: { boxes: /** @type {{ place: number, text: string, here: boolean, apart: boolean }[]} */ ([]), length: 6, focused: false },
  observers: {
    'groups, value'(groups, value) {
      this.setData(boxesOf(groups, value))
    },
  },
  methods: {
    /** @param {WechatMiniprogram.Input} event */
    type(event) {
      const value = plainDigits(event.detail.value).slice(0, this.data.length)
      this.setData({ value })
      this.triggerEvent('digits', { value, missing: this.data.length - value.length })
      return value
    },
    enter() {
      this.setData({ focused: true })
    },
    leave() {
      this.setData({ focused: false })
    },
  },
})

/**
 * @param {number[]} groups
 * @param {string} value
 */
function boxesOf(groups, value) {
  let from = 0
  const boxes = groups.map((/** @type {number} */ width, place) => {
    const text = value.slice(from, from + width)
    const here = value.length >= from && value.length < from + width
    from += width
    return { place, text, here, apart: groups.length === 6 && place === 3 }
  })
  return { boxes, length: from }
}

/** @param {string} typed @returns {string} its digits; full-width ones become plain, all else goes */
function plainDigits(typed) {
  const plain = typed.replace(/[\uff10-\uff19]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0))
  return plain.replace(/\D/g, '')
}
