// Messages to many: how they ended, and what waits for the administrator's word.
import { act, byId, button, dayAndHour, make } from "./dom.js";

function sendRow(send) {
  const titles = send.articles.map((one) => one.title).join("；") || send.content.content || send.msgtype;
  const counts = `${send.reached} / ${send.total} 人 people`;
  const state = [dayAndHour(send.at), send.status || "等管理员确认 waits for the administrator", send.status && counts, send.event_withheld && "事件被扣住 event withheld"];
  const row = make("div", { className: "send" }, make("span", { textContent: titles }), make("small", { textContent: state.filter(Boolean).join(" · ") }));
  const confirm = (text, confirmed) => button(text, () => act("confirm", { msg_id: send.msg_id, confirmed }));
  const does = [];
  if (!send.status) does.push(confirm("确认 confirm", true), confirm("拒绝 refuse", false));
  if (send.event_withheld) does.push(button("放行 release", () => act("release", { appid: undefined, msgid: send.msg_id })));
  if (does.length) row.append(make("div", { className: "ends" }, ...does));
  return row;
}

export function showSends(sends) {
  byId("sends").hidden = sends.length === 0;
  byId("send-rows").replaceChildren(...sends.map(sendRow));
}
