// What a finger asks of a page: what can be tapped there, what stands there, which field has which label.
const squeezed = (text) => text.replace(/\s+/g, ' ').trim();
const seen = (one) => {
  const box = one.getBoundingClientRect();
  return one.checkVisibility() && box.width >= 2 && box.height >= 2;
};
const below = (scopes, css) => [...new Set(scopes.flatMap((scope) => [...scope.querySelectorAll(css)]))];
// The elements of a part; see Part in finger.py.
const found = ({ steps, at }) => {
  const has = (words) => (one) => !words || squeezed(one.textContent).includes(words);
  const all = steps.reduce((scopes, [css, words]) => below(scopes, css).filter(has(words)), [document]);
  return at === null ? all : all.slice(at).slice(0, 1);
};
// How something reads: without words that only a screen reader hears or that a phone hides.
const reads = (one) => {
  const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), said = [];
  while (texts.nextNode()) {
    const by = texts.currentNode.parentElement;
    if (by.checkVisibility() && !by.closest('.unseen')) said.push(texts.currentNode.data);
  }
  return squeezed(one.matches('input') ? one.value : said.join(''));
};
const leads = (one) => {
  const form = one.matches('button, input') ? one.form : null;
  const sent = form && [one.getAttribute('formaction') || form.action, one.name, one.value];
  return one.href || (sent ? sent.join(' ') : one.htmlFor || '');
};
// Whether a tap opens another page, here or beside this one, saves a file, or changes a part of this one.
const opens = (one, script) => {
  if (/[.]zip$|[/]ledgers[/]./.test(one.href || one.formAction)) return 'file';
  if (one.matches('a[target=_blank]')) return 'beside';
  const page = (address) => address.split('#')[0];
  if (one.matches('a[href]')) return page(one.href) === page(location.href) ? 'part' : 'page';
  const sends = one.matches('button, input') && one.form && one.type === 'submit';
  return sends && !(script && one.closest('[hx-post], [data-part]')) ? 'page' : 'part';
};
const fitting = (scopes, tappable, words) => {
  const every = words === null ? scopes : below(scopes, tappable);
  const shown = every.flatMap((one, which) => (seen(one) ? [{ one, which, words: reads(one) }] : []));
  return [shown, shown.filter((one) => words === null || RegExp(words).test(one.words))];
};
// Brings the first that fits into view, and gives its middle if it would feel a finger there.
function look({ tappable, words, script, ...part }) {
  const [every, fits] = fitting(found(part), tappable, words);
  const shown = every.map((one) => one.words), ways = [...new Set(fits.map(({ one }) => leads(one)))];
  if (!fits.length) return { shown, ways, which: -1, opens: '', spot: null };
  const { one, which } = fits[0];
  one.scrollIntoViewIfNeeded();
  const box = one.getClientRects()[0], spot = [box.x + box.width / 2, box.y + box.height / 2];
  const felt = !one.matches(':disabled') && one.contains(document.elementFromPoint(...spot));
  return { shown, ways, which, opens: opens(one, script), spot: felt ? spot : null };
}
// Clicks the one thing that fits in each but the first and the last; gives what there is where it is not one.
function press({ tappable, words, ...part }) {
  return found(part).slice(1, -1).map((scope) => {
    const [every, fits] = fitting([scope], tappable, words);
    if (fits.length === 1) fits[0].one.click();
    return fits.length === 1 ? [] : [...every.map((one) => one.words), `${fits.length}`];
  });
}
const count = (part) => found(part).length;
const read = (part) => found(part).filter(seen).map((one) => squeezed(one.innerText));
// Types into the one field with this label, or chooses from it; false if a look does not find it.
function write({ label, value, option, ...part }) {
  const labels = below(found(part), 'label').filter((one) => one.control);
  const meant = labels.filter((one) => squeezed(one.textContent).includes(label));
  const exact = meant.filter((one) => squeezed(one.textContent) === label);
  const fields = [...new Set((exact.length ? exact : meant).map((one) => one.control))], field = fields[0];
  const kind = option ? 'select' : 'input:not([type=checkbox], [type=radio], [type=file]), textarea';
  if (fields.length !== 1 || !field.matches(kind) || !field.matches(':enabled:not([readonly])') || !seen(field)) return false;
  const which = option && [...field.options].findIndex((one) => squeezed(one.label) === value);
  if (which === -1) return false;
  field.focus();
  if (option) field.selectedIndex = which;
  else field.value = value;
  for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));
  return true;
}
