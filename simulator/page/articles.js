// What an official account keeps and has published; an article opens as a phone shows it.
import { act, byId, button, dayAndHour, isOfficial, make, sim } from "./dom.js";
import { link } from "./chat.js";

const ENDS = ["已发布 published", "发布中 under way", "原创校验未过 copied", "失败 failed", "审核未过 rejected",
  "已删除 deleted", "已封禁 banned"];

function articleRow(order) {
  const row = make("li");
  for (const one of order.articles) {
    const opens = /^https?:/.test(one.url) && !one.gone;
    row.append(opens ? link(one.url, one.title) : make("span", { textContent: one.title }));
  }
  const state = [dayAndHour(order.at), ENDS[order.publish_status], order.event_withheld && "事件被扣住 event withheld"];
  row.append(make("small", { textContent: state.filter(Boolean).join(" · ") }));
  const end = (text, status) => button(text, () => act("finish", { publish_id: order.publish_id, status }));
  const ends = [];
  if (order.publish_status === 1) ends.push(end("发布 publish", 0), end("不通过 reject", 4));
  if (order.publish_status === 0) ends.push(end("封禁 ban", 6));
  if (order.event_withheld) ends.push(button("放行 release", () => act("release", { appid: undefined, msgid: order.publish_id })));
  if (ends.length) row.append(make("div", { className: "ends" }, ...ends));
  return row;
}

export function showArticles() {
  const library = sim.parts.library;
  byId("articles").hidden = !isOfficial();
  byId("kept").textContent = `草稿 drafts ${library.drafts} · 文件 files ${library.files}`;
  byId("published").replaceChildren(...library.orders.map(articleRow));
}
