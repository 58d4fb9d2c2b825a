// Scanning: a picture is chosen, dropped or pasted and read in the browser, or its text is typed.
import { act, byId, make, sim } from "./dom.js";
import { scanners } from "./menu.js";

const LARGEST = 1600, SCENE = "scene", OURS = /^https?:\/\/weixin\.qq\.com\/q\//;
let person = null, reader = null;

// Open the dialog for one phone; `key` is the menu's scanning button that was tapped, if one was.
export function scan(who, key = "") {
  person = who;
  const dialog = byId("scan"), ways = byId("scan-as");
  const buttons = who.subscribed ? scanners(sim.parts.menu || []) : [];
  ways.replaceChildren(...buttons.map((one) => make("option", { value: `menu ${one.key}`, textContent: `菜单 menu · ${one.name}` })),
    make("option", { value: SCENE, textContent: "带场景的二维码 scene code" }),
    ...(who.subscribed ? [make("option", { value: "key scan", textContent: "scancode_waitmsg · key scan" })] : []));
  if (key) ways.value = `menu ${key}`;
  byId("scan-who").textContent = who.name || who.openid;
  byId("scan-said").textContent = "";
  byId("scan-text").value = "";
  byId("scan-picture").value = "";
  if (!dialog.open) dialog.showModal();
}

export async function scanPicture(who, file) {
  if (!byId("scan").open) scan(who);
  byId("scan-said").textContent = "正在读图 reading…";
  const text = await read(file).catch(() => "");
  byId("scan-said").textContent = text ? "读到了 read" : "图里没有二维码 no QR code in this picture";
  if (!text) return;
  byId("scan-text").value = text;
  if (OURS.test(text)) byId("scan-as").value = SCENE;
}

async function read(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
  const canvas = make("canvas", { width: Math.ceil(picture.width * scale), height: Math.ceil(picture.height * scale) });
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const decode = await decoder();
  return decode(paper.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height)?.data || "";
}

// The decoder is large and seldom wanted: it is fetched with the first picture.
function decoder() {
  reader ||= new Promise((resolve, reject) => {
    const script = make("script", { src: "/_sim/page/vendor/jsQR.js", onerror: reject });
    script.onload = () => resolve(window.jsQR);
    document.head.append(script);
  });
  return reader;
}

const pictureOf = (transfer) => [...(transfer?.files || [])].find((file) => file.type.startsWith("image/"));

export function takesPictures(element, who) {
  element.addEventListener("dragover", (event) => { event.preventDefault(); element.classList.add("over"); });
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    element.classList.remove("over");
    const file = pictureOf(event.dataTransfer);
    if (file) scanPicture(who(), file);
  });
}

export function startScan() {
  const dialog = byId("scan");
  takesPictures(dialog, () => person);
  byId("scan-picture").onchange = (event) => { if (event.target.files[0]) scanPicture(person, event.target.files[0]); };
  dialog.addEventListener("paste", (event) => {
    const file = pictureOf(event.clipboardData);
    if (file) { event.preventDefault(); scanPicture(person, file); }
  });
  byId("scan-close").onclick = () => dialog.close();
  dialog.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const result = byId("scan-text").value.trim(), [way, key] = byId("scan-as").value.split(/ (.*)/s), { openid } = person;
    if (!result) return;
    dialog.close();
    if (way === SCENE) await act("scan-code", { openid, [/^https?:/.test(result) ? "url" : "scene"]: result });
    else await act(way === "menu" ? "tap" : "scan", { openid, key, result });
  };
}
