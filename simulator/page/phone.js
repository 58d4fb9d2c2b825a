// The wall: one phone for each follower, kept in its place while something new comes.
import { act, ask, byId, button, isOfficial, make, say, sim } from "./dom.js";
import { chatRows } from "./chat.js";
import { grantBar, total } from "./grants.js";
import { menuBar } from "./menu.js";
import { scan, takesPictures } from "./scan.js";

const ROWS = 3;
const phones = new Map();
let all = false;

export const marks = () => [...phones.values()].map((phone) => phone.mark);
export const focused = () => document.activeElement?.closest(".phone")?.dataset.openid || "";
export function forgetPhones() { phones.clear(); byId("wall").replaceChildren(); }

function typing(phone) {
  const field = make("input", { autocomplete: "off", maxLength: 2000, placeholder: "发消息 type…", ariaLabel: "发消息 type" });
  const form = make("form", { className: "type" }, sends(phone), field, make("button", { textContent: "发送" }));
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    field.value = "";
    if (text) act("say", { openid: phone.openid, text });
  };
  return form;
}

// What can be sent beside words.
function sends(phone) {
  const { openid } = phone;
  const file = make("input", { type: "file", accept: "image/jpeg,image/png,image/gif", hidden: true, ariaLabel: "图片 picture" });
  file.onchange = async () => {
    const content = file.files[0] && await base64(file.files[0]);
    file.value = "";
    if (content) act("picture", { openid, content });
  };
  const does = (text, work) => button(text, () => { box.open = false; work(); });
  const box = make("details", { className: "sends menu" }, make("summary", { textContent: "＋", ariaLabel: "发别的 send something else" }),
    make("div", {}, does("图片 picture", () => file.click()), does("语音 voice", () => act("voice", { openid })),
      does("位置 location", () => act("location", { openid, latitude: 39.9042, longitude: 116.4074, label: "北京 Beijing" })),
      does("扫一扫 scan", () => scan(phone.is))), file);
  return box;
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
}

function more(phone) {
  const does = (path, body = () => ({})) => () => { phone.more.open = false; act(path, { openid: phone.openid, ...body() }); };
  phone.block = button("", does("block", () => ({ blocked: !phone.is.blocked })));
  phone.leave = button("取消关注 unfollow", does("unfollow"));
  phone.enter = button("进入客服会话 enter session", does("enter"));
  phone.login = button("登录码 login code", async () => {
    phone.more.open = false;
    const { code } = await ask("POST", "login-code", { appid: sim.appid, openid: phone.openid });
    say(`登录码 login code · ${code}`);
  });
  return make("details", { className: "more menu" }, make("summary", { textContent: "⋯", ariaLabel: "更多 more" }),
    make("div", {}, phone.leave, phone.enter, phone.login, phone.block));
}

// A colour of one's own, so that the eye finds a person again.
const COLOURS = 6;
function colour(openid) {
  return [...openid].reduce((sum, sign) => (31 * sum + sign.codePointAt(0)) % 9973, 7) % COLOURS;
}

function newPhone(openid) {
  const phone = { openid, mark: "", is: {}, shape: "", name: make("b"), chip: make("span", { className: "chip" }),
    chat: make("div", { className: "chat", tabIndex: 0, role: "log", ariaLive: "off" }), taps: make("div", { className: "taps" }), foot: make("div") };
  phone.face = make("span", { className: `face face-${colour(openid)}`, ariaHidden: "true" });
  phone.type = typing(phone);
  phone.more = more(phone);
  phone.gone = make("div", { className: "gone" }, "已取消关注 unfollowed",
    make("span", {}, button("扫一扫 scan", () => scan(phone.is)), button("关注 follow", () => act("follow", { openid }))));
  const who = make("div", { className: "who" }, phone.name, make("code", { textContent: openid, title: openid }));
  phone.root = make("article", { className: "phone" }, make("div", { className: "top" }, phone.face, who, phone.chip, phone.more),
    phone.chat, phone.taps, phone.foot);
  phone.root.dataset.openid = openid;
  takesPictures(phone.root, () => phone.is);
  return phone;
}

