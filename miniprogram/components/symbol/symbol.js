Component({
  properties: {
    /** ok, told, again, clock, person or network */
    kind: { type: String, value: 'ok' },
  },
})
