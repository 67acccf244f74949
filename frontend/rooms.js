// The list of rooms: shows and keeps what the client says of them (frontend/src/io/visits.rs), and tells it what is
// asked for, by the event "visit". It decides nothing: counts and positions are the client's, and the server's before.
//
// However many rooms somebody has visited, at most MOST stand in the list: those that want attention, and the newest.
// All of them are found by the switcher (frontend/switch.js).
import "./attend.js";
import { shared } from "./install.js";
import "./people.js";
import "./keys.js";
import "./sound.js";

const KEPT = "warren.visits";
const ORDER = "warren.order";
const MOST = 50;
const NAME = /^[a-z0-9-]{1,40}$/;

const look = new CSSStyleSheet();
look.replaceSync(`@layer side {
  .room {
    display: grid; grid-template-columns: 18px minmax(0, 1fr) auto; gap: 8px; align-items: center;
    min-block-size: 32px; padding: 4px 10px; border-radius: var(--r-s); color: var(--text-2); text-decoration: none;
    &:hover { background: var(--bg-side-hover); }
    &[aria-current] { background: var(--bg-active); color: var(--text); font-weight: 550; }
    & .n { display: grid; justify-items: start; white-space: nowrap; }
    & .n bdi { max-inline-size: 100%; overflow: hidden; text-overflow: ellipsis; }
    & .hash { text-align: center; opacity: .85; }
  }
  .row { display: flex; gap: 6px; }
  .rooms li { position: relative; display: flex; align-items: center; }
  .rooms .room { flex: 1; min-inline-size: 0; padding-inline-end: 40px; }
  .rooms .room.wanted { color: var(--text); font-weight: 600; }
  .rooms .room.quiet { opacity: .72; }
  .rooms .badge {
    min-inline-size: 20px; padding: 0 6px; border-radius: 99px; font-size: var(--t-xs); font-weight: 650; line-height: 18px; text-align: center;
    border: 1px solid var(--line-strong); color: var(--text-2); font-variant-numeric: tabular-nums;
    &.wanted { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
    &.named { background: var(--attn); border-color: var(--attn); color: var(--bg); }
  }
  .rooms .ib { position: absolute; inset-inline-end: 2px; inline-size: 32px; block-size: 32px; opacity: 0; }
  .rooms li:is(:hover, :focus-within) .ib, .rooms .room[aria-current] + .ib { opacity: 1; }
  .side > .room-tool { display: flex; gap: 8px; align-items: center; min-block-size: 32px; padding: 4px 10px; border-radius: var(--r-s); color: var(--text-2); font-size: var(--t-s); text-align: start; &:hover { background: var(--bg-side-hover); color: var(--text); } & span { inline-size: 18px; text-align: center; } & kbd { margin-inline-start: auto; font: inherit; font-size: var(--t-xs); } }
  @media (pointer: coarse) {
    .rooms .ib { opacity: 1; inline-size: 44px; block-size: 44px; inset-inline-end: 0; }
    .rooms .room { min-block-size: 44px; padding-inline-end: 48px; }
    .side > .room-tool { min-block-size: 44px; & kbd { display: none; } }
  }
  @media (forced-colors: active) {
    .room[aria-current] { forced-color-adjust: none; background: SelectedItem; color: SelectedItemText; }
    .rooms .badge.named, .rooms .badge.wanted { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  }
  .menu {
    margin: auto; inline-size: min(360px, calc(100vw - 24px)); max-block-size: calc(100dvh - 24px); padding: 16px; overflow-y: auto;
    color: var(--text); background: var(--bg); border: 1px solid var(--line-strong); border-radius: var(--r-l); box-shadow: 0 8px 40px rgb(0 0 0 / .3);
    &::backdrop { background: rgb(0 0 0 / .4); }
    & form { display: flex; align-items: center; gap: 8px; }
    & h2 { flex: 1; min-inline-size: 0; font-size: var(--t-l); font-weight: 650; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    & fieldset { margin-block: 12px 8px; border: 0; padding: 0; }
    & legend, & p { font-size: var(--t-xs); font-weight: 600; color: var(--text-2); padding: 0; }
    & p { font-weight: 400; }
    & label { display: flex; gap: 10px; align-items: center; min-block-size: var(--target); }
    & .acts { display: grid; border-block-start: 1px solid var(--line); padding-block-start: 8px; }
    & .acts button { min-block-size: var(--target); padding: 4px 8px; text-align: start; border-radius: var(--r-s); &:hover { background: var(--bg-hover); } &:disabled { opacity: .6; } }
    & .danger { color: var(--danger); }
  }
}`);
document.adoptedStyleSheets.push(look);

