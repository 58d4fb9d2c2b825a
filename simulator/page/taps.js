"use strict";
// What a phone taps: the menu under an account's chat, and what a mini-program may send.

// The bar of an account's menu; a button that opens others is a disclosure, one at a time.
function menuBar(openid, phone, buttons) {
  const bar = make("div", { className: "menu" });
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "菜单 menu");
  const close = () => { for (const open of bar.querySelectorAll("details[open]")) open.open = false; };
  const leaf = (button) => make("button", { textContent: button.name, onclick: () => { close(); tapped(openid, phone, button); } });
  for (const button of buttons) {
    if (!button.sub_button.length) { bar.append(leaf(button)); continue; }
    const folder = make("details", { name: `menu-${openid}` }, make("summary", { textContent: button.name }),
      make("div", {}, ...button.sub_button.map(leaf)));
    folder.onkeydown = (event) => { if (event.key === "Escape") { close(); folder.firstChild.focus(); } };
    bar.append(folder);
  }
  return bar;
}

function tapped(openid, phone, button) {
  const key = button.key || button.url;
  if (!button.type.startsWith("scancode_")) { act("tap", { openid, key }); return; }
  // The scanned text is typed where messages are; the next 发送 is the scan.
  phone.scanning = key;
  const [field, send] = phone.type.children;
  field.placeholder = "扫到的文字 scanned text…";
  field.setAttribute("aria-label", `${button.name}：扫到的文字 scanned text`);
  send.textContent = "扫 scan";
  field.focus();
}

function endScan(phone) {
  phone.scanning = "";
  const [field, send] = phone.type.children;
  field.placeholder = "发消息 type…";
  field.setAttribute("aria-label", "发消息 type");
  send.textContent = "发送";
}

// One row for each template: how many messages may come, and what the popup would be answered with.
function grantRow(openid, grant) {
  const template_id = grant.template_id;
  const keep = make("input", { type: "checkbox" });
  const answer = (choice) => () => act("subscribe", { openid, choices: { [template_id]: choice }, keep: keep.checked });
  const row = { left: make("span", { className: "left" }), off: make("button"), ban: make("button"), is: {} };
  row.off.onclick = () => act("switch", { openid, template_id, on: row.is.off });
  row.ban.onclick = () => act("ban", { template_id, banned: !row.is.banned });
  row.root = make("details", { className: "grant" },
    make("summary", {}, make("span", {}, make("b", { textContent: grant.title }), row.left)),
    make("div", { className: "answers" }, make("button", { textContent: "允许 accept", onclick: answer("accept") }),
      make("button", { textContent: "拒绝 reject", onclick: answer("reject") }), make("label", {}, keep, "总是保持以上选择 keep"),
      row.off, row.ban));
  return row;
}

function showGrant(row, grant) {
  row.is = grant;
  const left = grant.kind === "once" ? `可发 ${grant.left} 条 left` : grant.left ? "一直可发 any number" : "可发 0 条 left";
  const kept = { accept: "总是允许 kept", reject: "总是拒绝 kept" }[grant.kept];
  row.left.textContent = [left, kept, grant.off && "已关闭 off", grant.banned && "已封禁 banned"].filter(Boolean).join(" · ");
  row.off.textContent = grant.off ? "打开接收 on" : "关闭接收 off";
  row.ban.textContent = grant.banned ? "解除封禁 unban" : "封禁模板 ban";
}

// What stands between the chat and the field to type in; built anew only when its shape changes.
function showTaps(phone, person, menu) {
  const shape = JSON.stringify([menu, person.grants.map((one) => one.template_id), person.subscribed]);
  if (shape !== phone.shape) {
    phone.shape = shape;
    phone.grants = person.grants.map((grant) => grantRow(person.openid, grant));
    const bar = menu.length && person.subscribed ? [menuBar(person.openid, phone, menu)] : [];
    phone.taps.replaceChildren(...bar, ...phone.grants.map((row) => row.root));
    if (phone.scanning) endScan(phone);
  }
  person.grants.forEach((grant, at) => showGrant(phone.grants[at], grant));
}
