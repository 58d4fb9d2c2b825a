// Handing over: nobody types a name and a log-in beside somebody who is chosen.
'use strict';

const chosen = document.getElementById('successor');
const typed = document.querySelectorAll('[data-typed]');
const show = () => { for (const field of typed) field.hidden = chosen.value !== ''; };
if (chosen) {
  chosen.addEventListener('change', show);
  show();
}
