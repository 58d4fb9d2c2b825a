// The roll: each tap is kept until the server has it, rows follow other hands, the keyboard ticks.
'use strict';

// What was wished and is not stored yet: row id -> Map(field -> value).
const wishes = new Map();
const sent = new WeakMap();
let touched = Date.now();
let next = null; // where to go once everything is stored
const rowOf = (element) => element.closest('#lines form.line');
const saidOf = (row) => row.querySelector('.saved');

function wish(row, field, value) {
  if (!wishes.has(row.id)) wishes.set(row.id, new Map());
  wishes.get(row.id).set(field, value);
  paint(row);
  setTimeout(() => idle(row.id), 500);
}

// Whatever was wished and is under way nowhere is sent again, if only once its row is there.
function idle(id) {
  const row = document.getElementById(id);
  if (row && wishes.has(id) && !row.classList.contains('saving') && !saidOf(row).classList.contains('unsaved')) {
    paint(row);
    send(row);
  }
}

// Show what was wished as if it held already; the state beside it says that it does not yet.
function paint(row) {
  for (const [field, value] of wishes.get(row.id) || []) {
    if (field.startsWith('u-')) {
      const select = row.querySelector(`select[name="${field}"]`);
      if (select) select.value = value;
    } else if (field.startsWith('d-')) {
      row.querySelector('.dues').setAttribute('aria-pressed', String(value === '1'));
    } else {
      for (const chip of row.querySelectorAll('.chips button')) chip.setAttribute('aria-pressed', String(chip.value === value));
      const other = row.querySelector('.chips > label');
      const chosen = row.querySelector(`.others button[value="${value}"]`);
      if (other) other.classList.toggle('on', Boolean(chosen) && value !== 'unrecorded');
      if (other && chosen && value !== 'unrecorded') other.textContent = chosen.textContent;
    }
  }
}

function say(row, text, unsaved, again) {
  const place = saidOf(row);
  row.classList.toggle('saving', !unsaved);
  place.classList.toggle('unsaved', unsaved);
  place.classList.remove('fresh');
  place.textContent = '';
  if (unsaved) {
    const word = place.appendChild(document.createElement('b'));
    word.setAttribute('role', 'alert');
    word.textContent = text;
    const button = place.appendChild(document.createElement('button'));
    button.type = 'button';
    button.className = 'plain';
    button.textContent = again ? '再存一次' : '刷新本页';
    button.addEventListener('click', () => (again ? send(row) : (wishes.delete(row.id), location.reload())));
  } else {
    place.textContent = text;
  }
}

// Send the first wish of a row once more; the rest follows when that one is stored.
function send(row) {
  const [field, value] = wishes.get(row.id).entries().next().value;
  if (field.startsWith('u-')) {
    htmx.trigger(row.querySelector(`select[name="${field}"]`), 'change');
    return;
  }
  const button = row.querySelector(`button[name="${field}"][value="${value}"]`);
  if (button) button.click();
  else forget(row.id, field);
}

function forget(id, field) {
  const left = wishes.get(id);
  if (left) left.delete(field);
  if (left && !left.size) wishes.delete(id);
  const row = document.getElementById(id);
  if (row) row.classList.remove('saving');
  count();
  if (next && !wishes.size) setTimeout(next);
}

// The bar says how many rows are not stored, and stores them all.
function count() {
  const place = document.getElementById('wishes');
  if (!place) return;
  const rows = [...document.querySelectorAll('#lines .line')].filter((row) => saidOf(row).classList.contains('unsaved'));
  place.hidden = rows.length === 0;
  place.textContent = '';
  if (!rows.length) return;
  place.appendChild(document.createElement('b')).textContent = rows.length + ' 行未存 ';
  const button = place.appendChild(document.createElement('button'));
  button.type = 'button';
  button.className = 'plain';
  button.textContent = '全部再存';
  button.addEventListener('click', again);
}
function again() {
  for (const id of [...wishes.keys()]) {
    const row = document.getElementById(id);
    if (row && saidOf(row).classList.contains('unsaved')) send(row);
  }
}
addEventListener('online', again);
addEventListener('beforeunload', (event) => { if (wishes.size) event.preventDefault(); });

