// What makes the console quicker; every page works without it.
'use strict';

// A group's head counts who is still to be telephoned.
document.addEventListener('htmx:afterSwap', () => {
  for (const group of document.querySelectorAll('.calls .group')) {
    group.querySelector('.to-phone').textContent = group.querySelectorAll('button.tick').length;
  }
});

// Buttons that only change one part of the form's page swap that part.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-part]');
  if (!button || !button.form) return;
  event.preventDefault();
  const form = button.form;
  const sent = new FormData(form, button);
  const get = button.formMethod === 'get';
  if (get) sent.delete('csrf');
  const address = get ? form.action + '?' + new URLSearchParams(sent) : form.action;
  try {
    const answer = await fetch(address, get ? {} : { method: 'POST', body: new URLSearchParams(sent) });
    if (!answer.ok) throw new Error(answer.status);
    const held = document.activeElement;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const part of button.dataset.part.split(' ')) {
      document.querySelector(part).replaceWith(document.importNode(fresh.querySelector(part), true));
    }
    // Whoever works by keyboard goes on where the hand was, or in the row that was added.
    if (held && !held.isConnected) {
      const rows = document.querySelectorAll('[name=agenda_title], [name=block_text]');
      const last = rows[rows.length - 1];
      const again = document.querySelector(`button[data-part][value="${button.value}"]`);
      ((button.value.startsWith('add') && last) || again || last || document.body).focus();
    }
  } catch {
    delete button.dataset.part;
    button.click();
  }
});
document.addEventListener('change', (event) => {
  const form = event.target.closest('#confirmation');
  const button = form && form.querySelector('button[data-part]');
  if (button) button.click();
});

// The bar under the grades counts who is still without one.
const left = document.querySelector('[data-left]');
if (left) {
  document.addEventListener('change', () => {
    const open = document.querySelectorAll('.graded:not(:has(.chips :checked))').length;
    left.textContent = open ? `还有 ${open} 人没有填，这次填的还没有存` : '都填了，还没有存';
  });
}

// Find a name while typing; "/" goes to the field, Enter on one hit goes to its row.
const field = document.getElementById('q');
if (field) {
  const find = () => {
    const wanted = field.value.trim().toLowerCase();
    for (const line of document.querySelectorAll('#lines [data-name]')) {
      const [name, letters] = line.dataset.name.split(' ');
      line.hidden = wanted !== '' && !name.includes(wanted) && !letters.startsWith(wanted);
    }
    for (const group of document.querySelectorAll('#lines .group, #lines .people')) {
      group.hidden = !group.querySelector('[data-name]:not([hidden])');
    }
  };
  field.addEventListener('input', find);
  document.addEventListener('htmx:afterSwap', find);
  field.form.addEventListener('submit', (event) => {
    event.preventDefault();
    const first = document.querySelector('#lines [data-name]:not([hidden]) :is(.chips button, select, .dues)');
    if (first) first.focus();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      field.focus();
    }
  });
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
