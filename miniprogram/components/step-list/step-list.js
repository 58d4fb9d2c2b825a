// Numbered steps of something that takes time: done, now, later. The words beside them say which.

Component({
  properties: {
    /** [{title, beneath, state: 'done' | 'now' | 'later'}] */
    steps: { type: Array, value: [] },
  },
})
