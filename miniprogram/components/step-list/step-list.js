// Numbered steps of something that takes time: done, now, later. The words beside them say which.

Component({
  properties: {
    /** [{title, beneath, state: 'done' | 'now' | 'later'}]; a new line in `beneath` is one on the page */
    steps: { type: Array, value: [] },
  },
})
