// A question with its consequences, from below. The safe answer is the primary one.

Component({
  properties: {
    open: { type: Boolean, value: false },
    question: { type: String, value: '' },
    /** the safe answer */
    safe: { type: String, value: '' },
    /** the answer that does it */
    act: { type: String, value: '' },
  },
  methods: {
    keep() {
      this.triggerEvent('safe')
    },
    doIt() {
      this.triggerEvent('act')
    },
    /** Touches end here: the page below does not scroll. */
    stay() {},
  },
})
