// Asks for code, digits and counts every three seconds; covers the code when the network is gone.
'use strict';
const EVERY = 3000;
const body = document.body;
const at = (id) => document.getElementById(id);
let until = performance.now() + Number(body.dataset.left) * 1000;
let alive = true;
let since = at('clock').textContent;

function draw(screen) {
  body.classList.remove('lost');
  const shown = screen.picture !== null;
  if (shown) {
    const svg = new DOMParser().parseFromString(screen.picture.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"'), 'image/svg+xml');
    at('picture').replaceChildren(document.importNode(svg.documentElement, true));
  }
  at('picture').hidden = at('ring').hidden = !shown;
  at('cover').hidden = shown;
  at('cover-why').hidden = true;
  at('cover-say').textContent = screen.message;
  at('cover-more').textContent = '没带手机也一样，请在名册上登记。';
  at('how').textContent = '微信扫一扫，签到';
  at('digits-say').textContent = '或在小程序里输入六位数字';
  at('digits').textContent = screen.digits ? screen.digits.slice(0, 3) + ' ' + screen.digits.slice(3) : '—';
  for (const name of ['present', 'leave', 'unrecorded']) at(name).textContent = screen.counts[name];
  at('clock').textContent = since = screen.clock;
  at('foot').textContent = '没带手机？请在名册上登记，一样算数';
  until = performance.now() + screen.seconds_left * 1000;
}

function cover() {
  body.classList.add('lost');
  at('picture').hidden = at('ring').hidden = true;
  at('cover').hidden = at('cover-why').hidden = false;
  at('cover-say').textContent = '请在名册上登记';
  at('cover-more').textContent = '一样算数。网络恢复后，二维码会回来。';
  at('how').textContent = '名册在支部书记那里';
  at('digits-say').textContent = '六位数字';
  at('digits').textContent = '暂停使用';
  at('foot').textContent = '以上是 ' + since + ' 的数，网络恢复后更新';
  at('clock').textContent = new Date().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' });
}

async function ask() {
  try {
    const answer = await fetch(body.dataset.code, { cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(EVERY * 2) });
    alive = answer.ok;
    if (answer.ok) draw(await answer.json());
    else if (answer.status === 401) location.reload();
  } catch {
    alive = false;
  }
  setTimeout(ask, EVERY);
}

function tick() {
  const left = Math.ceil((until - performance.now()) / 1000);
  if (left > 0) {
    at('seconds').textContent = left;
    at('arc').setAttribute('stroke-dasharray', left + ' 30');
  } else if (!alive) {
    cover();
  }
}

setTimeout(ask, EVERY);
setInterval(tick, 250);