document.addEventListener('click', (event) => {
  const button = event.target.closest('#lines form.line button[name]');
  if (button) wish(rowOf(button), button.name, button.value);
}, true);
document.addEventListener('change', (event) => {
  const select = event.target.closest('#lines form.line select');
  if (select) wish(rowOf(select), select.name, select.value);
}, true);
for (const name of ['pointerdown', 'keydown']) document.addEventListener(name, () => { touched = Date.now(); }, true);

document.addEventListener('htmx:beforeRequest', (event) => {
  const element = event.detail.elt;
  if (element.id === 'fresh') {
    // Nobody looks: then the session may end as if the page were closed.
    if (document.hidden || Date.now() - touched > 600000) event.preventDefault();
    return;
  }
  const row = rowOf(element);
  if (!row || !wishes.has(row.id)) return;
  const pressed = event.detail.requestConfig.triggeringEvent;
  const control = element.matches('form') ? pressed && pressed.submitter : element;
  if (!control) return;
  sent.set(event.detail.xhr, [row.id, control.name, control.value]);
  say(row, '正在存…', false);
});
function failed(event) {
  const done = sent.get(event.detail.xhr);
  const row = done && document.getElementById(done[0]);
  if (!row || !wishes.has(row.id)) return;
  const status = event.detail.xhr.status;
  next = null;
  say(row, '未存', true, status === 0 || status >= 500);
  count();
}
for (const name of ['responseError', 'sendError', 'timeout']) document.addEventListener('htmx:' + name, failed);
document.addEventListener('htmx:beforeSwap', (event) => {
  const done = sent.get(event.detail.xhr);
  if (!done) return;
  if (event.detail.xhr.status >= 400) {
    event.detail.shouldSwap = false;
    failed(event);
    return;
  }
  const [id, field, value] = done;
  const left = wishes.get(id);
  if (left && left.get(field) === value) forget(id, field);
});
// A row that waits for its own answer, or was not stored, is not taken away by what others did.
document.addEventListener('htmx:oobBeforeSwap', (event) => {
  if (wishes.has(event.detail.target.id)) event.detail.shouldSwap = false;
});
document.addEventListener('htmx:afterSwap', () => {
  for (const id of [...wishes.keys()]) idle(id);
  count();
});
// Nothing is lost on the way elsewhere: what is under way is waited for, what was not stored is shown.
function held(go) {
  if (!wishes.size) return false;
  const place = document.querySelector('#lines .saved.unsaved');
  if (!place) {
    next = go;
    return true;
  }
  place.scrollIntoView({ block: 'center' });
  place.querySelector('button').focus();
  return true;
}
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href]');
  if (link && !link.target && !event.ctrlKey && !event.metaKey && held(() => location.assign(link.href))) event.preventDefault();
});
const bar = document.querySelector('form.confirm');
if (bar) {
  bar.addEventListener('submit', (event) => {
    const pressed = event.submitter;
    if (held(() => bar.requestSubmit(pressed))) event.preventDefault();
  });
}

// Arrows change the person, 1-4 tick, 5 opens the rest, F is for the dues.
const visible = () => [...document.querySelectorAll('#lines .line:not([hidden])')].filter((row) => row.offsetParent);
function enter(row) {
  const first = row.querySelector('.chips [aria-pressed=true]') || row.querySelector('.chips button') || row.querySelector('.dues');
  (first.offsetParent ? first : row.querySelector('.more') || row.querySelector('.dues')).focus();
}
document.addEventListener('keydown', (event) => {
  const at = document.activeElement;
  if (event.ctrlKey || event.metaKey || event.altKey || /^(SELECT|TEXTAREA)$/.test(at.tagName)) return;
  const typing = at.tagName === 'INPUT' && !/^(checkbox|radio)$/.test(at.type);
  const row = rowOf(at);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !(typing && at.id !== 'q')) {
    const rows = visible();
    const next = rows[row ? rows.indexOf(row) + step : 0];
    if (next) { event.preventDefault(); enter(next); }
    return;
  }
  if (typing || !row) return;
  if (event.key === '5') row.querySelector('.fold').click();
  else if (/^[1-4]$/.test(event.key) && row.querySelector('.chips')) row.querySelectorAll('.chips button')[event.key - 1].click();
  else if (/^[fF]$/.test(event.key)) row.querySelector('.dues').click();
});
