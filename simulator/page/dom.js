// Ground of the page: elements, the control API, times. Everything is written as text, never as markup.

// What the page knows: the account shown, the newest wall, and the parts of it that came with earlier polls.
export const sim = { appid: "", wall: null, parts: {}, refresh: async () => {} };

export const byId = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function button(text, onclick, className = "") {
  return make("button", { type: "button", textContent: text, onclick, className });
}

export async function ask(method, path, body) {
  const answer = await fetch("/_sim/" + path, { method, body: body && JSON.stringify(body) });
  return answer.json();
}

// Do something to the account shown, tell what went wrong, and show what came of it.
export async function act(path, body) {
  const outcome = await ask("POST", path, { appid: sim.appid, ...body });
  tell(outcome);
  await sim.refresh();
  return outcome;
}

const VERDICTS = {
  malformed: "回复不合规矩 the reply is malformed",
  unanswered: "回调没有答复 the callback did not answer",
  no_callback: "没有推送：账号没有 callback_url · not pushed, the account has none",
};
let hushed = 0;

export function tell(outcome) {
  const fields = (outcome.error?.fields || []).map((one) => ` · ${one.field}: ${one.message}`).join("");
  const text = outcome.error ? `${outcome.error.message}${fields}`
    : VERDICTS[outcome.verdict] && [VERDICTS[outcome.verdict], outcome.detail].filter(Boolean).join(" · ");
  if (text) say(text);
}

export function say(text) {
  byId("told").textContent = text;
  clearTimeout(hushed);
  hushed = setTimeout(() => { byId("told").textContent = ""; }, 8000);
}

// Times are shown as people in China read them, wherever the browser is.
export const china = (milliseconds) => new Date(milliseconds + 8 * 3600e3);
export const two = (number) => String(number).padStart(2, "0");
export function clock(at) { return [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":"); }
export const second = (iso) => clock(china(Date.parse(iso)));
export function dayAndHour(iso) {
  const at = china(Date.parse(iso));
  return `${at.getUTCMonth() + 1}月${at.getUTCDate()}日 ${clock(at).slice(0, 5)}`;
}
export const spaced = (number) => number.toLocaleString("en").replaceAll(",", " ");

export const officials = () => (sim.parts.accounts || []).filter((one) => one.kind !== "mini_program");
export const isOfficial = () => officials().some((one) => one.appid === sim.appid);

// A menu or a form that opens is closed by Escape and by a tap elsewhere.
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (open) { open.open = false; open.firstElementChild.focus(); }
});
document.addEventListener("click", (event) => {
  for (const one of document.querySelectorAll("details.menu[open]")) if (!one.contains(event.target)) one.open = false;
});
