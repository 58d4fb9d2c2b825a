"use strict";
// The page of the simulator: it polls, and writes everything as text, never as markup.

const DAYS = "日一二三四五六";
const SWITCHES = [
  ["收下后超时", "timeout after work", { kind: "timeout_after", share: 0.05, seed: 25 }],
  ["事件先到", "event before reply", { kind: "event_before_response" }],
  ["事件扣住", "event withheld", { kind: "event_withheld" }],
  ["事件不来", "lost event", { kind: "event_lost" }],
  ["令牌失效", "40001 once", { kind: "errcode", errcode: 40001, count: 1 }],
  ["发布审核不过", "publication rejected", { kind: "publish_status", status: 4 }],
  ["今日额度用完", "45009", { kind: "errcode", errcode: 45009 }],
  ["网页 502", "HTML 502", { kind: "html_502", share: 0.01, seed: 25 }],
  ["断开连接", "reset before work", { kind: "reset_before", share: 0.01, seed: 25 }],
  ["慢", "slow", { kind: "slow", seconds: 0.3 }],
];
const COUNTERS = [
  ["calls", "收到 calls"], ["accepted", "收下 accepted"], ["deduplicated", "去重 deduplicated"],
  ["pushes", "推送 pushes"], ["push_retries", "重推 push retries"], ["push_lost", "推送丢失 pushes lost"],
  ["not_simulated", "未模拟 not simulated"], ["concurrent_same_openid_max", "同一人并发最多 at once, one person"],
];
const KEPT_ROWS = 120;

const byId = (id) => document.getElementById(id);
let appid = "", wall = null, generation = 0, lastRow = 0, rows = [], openRows = new Set();
const phones = new Map();

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

async function ask(method, path, body) {
  const answer = await fetch("/_sim/" + path, { method, body: body && JSON.stringify(body) });
  return answer.json();
}

async function act(path, body) {
  await ask("POST", path, { appid, ...body });
  await refresh();
}

// Times are shown as people in China read them, wherever the browser is.
function local(iso) { return new Date(Date.parse(iso) + 8 * 3600e3); }
const two = (number) => String(number).padStart(2, "0");
function hour(iso, seconds) {
  const at = local(iso);
  return [at.getUTCHours(), at.getUTCMinutes(), ...(seconds ? [at.getUTCSeconds()] : [])].map(two).join(":");
}
function dayAndHour(iso) {
  const at = local(iso);
  return `${at.getUTCMonth() + 1}月${at.getUTCDate()}日 ${hour(iso)}`;
}

function card(message) {
  const fields = make("dl");
  for (const [key, value] of Object.entries(message.data)) {
    fields.append(make("dt", { className: "mono", textContent: key }), make("dd", { textContent: value }));
  }
  const shown = make("div", { className: "message" }, make("b", { textContent: message.title }), fields);
  if (message.mini) {
    const page = `${message.mini.appid || ""} ${message.mini.pagepath || message.mini.path || ""}`;
    shown.append(make("span", { className: "open", textContent: `小程序 mini-program ${page}` }));
  } else if (message.page) {
    shown.append(make("span", { className: "open", textContent: `进入小程序 page ${message.page}` }));
  } else if (/^https?:/.test(message.url || "")) {
    shown.append(make("a", { className: "open", href: message.url, target: "_blank", rel: "noopener noreferrer", textContent: "详情 open" }));
  }
  return shown;
}

function chatRows(person) {
  const shown = [];
  let before = "";
  for (const row of person.chat) {
    const at = dayAndHour(row.at);
    if (row.kind === "note") {
      shown.push(make("p", { className: "note", textContent: `${at} ${row.text}` }));
      before = at;
      continue;
    }
    if (at !== before) shown.push(make("p", { className: "at", textContent: at }));
    before = at;
    shown.push(row.card ? card(row.card) : make("div", { className: row.kind, textContent: row.text }));
    if (row.card && row.card.event_withheld) {
      const free = make("button", { textContent: "放行 release", onclick: () => act("release", { appid: undefined, msgid: row.card.msgid }) });
      shown.push(make("div", { className: "held" }, "事件被扣住 event withheld", free));
    }
  }
  return shown;
}

