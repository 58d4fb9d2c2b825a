// Numbered steps of something that takes time: done, now, later. The words beside them say which.

Component({
  properties: {
    /** [{title, beneath, state: 'done' | 'now' | 'later', verb?}]; a step with a verb is tapped: bind:choose {index} */
    steps: { type: Array, value: [] },
  },
  methods: {
    /** @param {WechatMiniprogram.TouchEvent} event */
    choose(event) {
      const { index } = event.currentTarget.dataset
      const step = /** @type {{ verb?: string }} */ (this.data.steps[index])
      if (step.verb) this.triggerEvent('choose', { index })
    },
  },
})
