// The chosen file stays chosen while the page around it changes; without this the form is sent as usual.
'use strict';

const said = (words) => { document.querySelector('#imports .saved').textContent = words; };

document.addEventListener('htmx:beforeRequest', () => said('正在读表格…'));
// Whatever the answer is, it is the page to read.
document.addEventListener('htmx:beforeSwap', (event) => { event.detail.shouldSwap = true; });
for (const lost of ['htmx:sendError', 'htmx:timeout']) {
  document.addEventListener(lost, () => said('没有送到，什么也没有改。请再选一次文件再试'));
}