function newPhone(openid) {
  const phone = { seen: "", name: make("b"), chat: make("div", { className: "chat" }), foot: make("div"),
    taps: make("div", { className: "taps" }), grants: [], shape: "", scanning: "" };
  const field = make("input", { autocomplete: "off", maxLength: 2000 });
  field.setAttribute("aria-label", "发消息 type");
  field.placeholder = "发消息 type…";
  phone.type = make("form", { className: "type" }, field, make("button", { textContent: "发送" }));
  phone.type.onsubmit = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    if (!phone.scanning) { act("say", { openid, text }); return; }
    act("tap", { openid, key: phone.scanning, result: text });
    endScan(phone);
  };
  field.onkeydown = (event) => { if (event.key === "Escape" && phone.scanning) endScan(phone); };
  phone.block = make("button");
  const does = (path, body) => () => { phone.more.open = false; act(path, { openid, ...body }); };
  phone.block.onclick = () => does("block", { blocked: !phone.blocked })();
  const scan = make("button", { textContent: "把输入的字当作扫到的 scan", onclick: () => {
    does("scan", { key: "scan", result: field.value.trim() })(); field.value = "";
  } });
  phone.more = make("details", { className: "more" }, make("summary", { textContent: "⋯", ariaLabel: "更多 more" }),
    make("div", {}, scan, make("button", { textContent: "取消关注 unfollow", onclick: does("unfollow") }), phone.block));
  phone.gone = make("div", { className: "gone" }, "已取消关注 unfollowed",
    make("button", { className: "plain", textContent: "关注 follow", onclick: does("follow") }));
  const who = make("div", { className: "who" }, phone.name, make("code", { textContent: openid, title: openid }));
  phone.root = make("article", { className: "phone" }, make("div", { className: "top" }, who, phone.more), phone.chat, phone.taps, phone.foot);
  return phone;
}

function showPhones() {
  const official = wall.accounts.some((one) => one.appid === wall.appid && one.kind === "official");
  const wanted = wall.phones.map((person) => {
    const phone = phones.get(person.openid) || newPhone(person.openid);
    phones.set(person.openid, phone);
    const seen = JSON.stringify([person, wall.menu]);
    if (seen === phone.seen) return phone.root;
    phone.seen = seen;
    phone.name.textContent = person.name || person.openid;
    phone.blocked = person.blocked;
    phone.block.textContent = person.blocked ? "不再拒收 unblock" : "拒收 block";
    showTaps(phone, person, wall.menu);
    phone.more.hidden = !official || !person.subscribed;
    phone.chat.replaceChildren(...chatRows(person));
    const foot = person.subscribed ? phone.type : phone.gone;
    if (phone.foot.firstChild !== foot) phone.foot.replaceChildren(foot);
    requestAnimationFrame(() => { phone.chat.scrollTop = phone.chat.scrollHeight; });
    return phone.root;
  });
  const present = [...byId("wall").children];
  // Moving a phone would take the cursor out of its field: touch the wall only when it changed.
  if (present.length !== wanted.length || present.some((one, at) => one !== wanted[at])) byId("wall").replaceChildren(...wanted);
  byId("found").textContent = wall.found > wanted.length || byId("search").value
    ? `${wanted.length} / ${wall.total}` : `${wall.total} 部 phones`;
  byId("empty").hidden = wanted.length > 0;
  byId("empty").textContent = wall.accounts.length === 0 ? "没有账号 no account: POST /_sim/accounts"
    : wall.total === 0 ? "还没有手机 no phone yet: 加一部手机, or POST /_sim/followers" : "没有找到 nobody found";
}