export function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

const app = document.querySelector(".app");
const host = document.querySelector("#rooms");
const list = make("ul", { class: "rooms" });
/** What the client has said of each room. */
export const visits = new Map();

// What was kept may have been changed by anybody.
function isVisit(one) {
  return NAME.test(one?.room) && ["newest", "at", "read", "unread", "mentions"].every((field) => Number.isSafeInteger(one[field]));
}

function parse(text) {
  try {
    return JSON.parse(text).filter(isVisit);
  } catch {
    return [];
  }
}

let keeping;
function keep() {
  clearTimeout(keeping);
  keeping = undefined;
  kept.set(KEPT, JSON.stringify([...visits.values()]));
}
addEventListener("pagehide", () => keeping && keep());

function tell(text, all) {
  if (all) visits.clear();
  for (const visit of parse(text)) visits.set(visit.room, visit);
  keeping ??= setTimeout(keep, 500);
  draw();
}

/** Where a room's link leads. */
export const path = (room) => (room === "lobby" ? "/" : `/r/${room}`);
/** The room where the person is; none where a link leads nowhere. */
export const here = () => app.dataset.room;
/** Asks the client for something about a room: `{level}`, `{forget}`, or nothing more for "mark as read". */
export const ask = (room, more) => dispatchEvent(new CustomEvent("visit", { detail: { room, ...more } }));

/** Goes to a link of this server without loading the page anew. */
export function go(link) {
  if (location.pathname !== link) {
    history.pushState(null, "", link);
    dispatchEvent(new PopStateEvent("popstate"));
  }
  const rooms = document.querySelector(".shows-rooms");
  see(false);
  // The message box would bring the keyboard up.
  if (rooms) document.querySelector(matchMedia("(pointer: coarse)").matches ? ".head h1" : "#composer")?.focus();
}

// Whether the rooms are seen, where only they or the room can be. They are the page's main part then.
function see(rooms) {
  document.querySelector(".grid").classList.toggle("shows-rooms", rooms);
  const [side, brand] = [document.querySelector(".side"), document.querySelector(".brand")];
  side.setAttribute("role", rooms ? "main" : "navigation");
  for (const [name, value] of [["role", "heading"], ["aria-level", "1"]]) {
    rooms ? brand.setAttribute(name, value) : brand.removeAttribute(name);
  }
  if (rooms) brand.focus();
}
document.querySelector(".back").addEventListener("click", () => see(true));

// The order that the person has made by hand; none where it is that of activity.
function ordered() {
  try {
    const names = JSON.parse(kept.get(ORDER));
    return Array.isArray(names) ? names : undefined;
  } catch {}
}

/** All rooms, in the order of the list. */
export function sorted() {
  const all = [...visits.values()];
  for (const room of ["lobby", here()]) {
    if (room && !visits.has(room)) all.push({ room, title: "", at: 0, newest: 0, read: 0, unread: 0, mentions: 0, wanted: 0, level: "all" });
  }
  const hand = ordered();
  const place = (visit) => (hand?.indexOf(visit.room) ?? -1) >>> 0;
  return all.sort((a, b) => place(a) - place(b) || b.at - a.at || (a.room < b.room ? -1 : 1));
}

/** A number as the person reads it. */
export const number = (count) => (count >= 100 ? `${new Intl.NumberFormat(document.documentElement.lang).format(99)}+` : new Intl.NumberFormat(document.documentElement.lang).format(count));

/** The badge of a room, and what it says to those who do not see it. */
export function badge({ unread, mentions, wanted }) {
  if (!unread) return [];
  const [kind, count] = mentions ? ["named", mentions] : [wanted ? "wanted" : "", unread];
  const words = mentions ? `, ${mentions} of them mention you` : "";
  return [
    make("span", { class: `badge ${kind}`, "aria-hidden": "true" }, (mentions ? "@" : "") + number(count)),
    make("span", { class: "sr" }, ` ${unread} unread${words}`),
  ];
}

