// The page of the simulator: it polls for what changed and hands each part to whoever shows it.
import { ask, byId, make, sim, spaced } from "./dom.js";
import { showAccounts, startAccounts } from "./accounts.js";
import { showArticles } from "./articles.js";
import { showClock, startClock } from "./clock.js";
import { buildFaults, showFaults, startFaults } from "./faults.js";
import { startGrants } from "./grants.js";
import { asked, forgetLog, showLog, startLog, turn } from "./log.js";
import { showQuota } from "./quota.js";
import { showSends } from "./sends.js";
import { focused, forgetPhones, marks, showPhones, startPhones } from "./phone.js";
import { startScan } from "./scan.js";

const POLL = 800;
const COUNTERS = [
  ["calls", "收到 calls"], ["accepted", "收下 accepted"], ["deduplicated", "去重 deduplicated"],
  ["pushes", "推送 pushes"], ["push_retries", "重推 push retries"], ["push_lost", "推送丢失 pushes lost"],
  ["not_simulated", "未模拟 not simulated"], ["concurrent_same_openid_max", "同一人并发最多 at once, one person"],
];
let generation = 0, held = {};

function showCounters(ledger) {
  byId("counters").replaceChildren(...COUNTERS.flatMap(([key, label]) =>
    [make("dt", { textContent: label }), make("dd", { textContent: spaced(ledger[key] || 0) })]));
}

// One after the other: two at once would add the same log rows twice.
let last = Promise.resolve();
sim.refresh = () => { last = last.then(load); return last; };

function forget() { held = {}; sim.parts = {}; forgetPhones(); }

async function load() {
  try {
    const have = [...Object.values(held), ...marks()].join(","), account = sim.appid, asking = turn();
    const wall = await ask("GET", `wall?${new URLSearchParams({ appid: sim.appid, q: byId("search").value, focus: focused(), have, ...asked() })}`);
    byId("down").hidden = true;
    // What was asked before another account, filter or life of the simulator is an answer to another question.
    const isReset = generation && wall.generation !== generation;
    generation = wall.generation;
    if (isReset) forgetLog();
    if (account === sim.appid) show(wall, asking === turn());
    if (isReset) sim.refresh();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    byId("down").hidden = false;
  }
}

function show(wall, isLog) {
  sim.wall = wall;
  if (sim.appid !== (wall.appid || "")) { sim.appid = wall.appid || ""; forgetPhones(); }
  const came = Object.keys(wall.marks).filter((name) => name in wall);
  for (const name of came) sim.parts[name] = wall[name];
  held = wall.marks;
  const shows = { accounts: showAccounts, kinds: buildFaults, ledger: showCounters, library: showArticles, quota: showQuota, sends: showSends };
  for (const name of came) shows[name]?.(wall[name]);
  if (came.includes("faults") || came.includes("kinds")) showFaults(sim.parts.faults);
  showPhones(wall.phones, came.includes("menu"));
  showClock();
  if (isLog) showLog(wall.log);
}

async function poll() {
  const began = performance.now();
  if (!document.hidden) await sim.refresh();
  // A busy simulator is asked less often.
  setTimeout(poll, Math.max(POLL, 10 * (performance.now() - began)));
}

// The address keeps the account, for another visit or another person.
sim.appid = new URLSearchParams(location.search).get("appid") || "";
startAccounts((appid) => {
  sim.appid = appid;
  history.replaceState(null, "", `?${new URLSearchParams({ appid })}`);
  forget();
  sim.refresh();
});
startPhones();
startGrants();
startScan();
startClock();
startFaults();
startLog();
byId("search").oninput = () => sim.refresh();
byId("base").textContent = location.origin;
poll();
