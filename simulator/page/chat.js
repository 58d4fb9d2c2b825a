// What stands in a phone's chat: cards, notices, replies, what was said, and notes.
import { act, button, dayAndHour, make } from "./dom.js";

const LINK = /<a\s[^<>]*?href=["'](https?:\/\/[^"'<>]+)["'][^<>]*>([^<]*)<\/a>|(https?:\/\/[^\s<>"'，。；）]+)/gi;

// A reply as WeChat shows it: addresses, and links written as <a href>, can be tapped; nothing else is markup.
function words(text) {
  const parts = [];
  let done = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(done, found.index), link(found[1] || found[3], found[2] || found[3]));
    done = found.index + found[0].length;
  }
  return [...parts, text.slice(done)].filter(Boolean);
}

const ARTICLE = /^(.*\S)\s+(https?:\/\/\S+)$/, PICTURE = /^\[图片 picture\] (https?:\/\/\S+)$/;

// News and published articles are a card, each of them opens; a picture of the account's own is shown.
function bubble(row) {
  const picture = PICTURE.exec(row.text)?.[1];
  if (picture && new URL(picture).pathname.startsWith("/mmbiz_")) {
    return make("div", { className: `${row.kind} picture` }, make("img", { src: new URL(picture).pathname, alt: "图片 picture", loading: "lazy" }));
  }
  const lines = row.kind === "news" ? row.text.split("\n").map((line) => ARTICLE.exec(line)) : [null];
  if (lines.every(Boolean)) return make("div", { className: "articles" }, ...lines.map(([, title, href]) => link(href, title)));
  return make("p", { className: row.kind === "said" ? "said" : "reply" }, ...words(row.text));
}

export function link(href, textContent, className = "") {
  return make("a", { href, textContent, className, target: "_blank", rel: "noopener noreferrer" });
}

function opens(message) {
  if (message.mini) {
    const page = `${message.mini.appid || ""} ${message.mini.pagepath || message.mini.path || ""}`;
    return make("span", { className: "open", textContent: `小程序 mini-program ${page}` });
  }
  if (message.page) return make("span", { className: "open", textContent: `进入小程序 page ${message.page}` });
  return /^https?:/.test(message.url || "") ? link(message.url, "详情 open", "open") : "";
}

function card(message) {
  const fields = make("dl");
  for (const [key, value] of Object.entries(message.data)) {
    fields.append(make("dt", { className: "mono", textContent: key }), make("dd", { textContent: value }));
  }
  const kind = message.kind === "template" ? "模板消息 template" : "订阅消息 subscription";
  const sent = message.event_sent ? " · 已回报 reported" : "";
  return make("div", { className: `message ${message.kind}` }, make("small", { textContent: kind + sent }),
    make("b", { textContent: message.title }), fields, opens(message));
}

function withheld(message) {
  const free = button("放行 release", () => act("release", { appid: undefined, msgid: message.msgid }));
  return make("div", { className: "held" }, "事件被扣住 event withheld", free);
}

const FAILED = /没有送到|无法提供服务|not delivered/;

function note(at, text) {
  const told = make("p", { className: FAILED.test(text) ? "note failed" : "note" });
  told.append(make("span", { textContent: `${at} ${text}` }));
  return told;
}

export function chatRows(person) {
  const shown = [];
  let before = "";
  for (const row of person.chat) {
    const at = dayAndHour(row.at);
    if (row.kind === "note") {
      shown.push(note(at, row.text));
      before = at;
      continue;
    }
    if (at !== before) shown.push(make("p", { className: "at", textContent: at }));
    before = at;
    shown.push(row.card ? card(row.card) : bubble(row));
    if (row.card?.event_withheld) shown.push(withheld(row.card));
  }
  return shown;
}
