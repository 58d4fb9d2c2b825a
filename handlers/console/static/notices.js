// A text to copy stands on the page; where there is no clipboard it is chosen, to be copied by hand.
'use strict';

document.documentElement.classList.add('script');
document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-copy]');
  if (!button) return;
  const text = document.querySelector(button.dataset.copy);
  const said = button.parentElement.querySelector('[role=status]');
  getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.innerText.trim());
    said.textContent = '已复制';
  } catch {
    said.textContent = document.execCommand('copy') ? '已复制' : '已选好，请长按复制';
  }
});
