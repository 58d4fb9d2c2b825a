// Faults as switches: each kind with its share, n-th call and seed; those in force with how often they struck.
import { ask, byId, button, make, sim, spaced, tell } from "./dom.js";

// Title, gloss, and the order as it is made unless its fields say otherwise.
const KNOWN = [
  ["收下后超时", "timeout after work", { kind: "timeout_after", share: 0.05, seed: 25 }],
  ["事件先到", "event before reply", { kind: "event_before_response" }],
  ["事件扣住", "event withheld", { kind: "event_withheld" }],
  ["事件不来", "event lost", { kind: "event_lost" }],
  ["令牌失效", "token dies, 40001", { kind: "token_invalid", count: 1 }],
  ["今日额度用完", "45009", { kind: "errcode", errcode: 45009 }],
  ["网页 502", "HTML 502", { kind: "html_502", share: 0.01, seed: 25 }],
  ["断开连接", "reset before work", { kind: "reset_before", share: 0.01, seed: 25 }],
  ["慢", "slow", { kind: "slow", seconds: 0.3 }],
  ["系统繁忙", "−1 system error", { kind: "errcode", errcode: -1, share: 0.05, seed: 25 }],
  ["别的错误码", "another errcode", { kind: "errcode", errcode: 45011 }],
  ["没做就超时", "timeout before work", { kind: "timeout_before", share: 0.05, seed: 25 }],
  ["做完断开", "reset after work", { kind: "reset_after", share: 0.01, seed: 25 }],
  ["空回答", "empty body", { kind: "empty_body", share: 0.01, seed: 25 }],
  ["半截回答", "truncated body", { kind: "truncated_body", share: 0.01, seed: 25 }],
  ["事件来两次", "event twice", { kind: "event_twice" }],
  ["事件迟到", "event late", { kind: "event_late", seconds: 60 }],
  ["事件没有编号", "event with MsgID 0", { kind: "event_msgid_zero" }],
  ["时钟不准", "clock skew", { kind: "clock_skew", seconds: 600 }],
  ["发布的结果", "publication ends as", { kind: "publish_status", status: 4 }],
];
const ENDS = ["0 已发布 published", "1 不结束 under way", "2 原创不过 copied", "3 失败 failed", "4 审核不过 rejected", "5 已删除 deleted", "6 已封禁 banned"];
const OFTEN = [["every", "每次 every"], ["share", "份额 share"], ["nth", "第几次 nth"], ["count", "前几次 first"]];
const SHOWN = 9;
let rows = [];

const fixed = [45009, -1];
function belongs(fault, order, last) {
  if (fault.kind !== order.kind) return false;
  if (fault.kind !== "errcode") return true;
  return last ? !fixed.includes(fault.errcode) : fault.errcode === order.errcode;
}

export function buildFaults({ kinds, seconds, paths }) {
  byId("paths").replaceChildren(...paths.map((value) => make("option", { value })));
  const named = new Set(KNOWN.map(([, , order]) => order.kind));
  const others = kinds.filter((kind) => !named.has(kind)).map((kind) => [kind.replaceAll("_", " "), "", { kind }]);
  rows = [...KNOWN.filter(([, , order]) => kinds.includes(order.kind)), ...others].map((known) => newRow(known, seconds));
  byId("switches").replaceChildren(...rows.map((row) => row.root));
}

function newRow([title, gloss, order], seconds) {
  const last = title === "别的错误码";
  const row = { order, fields: fields(order, seconds, last), said: make("span", { className: "how" }), live: make("div", { className: "live" }) };
  row.mine = () => (sim.parts.faults || []).filter((fault) => belongs(fault, order, last));
  row.box = make("input", { type: "checkbox", role: "switch", ariaLabel: `${title} ${gloss}` });
  row.box.onchange = () => (row.box.checked ? put(row) : lift(row.mine()));
  // A field changed while the switch is on: the fault is ordered anew.
  row.fields.root.onchange = () => {
    row.said.textContent = describe(row.fields.read());
    if (row.box.checked) lift(row.mine()).then(() => put(row));
  };
  row.said.textContent = describe(order);
  // Ordered elsewhere, a fault brings its own fields.
  row.filled = 0;
  row.fill = () => {
    const [fault] = row.mine();
    if (fault && fault.id !== row.filled) row.fields.fill(fault);
    row.filled = fault ? fault.id : 0;
  };
  row.root = make("div", { className: "fault" }, make("details", {},
    make("summary", {}, make("b", { textContent: title }), make("small", {}, gloss, row.said)), row.fields.root, row.live),
  make("label", { className: "switch" }, row.box));
  return row;
}

async function put(row) {
  tell(await ask("POST", "faults", row.fields.read()));
  await sim.refresh();
}

