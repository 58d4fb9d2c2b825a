// What WeChat lays over a page: toast, question, list of choices, the wheel of a picker.
const over = document.querySelector('.mp-over')

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

let toast = null
let fading = 0

/** Show a toast; 0 milliseconds stay until hidden. */
export function showToast(title, milliseconds) {
  hideToast()
  toast = make('div', { class: 'mp-toast', role: 'status' }, title)
  over.append(toast)
  if (milliseconds) fading = setTimeout(hideToast, milliseconds)
}

export function hideToast() {
  clearTimeout(fading)
  if (toast) toast.remove()
  toast = null
}

/** Lay a dialog over the page; `parts` gets the function that ends it with an answer. Resolves to that answer. */
function dialog(name, className, parts) {
  return new Promise((resolve) => {
    const sheet = make('div', { class: `mp-sheet ${className}`, role: 'dialog', 'aria-modal': 'true', 'aria-label': name })
    const shade = make('div', { class: 'mp-shade' }, sheet)
    const end = (answer) => {
      shade.remove()
      resolve(answer)
    }
    sheet.append(...parts(end))
    over.append(shade)
  })
}

function answering(label, end, answer, className = '') {
  const button = make('button', { class: className }, label)
  button.addEventListener('click', () => end(typeof answer === 'function' ? answer() : answer))
  return button
}

/** Ask a question; resolves to { confirm, cancel, content }. */
export function ask({ title = '', content = '', showCancel = true, cancelText = '取消', confirmText = '确定', editable }) {
  return dialog(title || content, 'mp-modal', (end) => {
    const field = editable ? make('input', { 'aria-label': title, value: content }) : null
    const words = [make('div', { class: 'mp-modal-title' }, title), field || make('div', { class: 'mp-modal-text' }, content)]
    const yes = () => ({ confirm: true, cancel: false, content: field ? field.value : null })
    const no = answering(cancelText, end, { confirm: false, cancel: true, content: null })
    return [...words, make('div', { class: 'mp-answers' }, ...(showCancel ? [no] : []), answering(confirmText, end, yes))]
  })
}

/** Offer choices; resolves to the index, null when cancelled. */
export function choose(items) {
  return dialog('请选择', 'mp-list', (end) => [
    ...items.map((item, at) => answering(item, end, at)),
    answering('取消', end, null),
  ])
}

/** Turn the wheel of a selector picker; resolves to the index, null when cancelled. */
export function turnWheel(name, items, chosen) {
  return dialog(name, 'mp-list', (end) => {
    const rows = items.map((item, at) => {
      const row = make('div', { class: 'mp-option', role: 'option', 'aria-selected': String(at === chosen) }, item)
      row.addEventListener('click', () => {
        chosen = at
        for (const [other, one] of rows.entries()) one.setAttribute('aria-selected', String(other === at))
      })
      return row
    })
    const wheel = make('div', { class: 'mp-wheel', role: 'listbox', 'aria-label': name, tabindex: '0' }, ...rows)
    return [wheel, make('div', { class: 'mp-answers' }, answering('取消', end, null), answering('确定', end, () => chosen))]
  })
}

/** Choose a date or a time; resolves to its text, null when cancelled. */
export function chooseMoment(name, type, { value, start, end: last }) {
  return dialog(name, 'mp-modal', (end) => {
    const field = make('input', { type, 'aria-label': name, value: value || '', min: start || '', max: last || '' })
    const take = () => (field.value && field.validity.valid ? field.value : null)
    return [field, make('div', { class: 'mp-answers' }, answering('取消', end, null), answering('确定', end, take))]
  })
}