// What stands between the chat and the field; built anew only when its shape changes.
function showTaps(phone) {
  const person = phone.is, menu = sim.parts.menu || [];
  const shape = JSON.stringify([menu, person.grants.map((one) => one.template_id), person.subscribed]);
  if (shape !== phone.shape) {
    phone.shape = shape;
    phone.bar = person.grants.length ? grantBar(person) : null;
    const under = menu.length && person.subscribed ? [menuBar(person, menu)] : [];
    phone.taps.replaceChildren(...under, ...(phone.bar ? [phone.bar] : []));
  }
  phone.bar?.show(person.grants);
}

function showPhone(phone, person) {
  const first = !phone.mark, official = isOfficial();
  phone.mark = person.mark;
  phone.is = person;
  const name = person.name || person.openid;
  phone.name.textContent = name;
  phone.face.textContent = [...name].at(-1);
  phone.root.ariaLabel = `${name} 的手机 phone`;
  phone.chat.ariaLabel = `${name} 的聊天 chat`;
  phone.chip.textContent = person.blocked ? "已拒收 blocked" : person.grants.length ? `授权 grants ${total(person.grants)}` : "";
  phone.chip.classList.toggle("bad", person.blocked);
  phone.block.textContent = person.blocked ? "不再拒收 unblock" : "拒收 block";
  phone.leave.hidden = !official || !person.subscribed;
  phone.enter.hidden = phone.login.hidden = official;
  // Who reads further up is not torn down by what comes.
  const atEnd = first || phone.chat.scrollHeight - phone.chat.scrollTop - phone.chat.clientHeight < 24;
  phone.chat.replaceChildren(...chatRows(person));
  const foot = person.subscribed ? phone.type : phone.gone;
  if (phone.foot.firstChild !== foot) phone.foot.replaceChildren(foot);
  if (atEnd) requestAnimationFrame(() => { phone.chat.scrollTop = phone.chat.scrollHeight; });
  if (!first) flash(phone.root);
}

function flash(root) {
  root.classList.remove("new");
  requestAnimationFrame(() => root.classList.add("new"));
}

export function showPhones(people, menuChanged) {
  for (const person of people) {
    const phone = phones.get(person.openid) || newPhone(person.openid);
    phones.set(person.openid, phone);
    if (person.chat) showPhone(phone, person);
    if (person.chat || menuChanged) showTaps(phone);
  }
  for (const openid of [...phones.keys()]) {
    if (!people.some((person) => person.openid === openid)) { phones.get(openid).root.remove(); phones.delete(openid); }
  }
  // Who is on the wall stays there, who comes stands first: moving a phone takes the cursor out of its field.
  const wall = byId("wall"), coming = people.map((one) => phones.get(one.openid).root).filter((root) => root.parentNode !== wall);
  wall.prepend(...coming);
  showAll();
  showFound(people.length);
}

function showAll() {
  const roots = [...byId("wall").children], columns = getComputedStyle(byId("wall")).gridTemplateColumns.split(" ").length;
  const first = ROWS * Math.max(columns, ROWS);
  roots.forEach((root, at) => { root.hidden = !all && at >= first && !root.contains(document.activeElement); });
  byId("all").hidden = roots.length <= first;
  byId("all").textContent = all ? "少看几部 fewer" : `再看 ${roots.length - first} 部 more`;
}

function showFound(shown) {
  const wall = sim.wall, looked = byId("search").value.trim();
  byId("found").textContent = looked || wall.found > shown ? `${shown} 部，共 ${looked ? wall.found : wall.total} in all` : `${wall.total} 部 phones`;
  byId("empty").hidden = shown > 0;
  byId("empty-text").textContent = !sim.appid ? "没有账号 no account yet"
    : wall.total === 0 ? "还没有手机 no phone yet" : "没有找到 nobody found";
  byId("first").hidden = wall.total > 0;
}

export function startPhones() {
  byId("all").onclick = () => {
    all = !all;
    showAll();
    for (const phone of phones.values()) phone.chat.scrollTop = phone.chat.scrollHeight;
  };
}