function showSide() {
  const at = local(wall.now);
  byId("time").textContent = hour(wall.now, true);
  const ahead = Math.round(wall.offset_seconds / 60);
  const far = ahead === 0 ? "" : ` · ${ahead > 0 ? "快" : "慢"} ${Math.floor(Math.abs(ahead) / 60)} h ${Math.abs(ahead) % 60} min`;
  byId("day").textContent = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} 周${DAYS[at.getUTCDay()]}${far}`;
  byId("real").hidden = ahead === 0;
  for (const [order, box, text] of switches) {
    const mine = wall.faults.filter((fault) => same(fault, order));
    box.checked = mine.length > 0;
    text.textContent = describe(mine.length ? mine : [order]);
  }
  byId("counters").replaceChildren(...COUNTERS.flatMap(([key, label]) =>
    [make("dt", { textContent: label }), make("dd", { textContent: wall.ledger[key] })]));
}

const same = (fault, order) => fault.kind === order.kind && fault.errcode === order.errcode;

function describe(faults) {
  return faults.map((fault) => [
    fault.share !== undefined ? `${+(fault.share * 100).toFixed(2)} %` : "", fault.nth ? `第 ${fault.nth} 次 nth` : "",
    fault.count ? `前 ${fault.count} 次 first` : "", fault.openid || "", fault.path || "", fault.fired !== undefined ? `中 ${fault.fired} hit` : "",
  ].filter(Boolean).map((part) => ` · ${part}`).join("")).join(";");
}

const switches = SWITCHES.map(([title, label, order]) => {
  const box = make("input", { type: "checkbox" }), text = make("span");
  box.setAttribute("role", "switch");
  box.onchange = async () => {
    if (box.checked) await ask("POST", "faults", order);
    else for (const fault of wall.faults.filter((one) => same(one, order))) await ask("DELETE", `faults/${fault.id}`);
    await refresh();
  };
  byId("switches").append(make("label", { className: "switch" }, make("span", {}, make("b", { textContent: title }), label, text), box));
  return [order, box, text];
});

function logRow(row) {
  const code = /"errcode":(-?[1-9]\d*),"errmsg":"([^"]*?)( rid:[^"]*)?"/.exec(row.answer);
  const answer = row.status === null ? (row.way === "in" ? "没有回答 no answer" : row.answer) : code ? `${code[1]} ${code[2]}`
    : `${row.status} · ${row.answer.replace(/^\{"errcode":0,"errmsg":"ok",?|\}$/g, "").replaceAll('":', " ").replaceAll('"', "")}`.slice(0, 90);
  const said = make("td", { className: code || row.status !== 200 || row.answer.startsWith("malformed") ? "bad" : "", textContent: answer });
  if (row.faults.length) said.prepend(make("b", { textContent: `fault ${row.faults.join(", ")} ` }));
  const label = row.way === "push" ? `${row.path} ${row.request}` : row.path;
  const shown = make("tr", { className: row.faults.length ? "call struck" : "call" },
    make("td", { textContent: hour(row.at, true) }), make("td", { textContent: row.way === "in" ? "⇠ 收" : "⇢ 推" }),
    make("td", {}, make("button", { className: "mono", textContent: `${row.method} ${label}` })), said,
    make("td", { className: "ms", textContent: row.ms.toLocaleString("en").replaceAll(",", " ") }));
  shown.onclick = () => { openRows.has(row.number) ? openRows.delete(row.number) : openRows.add(row.number); showLog(); };
  if (!openRows.has(row.number)) return [shown];
  const inside = [row.query, row.request, row.answer, row.rid && `rid ${row.rid}`, row.note].filter(Boolean).join("\n");
  return [shown, make("tr", { className: "inside" }, make("td", { colSpan: 5, className: "mono", textContent: inside }))];
}

function showLog() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const found = rows.filter((row) => !wanted || JSON.stringify(row).toLowerCase().includes(wanted));
  byId("rows").replaceChildren(...found.flatMap(logRow));
}

function showAccounts() {
  const names = wall.accounts.map((one) => `${one.kind === "official" ? "公众号" : "小程序"} ${one.appid}`);
  const box = byId("account");
  if (box.dataset.names !== names.join()) {
    box.dataset.names = names.join();
    box.replaceChildren(...wall.accounts.map((one, at) => make("option", { value: one.appid, textContent: names[at] })));
  }
  box.value = appid;
}

// One after the other: two at once would add the same log rows twice.
let last = Promise.resolve();
function refresh() { last = last.then(load); return last; }

async function load() {
  try {
    const query = new URLSearchParams({ appid, q: byId("search").value });
    wall = await ask("GET", `wall?${query}`);
    const first = wall.generation !== generation;
    generation = wall.generation;
    const news = (await ask("GET", `log?limit=${KEPT_ROWS}&after=${first ? 0 : lastRow}`)).items;
    if (first) { rows = []; openRows.clear(); }
    if (news.length || first) {
      rows = [...news.reverse(), ...rows].slice(0, KEPT_ROWS);
      lastRow = rows.length ? rows[0].number : 0;
      showLog();
    }
    if (appid !== wall.appid) { appid = wall.appid || ""; phones.clear(); }
    showAccounts(); showPhones(); showArticles(); showSide();
    byId("down").hidden = true;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    byId("down").hidden = false;
  }
}

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, 1500);
}

const setClock = (seconds) => ask("POST", "clock", { offset_seconds: seconds }).then(refresh);
for (const button of document.querySelectorAll("[data-ahead]")) {
  button.onclick = () => setClock(wall.offset_seconds + Number(button.dataset.ahead));
}
byId("midnight").onclick = () => setClock(wall.offset_seconds + 86400 - Math.floor(local(wall.now).getTime() / 1000) % 86400);
byId("real").onclick = () => setClock(0);
byId("account").onchange = (event) => { appid = event.target.value; phones.clear(); refresh(); };
byId("search").oninput = refresh;
byId("filter").oninput = showLog;
byId("add").querySelector("form").onsubmit = async (event) => {
  event.preventDefault();
  const form = event.target, openid = form.openid.value.trim(), name = form.elements.name.value.trim();
  if (!openid) return;
  await ask("POST", "followers", { appid, followers: [{ openid, name }] });
  form.reset();
  byId("add").open = false;
  if (byId("account").selectedOptions[0].textContent.startsWith("公众号")) await act("follow", { openid });
  else await refresh();
};
poll();
