// Whose wall is shown, and one more phone on it.
import { act, ask, byId, isOfficial, make, sim, tell } from "./dom.js";

const KINDS = [["服务号 service account", (one) => one.kind !== "mini_program" && one.type !== "subscription"],
  ["公众号 subscription account", (one) => one.kind !== "mini_program" && one.type === "subscription"],
  ["小程序 mini-program", (one) => one.kind === "mini_program"]];

export function showAccounts(accounts) {
  const box = byId("account");
  const groups = KINDS.map(([label, is]) => [label, accounts.filter(is)]).filter(([, members]) => members.length);
  box.replaceChildren(...groups.map(([label, members]) => make("optgroup", { label }, ...members.map((one) =>
    make("option", { value: one.appid, textContent: `${label.split(" ")[0]} ${one.appid}` })))));
  box.value = sim.appid;
}

export function startAccounts(change) {
  byId("account").onchange = (event) => change(event.target.value);
  const add = byId("add"), form = add.querySelector("form");
  for (const opener of document.querySelectorAll("[data-add]")) {
    opener.onclick = (event) => { event.stopPropagation(); add.open = true; form.openid.focus(); };
  }
  form.onsubmit = async (event) => {
    event.preventDefault();
    const openid = form.openid.value.trim(), name = form.elements.name.value.trim();
    if (!openid || !sim.appid) return;
    tell(await ask("POST", "followers", { appid: sim.appid, followers: [{ openid, name }] }));
    form.reset();
    add.open = false;
    if (isOfficial()) await act("follow", { openid });
    else await sim.refresh();
  };
}
