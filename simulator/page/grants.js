// What a mini-program may send to a phone: wx.requestSubscribeMessage's popup, and the phone's settings.
import { act, button, byId, make } from "./dom.js";

let asking = null;

// The bar under a mini-program's notices: what may still come, the popup, and each template's settings.
export function grantBar(person) {
  const rows = person.grants.map((grant) => row(person, grant));
  const bar = make("div", { className: "grants" },
    make("details", { className: "menu" }, make("summary", {}, "订阅 grants ", make("b", { className: "sum" })),
      make("div", {}, ...rows.map((one) => one.root))),
    button("弹窗 ask", () => popup(person)));
  bar.show = (grants) => {
    bar.querySelector(".sum").textContent = total(grants);
    grants.forEach((grant, at) => rows[at].show(grant));
  };
  return bar;
}

export function total(grants) {
  return grants.some((one) => one.kind !== "once" && one.left) ? "∞" : String(grants.reduce((sum, one) => sum + one.left, 0));
}

function left(grant) {
  const may = grant.kind === "once" ? `可发 ${grant.left} 条 left` : grant.left ? "一直可发 any number" : "可发 0 条 left";
  const kept = { accept: "总是允许 kept", reject: "总是拒绝 kept" }[grant.kept];
  return [may, kept, grant.off && "已关闭 off", grant.banned && "已封禁 banned"].filter(Boolean).join(" · ");
}

function row(person, first) {
  const template_id = first.template_id, may = make("small");
  const off = button("", () => act("switch", { openid: person.openid, template_id, on: grant.off }));
  const ban = button("", () => act("ban", { template_id, banned: !grant.banned }));
  let grant = first;
  const root = make("div", { className: "grant" }, make("b", { textContent: first.title }), may, make("div", {}, off, ban));
  const show = (now) => {
    grant = now;
    may.textContent = left(grant);
    off.textContent = grant.off ? "打开接收 on" : "关闭接收 off";
    ban.textContent = grant.banned ? "解除封禁 unban" : "封禁模板 ban";
  };
  return { root, show };
}

function popup(person) {
  asking = person.openid;
  byId("ask-who").textContent = person.name || person.openid;
  byId("ask-templates").replaceChildren(...person.grants.map((grant, at) => make("label", {},
    make("input", { type: "checkbox", value: grant.template_id, checked: at < 3 }),
    make("span", {}, make("b", { textContent: grant.title }), make("small", { textContent: grant.kind === "once" ? "一次性 once" : "长期 long" })))));
  byId("ask-keep").checked = false;
  byId("ask").showModal();
}

export function startGrants() {
  const dialog = byId("ask");
  const answer = async (accepts) => {
    dialog.close();
    const boxes = [...byId("ask-templates").querySelectorAll("input")].filter((box) => box.checked);
    if (!boxes.length) return;
    const choices = Object.fromEntries(boxes.map((box) => [box.value, accepts ? "accept" : "reject"]));
    await act("subscribe", { openid: asking, choices, keep: byId("ask-keep").checked });
  };
  byId("ask-accept").onclick = () => answer(true);
  byId("ask-reject").onclick = () => answer(false);
  byId("ask-close").onclick = () => dialog.close();
}