async function lift(faults) {
  for (const fault of faults) await ask("DELETE", `faults/${fault.id}`);
  await sim.refresh();
}

function field(label, input) { return make("label", {}, make("span", { textContent: label }), input); }
function number(value, more = {}) { return make("input", { type: "number", min: 0, step: "any", ...more, value }); }

// The fields of one kind, and what they order.
function fields(order, seconds, last) {
  const often = make("select", {}, ...OFTEN.map(([value, textContent]) => make("option", { value, textContent })));
  const times = number(1), seed = number(25, { step: 1 });
  const path = make("input", { autocomplete: "off", placeholder: "/cgi-bin/…" }), openid = make("input", { autocomplete: "off" });
  path.setAttribute("list", "paths");
  const waits = order.kind in seconds && number(0, { min: "" });
  const code = last && number(order.errcode, { min: -1, step: 1 });
  const status = order.status !== undefined && make("select", {}, ...ENDS.map((textContent, value) => make("option", { value, textContent })));
  const timesField = field("", times), seedField = field("种子 seed", seed);
  const shape = () => {
    timesField.hidden = often.value === "every";
    timesField.firstChild.textContent = { share: "百分之 %", nth: "第 n 次 n", count: "次数 times" }[often.value] || "";
    seedField.hidden = often.value !== "share";
  };
  often.addEventListener("change", () => { times.value = often.value === "share" ? 5 : 1; shape(); });
  const fill = (fault) => {
    often.value = OFTEN.map(([name]) => name).find((name) => fault[name] !== undefined) || "every";
    times.value = fault.share !== undefined ? +(fault.share * 100).toFixed(4) : fault.nth ?? fault.count ?? 1;
    seed.value = fault.seed ?? 25;
    path.value = fault.path || "";
    openid.value = fault.openid || "";
    if (waits) waits.value = fault.seconds ?? seconds[order.kind];
    if (code) code.value = fault.errcode;
    if (status) status.value = fault.status;
    shape();
  };
  fill(order);
  const root = make("div", { className: "fields" }, ...(code ? [field("errcode", code)] : []), ...(status ? [field("结果 status", status)] : []),
    ...(waits ? [field("秒 seconds", waits)] : []), field("多常 how often", often), timesField, seedField,
    field("路径 path", path), field("openid", openid));
  return { root, fill, read: () => ({
    kind: order.kind,
    ...(order.kind === "errcode" && { errcode: code ? Number(code.value) : order.errcode }),
    ...(status && { status: Number(status.value) }),
    ...(waits && { seconds: Number(waits.value) }),
    ...(often.value === "share" && { share: Number(times.value) / 100, seed: Number(seed.value) }),
    ...((often.value === "nth" || often.value === "count") && { [often.value]: Number(times.value) }),
    ...(path.value.trim() && { path: path.value.trim() }),
    ...(openid.value.trim() && { openid: openid.value.trim() }),
  }) };
}

// What strikes, where and how often, as a line; of a fault in force also how often it did.
function describe(fault) {
  return [
    fault.share !== undefined && `${+(fault.share * 100).toFixed(2)} % · seed ${fault.seed ?? 0}`, fault.nth && `第 ${fault.nth} 次 nth`,
    fault.count && `前 ${fault.count} 次 first`, fault.seconds !== undefined && `${fault.seconds} s`,
    fault.status !== undefined && ENDS[fault.status], fault.openid, fault.path, fault.appid !== sim.appid && fault.appid,
    fault.fired !== undefined && `中 ${spaced(fault.fired)} / ${spaced(fault.matched)} struck`,
  ].filter(Boolean).map((part) => ` · ${part}`).join("");
}

export function showFaults(faults) {
  for (const row of rows) {
    const mine = row.mine();
    row.box.checked = mine.length > 0;
    row.fill();
    row.root.classList.toggle("on", mine.length > 0);
    row.said.textContent = describe(mine[0] || row.fields.read()) + (mine.length > 1 ? ` · 共 ${mine.length} faults` : "");
    row.live.replaceChildren(...(mine.length > 1 ? mine : []).map((fault) => make("p", {}, `#${fault.id}${describe(fault)} `,
      button("撤 lift", () => lift([fault]), "plain"))));
  }
  byId("lift").hidden = faults.length === 0;
  byId("lift").textContent = `全部撤掉 lift all ${faults.length}`;
  showFew();
}

// A few are in sight, and whatever is on.
let all = false;
function showFew() {
  rows.forEach((row, at) => { row.root.hidden = !all && at >= SHOWN && !row.box.checked; });
  byId("kinds").textContent = all ? "少看几种 fewer" : `全部 ${rows.length} 种 all kinds`;
}

export function startFaults() {
  byId("lift").onclick = () => lift(sim.parts.faults || []);
  byId("kinds").onclick = () => { all = !all; showFew(); };
}
