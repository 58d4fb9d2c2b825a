// The call log: every call and push, newest first; what is inside one is fetched when it is opened.
import { ask, byId, make, second, sim, spaced } from "./dom.js";

const KEPT = 240;
let newest = 0, paused = false, turns = 0;

// Stands still, once it shows what was asked for last.
const still = () => paused && newest > 0;

// What the next poll asks for; nothing while the log stands still.
export const asked = () => (still() ? {} : { after: newest, filter: byId("filter").value.trim(), only: byId("only").value });

// Rows asked for in an earlier turn do not belong to what stands here now.
export const turn = () => turns;

export function forgetLog() { newest = 0; turns += 1; byId("rows").replaceChildren(); byId("quiet").hidden = false; }

export function showLog(log) {
  if (!log || still()) return;
  // The oldest of these does not follow on what stands here: some came and went in between.
  const sought = byId("filter").value.trim() || byId("only").value;
  const missed = !sought && newest && log.rows.length ? log.rows.at(-1).number - newest - 1 : 0;
  newest = log.newest;
  if (log.rows.length) {
    const gap = missed > 0 ? [make("tr", { className: "gap" }, make("td", { colSpan: 5, textContent: `⋯ ${spaced(missed)} 行没有显示 rows not shown` }))] : [];
    byId("rows").prepend(...log.rows.map(logRow), ...gap);
    while (byId("rows").childElementCount > KEPT) byId("rows").lastElementChild.remove();
  }
  byId("quiet").hidden = byId("rows").childElementCount > 0;
}

const unanswered = (row) => row.status === null || row.note.includes("answer withheld");

function said(row) {
  if (row.way === "push") return row.answer;
  if (unanswered(row)) return `没有回答 no answer${row.note && ` · ${row.note}`}`;
  const message = /"errmsg":"([^"]*?)( rid:[^"]*)?"/.exec(row.answer)?.[1] || "";
  if (row.errcode) return `${row.errcode} ${message}`;
  const rest = row.answer.replace(/^\{"errcode":0,"errmsg":"ok",?/, "{").replace(/^\{|\}$/g, "").replaceAll('":', " ").replaceAll('"', "");
  return row.errcode === 0 ? ["0 ok", rest].filter(Boolean).join(" · ") : `${row.status} · ${rest}`;
}

const failed = (row) => unanswered(row) || row.status !== 200 || row.errcode || row.answer.startsWith("malformed");

function logRow(row) {
  const answer = make("td", { className: failed(row) ? "answer bad" : "answer" }, ...row.faults.map((kind) =>
    make("b", { className: "struck", textContent: `fault ${kind}` })),
  row.note === "not simulated" ? make("b", { className: "struck", textContent: "未模拟 not simulated" }) : "", make("span", { textContent: said(row) }));
  const opener = make("button", { type: "button", ariaExpanded: "false" }, make("span", { className: "mono", textContent: `${row.method} ${row.path}` }),
    make("span", { className: "about", textContent: row.about }));
  const shown = make("tr", { className: row.faults.length ? "call hit" : "call" },
    make("td", { className: "mono", textContent: second(row.at) }),
    make("td", { className: row.way, textContent: row.way === "in" ? "← 收" : "→ 推" }),
    make("td", {}, opener), answer, make("td", { className: row.ms >= 1000 ? "ms bad" : "ms", textContent: spaced(row.ms) }));
  shown.onclick = () => toggle(row, shown, opener);
  return shown;
}

async function toggle(row, shown, opener) {
  if (opener.ariaExpanded === "true") {
    opener.ariaExpanded = "false";
    shown.nextElementSibling.remove();
    return;
  }
  opener.ariaExpanded = "true";
  const inside = make("td", { colSpan: 5, textContent: "…" });
  shown.after(make("tr", { className: "inside" }, inside));
  const whole = await ask("GET", `log/${row.number}`);
  inside.replaceChildren(...(whole.error ? [whole.error.message] : parts(whole)));
}

// What holds one value stands in one line.
function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2).replace(/\{\n\s+("[^"]+": [^\n{[]+)\n\s+\}/g, "{ $1 }"); } catch { return text; }
}

function parts(row) {
  const facts = [row.rid && `rid ${row.rid}`, row.status !== null && `HTTP ${row.status}`, `${spaced(row.ms)} ms`,
    ...row.faults.map((kind) => `fault ${kind}`), row.note].filter(Boolean).join(" · ");
  const block = (title, text) => make("div", {}, make("small", { textContent: title }), make("pre", { className: "mono", textContent: text || "—" }));
  return [make("p", { className: "mono", textContent: facts }), make("div", { className: "both" },
    block("请求 request", [row.query && `?${row.query}`, pretty(row.request)].filter(Boolean).join("\n")), block("回答 answer", pretty(row.answer)))];
}

export function startLog() {
  const anew = () => { forgetLog(); sim.refresh(); };
  byId("filter").oninput = anew;
  byId("only").onchange = anew;
  byId("clear").onclick = () => { byId("rows").replaceChildren(); byId("quiet").hidden = false; };
  byId("pause").onclick = () => {
    paused = !paused;
    byId("pause").ariaPressed = String(paused);
    byId("pause").textContent = paused ? "继续 resume" : "暂停 pause";
    byId("live").textContent = paused ? "停住 paused" : "实时 live";
    if (!paused) sim.refresh();
  };
}
