// What became of an act: a sign, a sentence, the facts beneath it (the slot). Never a passing message.

Component({
  properties: {
    /** ok, told, again, clock, person or network */
    kind: { type: String, value: 'ok' },
    headline: { type: String, value: '' },
  },
})
