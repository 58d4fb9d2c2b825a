"use strict";
// What an official account keeps and has published; an article opens as a phone shows it.

const ENDS = ["已发布 published", "发布中 under way", "原创校验未过 copied", "失败 failed", "审核未过 rejected",
  "已删除 deleted", "已封禁 banned"];
let articlesSeen = "";

function articleRow(order) {
  const row = make("li");
  for (const one of order.articles) {
    row.append(one.url && !one.gone
      ? make("a", { href: one.url, target: "_blank", rel: "noopener", textContent: one.title })
      : make("span", { textContent: one.title }));
  }
  const state = [dayAndHour(order.at), ENDS[order.publish_status], order.event_withheld && "事件被扣住 event withheld"];
  row.append(make("small", { textContent: state.filter(Boolean).join(" · ") }));
  const buttons = make("div", { className: "ends" });
  const end = (text, status) => make("button", { textContent: text, onclick: () => act("finish", { publish_id: order.publish_id, status }) });
  if (order.publish_status === 1) buttons.append(end("发布 publish", 0), end("不通过 reject", 4));
  if (order.publish_status === 0) buttons.append(end("封禁 ban", 6));
  if (order.event_withheld) {
    buttons.append(make("button", { textContent: "放行 release", onclick: () => act("release", { appid: undefined, msgid: order.publish_id }) }));
  }
  if (buttons.children.length) row.append(buttons);
  return row;
}

function showArticles() {
  const official = wall.accounts.some((one) => one.appid === wall.appid && one.kind === "official");
  byId("articles").hidden = !official;
  const seen = JSON.stringify([wall.appid, wall.library]);
  if (seen === articlesSeen) return;
  articlesSeen = seen;
  byId("kept").textContent = `草稿 drafts ${wall.library.drafts} · 文件 files ${wall.library.files}`;
  byId("published").replaceChildren(...wall.library.orders.map(articleRow));
}