const rows = new Map();
// Nothing moves under a pointer or the focus; it waits until that is elsewhere.
let waits = false;
const isUsed = () => list.matches(":hover") || list.contains(document.activeElement);
for (const kind of ["pointerleave", "focusout"]) {
  list.addEventListener(kind, () => setTimeout(() => waits && !isUsed() && draw()));
}

function fill(row, visit) {
  const [link, more] = row.children;
  const said = JSON.stringify([visit.title, visit.unread, visit.mentions, visit.wanted, visit.level]);
  visit.room === here() ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  if (row.said === said) return;
  row.said = said;
  link.className = `room ${visit.wanted ? "wanted" : ""} ${visit.level === "nothing" ? "quiet" : ""}`;
  const name = make("bdi", {}, visit.title || visit.room);
  link.replaceChildren(make("span", { class: "hash", "aria-hidden": "true" }, "#"), make("span", { class: "n" }, name), ...badge(visit));
  link.title = visit.title ? `#${visit.room}` : "";
  more.setAttribute("aria-label", `Options for ${visit.title || visit.room}`);
}

function rowOf(visit) {
  let row = rows.get(visit.room);
  if (!row) {
    const link = make("a", { href: path(visit.room) });
    const more = make("button", { type: "button", class: "ib", "aria-haspopup": "dialog" }, "⋯");
    row = make("li", { "data-room": visit.room }, link, more);
    rows.set(visit.room, row);
  }
  fill(row, visit);
  return row;
}

function draw() {
  const all = sorted();
  // Where the person is first, then what wants attention.
  const first = [...all.filter(({ room }) => room === here()), ...all.filter(({ wanted }) => wanted)];
  const shown = new Set([...new Set([...first, ...all])].slice(0, MOST));
  const now = all.filter((visit) => shown.has(visit)).map(rowOf);
  for (const [room, row] of rows) if (!now.includes(row)) rows.delete(room), row.remove();
  waits = isUsed();
  if (waits) list.append(...now.filter((row) => !row.parentElement));
  else if (now.some((row, at) => list.children[at] !== row)) list.replaceChildren(...now);
  allRooms.firstElementChild.nextSibling.textContent = all.length > now.length ? `All ${number(all.length)} rooms` : "Find a room";
}

list.addEventListener("click", (event) => {
  const row = event.target.closest("li");
  if (event.target.closest(".ib")) return open(row.dataset.room);
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button;
  if (elsewhere || !event.target.closest("a")) return;
  event.preventDefault();
  go(path(row.dataset.room));
});

// A room goes up or down in the list, and stays there: from then on the order is the person's own.
function move(room, by) {
  const names = sorted().map((visit) => visit.room);
  const at = names.indexOf(room);
  const to = at + by;
  if (to < 0 || to >= names.length) return;
  names.splice(to, 0, ...names.splice(at, 1));
  kept.set(ORDER, JSON.stringify(names));
  const focused = list.contains(document.activeElement) && document.activeElement;
  list.replaceChildren(...names.map((name) => rows.get(name)).filter(Boolean));
  focused && focused.focus();
}
list.addEventListener("keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const row = event.target.closest("li");
  if (!by || !row) return;
  event.preventDefault();
  if (event.altKey) return move(row.dataset.room, by);
  const next = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  next?.querySelector("a").focus();
});

// What can be done with a room.
const LEVELS = [["all", "Everything"], ["mentions", "Only what mentions me"], ["nothing", "Nothing"]];
const title = make("h2", { id: "menu-head", dir: "auto" });
const levels = LEVELS.map(([level, words]) => make("label", {}, make("input", { type: "radio", name: "level", value: level }), words));
const needsLink = make("p", {}, "This needs a connection to the server.");
const act = (words, does, kind = "") => {
  const button = make("button", { type: "button", class: kind }, words);
  button.addEventListener("click", () => {
    does(menu.dataset.room);
    draw();
    if (!button.dataset.stays) menu.close();
  });
  return button;
};
const markRead = act("Mark as read", (room) => ask(room));
const [up, down] = [act("Move up", (room) => move(room, -1)), act("Move down", (room) => move(room, 1))];
up.dataset.stays = down.dataset.stays = "";
const byActivity = act("Order by activity again", () => kept.set(ORDER, ""));
const leave = act("Leave this room", (room) => {
  if (room === here()) go("/");
  ask(room, { forget: true });
}, "danger");
const menu = make("dialog", { class: "menu", "aria-labelledby": "menu-head" },
  make("form", { method: "dialog" }, title, make("button", { class: "ib", "aria-label": "Close" }, "✕")),
  make("fieldset", {}, make("legend", {}, "Tell me of"), ...levels),
  needsLink,
  make("div", { class: "acts" }, markRead, up, down, byActivity, leave));
