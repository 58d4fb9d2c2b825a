// What is left of today's calls, path by path; the number left can be set.
import { act, byId, make, sim, spaced } from "./dom.js";

const rows = new Map();

function newRow(path) {
  const left = make("input", { type: "number", min: 0, step: 1, ariaLabel: `还剩 left ${path}` });
  left.onchange = () => act("quota", { path, left: Number(left.value) });
  const used = make("small");
  return { left, used, root: make("div", { className: "quota" }, make("span", { className: "mono", textContent: path.replace("/cgi-bin/", "") }), left, used) };
}

export function showQuota(quota) {
  byId("quotas").hidden = quota.items.length === 0;
  const seen = new Set();
  for (const item of quota.items) {
    const key = `${sim.appid} ${item.path}`, row = rows.get(key) || newRow(item.path);
    rows.set(key, row);
    seen.add(key);
    row.used.textContent = item.daily_limit === null ? `用了 used ${spaced(item.used)}` : `用了 used ${spaced(item.used)} / ${spaced(item.daily_limit)}`;
    if (document.activeElement !== row.left) row.left.value = item.daily_limit === null ? "" : Math.max(0, item.daily_limit - item.used);
  }
  for (const key of [...rows.keys()]) if (!seen.has(key)) rows.delete(key);
  const wanted = [...rows.values()].map((row) => row.root), box = byId("quota-rows");
  // Moving a row would take the cursor out of its field.
  if (wanted.length !== box.childElementCount || wanted.some((root, at) => root !== box.children[at])) box.replaceChildren(...wanted);
}
