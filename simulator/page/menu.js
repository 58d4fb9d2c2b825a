// The menu under an account's chat: up to three buttons, each of which may open up to five.
import { act, button, make } from "./dom.js";
import { scan } from "./scan.js";

export function menuBar(person, buttons) {
  const bar = make("div", { className: "bar", role: "group", ariaLabel: "菜单 menu" });
  for (const one of buttons) {
    if (!one.sub_button?.length) { bar.append(leaf(person, one)); continue; }
    const folder = make("details", { className: "menu", name: `menu-${person.openid}` }, make("summary", { textContent: one.name }),
      make("div", {}, ...one.sub_button.map((under) => leaf(person, under))));
    folder.onclick = (event) => { if (event.target.closest("button")) folder.open = false; };
    bar.append(folder);
  }
  return bar;
}

function leaf(person, one) {
  return button(one.name, () => tapped(person, one));
}

function tapped(person, one) {
  const key = one.key || one.url;
  if (one.type.startsWith("scancode_")) { scan(person, key); return; }
  if (one.type === "view" && /^https?:/.test(one.url)) window.open(one.url, "_blank", "noopener,noreferrer");
  act("tap", { openid: person.openid, key });
}

// The menu's scanning buttons, each with its name and key.
export function scanners(buttons) {
  return buttons.flatMap((one) => (one.sub_button?.length ? one.sub_button : [one]))
    .filter((one) => one.type.startsWith("scancode_"));
}