document.body.append(menu);
menu.addEventListener("change", ({ target }) => ask(menu.dataset.room, { level: target.value }));
menu.addEventListener("click", (event) => event.target === menu && menu.close());

/** Opens the dialog of what can be done with a room. */
export function open(room) {
  const visit = visits.get(room);
  menu.dataset.room = room;
  title.textContent = `# ${visit?.title || room}`;
  const live = app.dataset.link === "live";
  needsLink.hidden = live;
  for (const label of levels) {
    label.firstElementChild.checked = label.firstElementChild.value === (visit?.level ?? "all");
    label.firstElementChild.disabled = !live || !visit;
  }
  markRead.disabled = !visit?.unread;
  byActivity.hidden = !ordered();
  leave.hidden = room === "lobby" || !visit;
  leave.disabled = !live;
  menu.showModal();
}

// Going to a room by its name makes the room, where there is none.
const field = make("input", { id: "go", autocomplete: "off", autocapitalize: "none", spellcheck: "false", "aria-describedby": "go-problem" });
const problem = make("p", { class: "problem", id: "go-problem", role: "status" });
const form = make("form", { class: "field", id: "go-form" }, make("label", { for: "go" }, "Go to room"),
  make("div", { class: "row" }, field, make("button", { class: "small" }, "Go")), problem);
document.querySelector("#name-form").before(form);
/** The room that somebody means by what they type: a leading # and capitals are forgiven. */
export function meant(typed) {
  const name = typed.trim().replace(/^#/, "").toLowerCase();
  return NAME.test(name) ? name : undefined;
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const room = meant(field.value);
  problem.textContent = room ? "" : "A room's name is 1 to 40 of the letters a to z, the digits 0 to 9 and the hyphen.";
  room ? field.removeAttribute("aria-invalid") : field.setAttribute("aria-invalid", "true");
  if (!room) return;
  field.value = "";
  go(path(room));
});

// The switcher comes when it is first wanted.
const switcher = (mode) => import("./switch.js").then((script) => script.open(mode), () => {
  problem.textContent = "The switcher could not be loaded: the server was not reached.";
});
const tool = (sign, words, mode, key) => {
  const button = make("button", { type: "button", class: "room-tool" }, make("span", { "aria-hidden": "true" }, sign), words, make("kbd", {}, key));
  button.addEventListener("click", () => switcher(mode));
  return button;
};
const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const allRooms = tool("⌕", "Find a room", "all", mac ? "⌘K" : "Ctrl K");
// A dialog of its own (frontend/sheets.js); the switcher lists it by what it says.
const sheet = (sign, words, name) => make("button", { type: "button", class: "room-tool", "data-sheet": name, "data-command": words, "aria-haspopup": "dialog" }, make("span", { "aria-hidden": "true" }, sign), words);
const settings = sheet("⚙", "Settings", "settings");
host.after(allRooms, tool("@", "Mentions", "mentions", ""));
document.querySelector(".side .grow").after(settings, sheet("?", "Help", "help"));
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  const does = { k: () => switcher("all"), ",": () => settings.click() }[event.key.toLowerCase()];
  if (!does) return;
  event.preventDefault();
  does();
});

// A notification was pressed (frontend/sw.js).
navigator.serviceWorker?.addEventListener("message", ({ data }) => data?.go && go(data.go));

for (const visit of parse(kept.get(KEPT))) visits.set(visit.room, visit);
const waiting = globalThis.visits.waiting;
globalThis.visits = { tell };
host.replaceChildren(list);
for (const told of waiting) tell(...told);
draw();
new MutationObserver(draw).observe(app, { attributeFilter: ["data-room"] });
shared(here(), go, path);
// Another device has shown a link to who one is there, or somebody has sent an invitation. Opened where the page is already,
// that loads nothing anew.
const asked = () => ["link", "invite"].forEach((kind) => location.hash.startsWith(`#${kind}=`) && page.bring("sheets", kind));
asked();
addEventListener("hashchange", asked);
