// What a ruler says of the page on the screen. Each measure returns a line for every fault it finds.
window.measures = (() => {
  const RPX = () => innerWidth / 750
  const SMALLEST = 30, SMALLEST_OF_STRIP = 28, THUMB = 88 // rpx
  const TOUCHED = 'button, input, textarea, picker, label:has(input), [role=button], [role=link], [role=tab], [role=radio], [role=checkbox]'
  const MOMENT = /\d+:\d\d|\d+月\d+日/g

  const frame = () => document.querySelector('.mp-frame:not([hidden])')
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 0
  const all = (selector = '*') => [...frame().querySelectorAll(selector)].filter(seen)
  // Turned arrows and the gaps between chips leave their box by this much; nothing of them is cut off.
  const GAP = () => 8 * RPX() + 1
  const name = (one) => `${one.className || one.tagName.toLowerCase()}: ${(one.innerText || one.value || '').trim().replace(/\s+/g, ' ').slice(0, 24)}`
  // What does not scroll along: the bar below, the tabs, a sheet.
  const layer = (one) => {
    for (let up = one; up && up !== frame(); up = up.parentElement) if (getComputedStyle(up).position === 'fixed') return up
    return null
  }
  const texts = () => {
    const found = []
    const walker = document.createTreeWalker(frame(), NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const node = walker.currentNode
      const isShown = node.data.trim() && node.parentElement.checkVisibility({ visibilityProperty: true })
      if (isShown && lines(node).length) found.push(node)
    }
    return found
  }
  const lines = (node, from = 0, to = node.length) => {
    const range = document.createRange()
    range.setStart(node, from)
    range.setEnd(node, to)
    return [...range.getClientRects()].filter((box) => box.width > 0.5)
  }

  /** What sticks out of the screen. */
  function outside() {
    return all().filter((one) => {
      const { left, right } = one.getBoundingClientRect()
      return right > innerWidth + 0.5 || left < -0.5
    }).map(name)
  }

  /** What is wider than the box it is in. */
  function spilled() {
    return all(':not(input, textarea, input *)').filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + GAP())
      .map((one) => `${one.scrollWidth} in ${one.clientWidth}: ${name(one)}`)
  }

  /** Letters that are too small. */
  function small() {
    const holders = new Set([...texts().map((node) => node.parentElement), ...all('input:not(switch *), textarea')])
    return [...holders].filter((one) => {
      const size = parseFloat(getComputedStyle(one).fontSize) / RPX()
      return size < (one.closest('.demonstration') ? SMALLEST_OF_STRIP : SMALLEST) - 0.1
    }).map((one) => `${(parseFloat(getComputedStyle(one).fontSize) / RPX()).toFixed(1)}: ${name(one)}`)
  }

  /** What can be touched and is lower than a thumb. */
  function low() {
    return all(TOUCHED).filter((one) => !one.closest('switch') && one.getBoundingClientRect().height < THUMB * RPX() - 0.5)
      .map((one) => `${(one.getBoundingClientRect().height / RPX()).toFixed(0)}: ${name(one)}`)
  }

  /** Words that lie over other words. */
  function overlapping() {
    const boxes = texts().flatMap((node) => {
      // The box of a line is higher than its letters, which are an em high.
      const em = parseFloat(getComputedStyle(node.parentElement).fontSize)
      const on = layer(node.parentElement)
      return lines(node).map(({ left, right, top, bottom }) => {
        const middle = (top + bottom) / 2
        return { node, on, left, right, top: middle - em / 2, bottom: middle + em / 2 }
      })
    })
    const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2
    return boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => other.node !== one.node && other.on === one.on && over(one, other))
      .map((other) => `${one.node.data.trim().slice(0, 16)} | ${other.node.data.trim().slice(0, 16)}`))
  }

  /** More than one button that asks to be pressed; over a page a sheet has its own. */
  function primaries() {
    const sheet = all('.shade')[0]
    const found = all('.button.primary').filter((one) => !sheet || sheet.contains(one))
    return found.length > 1 ? found.map(name) : []
  }

  /** What a fixed bar hides even when the page is scrolled to its end. */
  function covered() {
    if (all('.shade').length) return []
    const scroller = frame().querySelector('.mp-scroll'), before = scroller.scrollTop
    scroller.scrollTop = scroller.scrollHeight
    const bars = all('.bar, .tabs').map((one) => one.getBoundingClientRect())
    const found = texts().filter((node) => !layer(node.parentElement))
      .filter((node) => lines(node).some((box) => bars.some((bar) => box.bottom > bar.top + 1 && box.top < bar.bottom)))
    scroller.scrollTop = before
    return found.map((node) => node.data.trim().slice(0, 24))
  }

  /** Times and dates that begin on one line and end on the next. */
  function broken() {
    return texts().flatMap((node) => [...node.data.matchAll(MOMENT)]
      .filter((found) => {
        const tops = lines(node, found.index, found.index + found[0].length).map((box) => box.top)
        return Math.max(...tops) - Math.min(...tops) > 2
      })
      .map((found) => `${found[0]}: ${node.data.trim().slice(0, 24)}`))
  }

  /** A page whose letters are not of the size the whole page is measured by. */
  function body(large) {
    const size = parseFloat(getComputedStyle(frame().querySelector('.page')).fontSize) / RPX()
    return Math.abs(size - (large ? 44 : 34)) > 0.1 ? [`${size.toFixed(1)}rpx`] : []
  }

  const canvas = Object.assign(document.createElement('canvas'), { width: 24, height: 24 })
  const drawing = canvas.getContext('2d', { willReadFrequently: true })
  const drawn = (letter) => {
    drawing.clearRect(0, 0, 24, 24)
    drawing.font = '20px sans-serif'
    drawing.fillText(letter, 1, 20)
    return drawing.getImageData(0, 0, 24, 24).data.join()
  }

  /** Letters no font has: they are drawn as one that cannot exist is. */
  function unreadable() {
    const none = drawn('\u{10FFFD}')
    return [...new Set(texts().map((node) => node.data).join(''))].filter((letter) => letter.trim() && drawn(letter) === none)
  }

  const every = { outside, spilled, small, low, overlapping, primaries, covered, broken, body }
  return {
    outside,
    unreadable,
    /** Take every measure; `large` is what the page should be. Returns a line for each fault. */
    faults: (large) => Object.entries(every).flatMap(([measure, take]) => take(large).map((line) => `${measure}: ${line}`)),
  }
})()
