// The simulator's clock: it ticks between two polls, and can be moved.
import { ask, byId, china, clock, sim, tell, two } from "./dom.js";

const DAYS = "日一二三四五六";
let at = 0, since = 0;

export function showClock() {
  at = Date.parse(sim.wall.now);
  since = performance.now();
  tick();
  const ahead = Math.round(sim.wall.offset_seconds);
  byId("ahead").textContent = Math.abs(ahead) < 1 ? "真实时间 real time" : `${ahead > 0 ? "快" : "慢"} ${inWords(Math.abs(ahead))} ${ahead > 0 ? "ahead" : "behind"}`;
  byId("real").disabled = Math.abs(ahead) < 1;
}

export function inWords(seconds) {
  const parts = [[86400, "天"], [3600, "小时"], [60, "分"]].map(([size, word]) => {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    return count ? `${count} ${word}` : "";
  });
  return parts.filter(Boolean).join(" ") || `${Math.floor(seconds)} 秒`;
}

const now = () => china(at + performance.now() - since);

function tick() {
  if (!at) return;
  const shown = now();
  byId("time").textContent = clock(shown);
  byId("day").textContent = `${shown.getUTCFullYear()}-${two(shown.getUTCMonth() + 1)}-${two(shown.getUTCDate())} 周${DAYS[shown.getUTCDay()]}`;
}

// One after the other: a second tap adds to what the first has made of the clock.
let last = Promise.resolve();

function move(offset) {
  last = last.finally(async () => {
    tell(await ask("POST", "clock", { offset_seconds: offset() }));
    await sim.refresh();
  });
}

export function startClock() {
  for (const one of document.querySelectorAll("[data-ahead]")) {
    one.onclick = () => move(() => sim.wall.offset_seconds + Number(one.dataset.ahead));
  }
  // China has one time and no summer time: a day is always so long.
  byId("midnight").onclick = () => move(() => sim.wall.offset_seconds + 86400 - (now().getTime() / 1000) % 86400);
  byId("real").onclick = () => move(() => 0);
  setInterval(tick, 1000);
}
