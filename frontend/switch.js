// The switcher: rooms, people and commands, found by what is typed. And the list of what mentions the person. It comes
// when it is first wanted (frontend/rooms.js).
import { badge, go, here, make, meant, path, sorted, visits, ask } from "./rooms.js";

const MOST = 50;
const look = new CSSStyleSheet();
look.replaceSync(`@layer details {
  .switch {
    margin: min(12vh, 96px) auto auto; padding: 0; inline-size: min(560px, calc(100vw - 24px)); overflow: hidden;
    color: var(--text); background: var(--bg); border: 1px solid var(--line-strong); border-radius: var(--r-l); box-shadow: 0 8px 40px rgb(0 0 0 / .3);
    &::backdrop { background: rgb(0 0 0 / .4); }
    & .top { display: flex; gap: 4px; padding: 8px; border-block-end: 1px solid var(--line); }
    & input { flex: 1; min-inline-size: 0; min-block-size: var(--target); padding: 4px 10px; background: none; border: 0; font-size: max(1rem, var(--t-m)); }
    & h2 { flex: 1; padding: 6px 10px; font-size: var(--t-l); font-weight: 650; }
    & ul { max-block-size: min(420px, 60dvh); overflow-y: auto; overscroll-behavior: contain; padding: 6px; scroll-padding-block: 6px; }
    & li.kind { padding: 8px 10px 2px; font-size: var(--t-xs); font-weight: 600; color: var(--text-2); }
    & [role=option], & a { display: flex; align-items: center; gap: 10px; min-block-size: var(--target); padding: 4px 10px; border-radius: var(--r-s); cursor: pointer; color: inherit; text-decoration: none; }
    & [aria-selected=true], & a:hover { background: var(--bg-active); }
    & .n { flex: 1; min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    & .n small, & a small { color: var(--text-2); font-size: var(--t-s); }
    & .sign { inline-size: 18px; text-align: center; color: var(--text-2); }
    & .badge { min-inline-size: 20px; padding: 0 6px; border-radius: 99px; font-size: var(--t-xs); line-height: 18px; text-align: center; border: 1px solid var(--line-strong); &.named { background: var(--attn); border-color: var(--attn); color: var(--bg); } &.wanted { background: var(--accent); border-color: var(--accent); color: var(--on-accent); } }
    & .said { padding: 16px; color: var(--text-2); font-size: var(--t-s); &:empty { display: none; } }
    & a { align-items: flex-start; flex-direction: column; gap: 0; padding-block: 8px; }
    & a span { max-inline-size: 100%; overflow: hidden; text-overflow: ellipsis; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow-wrap: anywhere; }
  }
  @media (forced-colors: active) { .switch [aria-selected=true] { outline: 2px solid Highlight; outline-offset: -2px; } }
}`);
document.adoptedStyleSheets.push(look);

// As people type it: without capitals, and without the marks of letters.
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const press = (selector) => () => document.querySelector(selector)?.click();

function write(text) {
  const box = document.querySelector("#composer");
  box.focus();
  // As if it were typed, so that the browser can undo it.
  document.execCommand("insertText", false, text);
}

function commands() {
  const all = [["✓", "Mark all rooms as read", () => [...visits.values()].forEach((visit) => visit.unread && ask(visit.room))]];
  all.push(["@", "Show what mentions me", () => open("mentions")]);
  all.push(["+", "Found a room that is not open to all", () => page.bring("sheets", "found")]);
  if (document.querySelector(".about")) all.push(["i", "About this room", press(".about")]);
  for (const button of document.querySelectorAll("[data-command]")) all.push(["⚙", button.dataset.command, () => button.click()]);
  // Found by the words of the page's language too (frontend/words.js).
  return all.map(([sign, words, does]) => ({ sign, words, does, own: true, by: folded(`${words} ${globalThis.tr?.(words) ?? ""}`) }));
}

function people() {
  const names = [...document.querySelectorAll("#here .person:not(:has(.tag)) bdi")].map((one) => one.textContent);
  return names.map((name) => ({ sign: "●", words: name, by: folded(name), does: () => write(`@${name} `) }));
}

function rooms(typed) {
  const all = sorted().map((visit) => ({
    sign: "#", words: visit.title || visit.room, more: visit.title ? `#${visit.room}` : "", by: folded(`${visit.room} ${visit.title}`),
    does: () => go(path(visit.room)), visit, wanted: visit.wanted,
  }));
  // Where the person is already is the last that they look for.
  all.sort((a, b) => (a.visit.room === here()) - (b.visit.room === here()) || (b.wanted > 0) - (a.wanted > 0));
  const name = meant(typed);
  if (name && !all.some((one) => one.visit.room === name)) {
    all.push({ sign: "+", words: `Go to the new room ${name}`, by: folded(name), does: () => go(path(name)), own: true });
  }
  return all;
}

const input = make("input", { role: "combobox", "aria-expanded": "true", "aria-controls": "found", "aria-autocomplete": "list", "aria-label": "Find a room, a person or a command", placeholder: "Room, person or command", autocomplete: "off", autocapitalize: "none", spellcheck: "false", dir: "auto", enterkeyhint: "go" });
const heading = make("h2", { id: "switch-head" }, "Mentions");
const found = make("ul", { id: "found" });
const said = make("p", { class: "said", role: "status" });
const dialog = make("dialog", { class: "switch" },
  make("form", { method: "dialog", class: "top" }, input, heading, make("button", { class: "ib", "aria-label": "Close" }, "✕")), found, said);
document.body.append(dialog);
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

let options = [];
let chosen = 0;

function select(at) {
  options[chosen]?.element.setAttribute("aria-selected", "false");
  chosen = (at + options.length) % (options.length || 1);
  const element = options[chosen]?.element;
  element?.setAttribute("aria-selected", "true");
  element?.scrollIntoView({ block: "nearest" });
  element ? input.setAttribute("aria-activedescendant", element.id) : input.removeAttribute("aria-activedescendant");
}

function draw() {
  const words = folded(input.value.replace(/^#/, "")).split(/\s+/).filter(Boolean);
  const fits = ({ by }) => words.every((word) => by.includes(word));
  options = [];
  const rows = [];
  for (const [kind, all] of [["Rooms", rooms(input.value)], ["People here", people()], ["Commands", commands()]]) {
    const fit = all.filter(fits).slice(0, MOST - options.length);
    if (!fit.length) continue;
    rows.push(make("li", { class: "kind", role: "presentation" }, kind));
    for (const one of fit) {
      const name = make("span", { class: "n" }, make(one.own ? "span" : "bdi", {}, one.words));
      if (one.more) name.append(" ", make("small", {}, one.more));
      one.element = make("li", { role: "option", id: `found-${options.length}`, "aria-selected": "false" },
        make("span", { class: "sign", "aria-hidden": "true" }, one.sign), name, ...(one.visit ? badge(one.visit) : []));
      rows.push(one.element);
      options.push(one);
    }
  }
  found.replaceChildren(...rows);
  said.textContent = options.length ? "" : "Nothing of that name. A room's name is 1 to 40 of a to z, 0 to 9 and the hyphen.";
  select(0);
}

function choose(at) {
  const one = options[at];
  if (!one) return;
  dialog.close();
  one.does();
}

input.addEventListener("input", draw);
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
  if (by) {
    event.preventDefault();
    select(Math.abs(by) > 1 ? Math.max(0, Math.min(options.length - 1, chosen + by)) : chosen + by);
  } else if (event.key === "Enter") {
    event.preventDefault();
    choose(chosen);
  }
});
found.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey || event.button)) {
    event.preventDefault();
    dialog.close();
    go(link.getAttribute("href"));
  }
  choose(options.findIndex((one) => one.element.contains(event.target)));
});

// What mentions the person: asked of the server each time.
async function mentions() {
  options = [];
  found.replaceChildren();
  said.textContent = "Loading…";
  let all;
  try {
    all = JSON.parse(await http.ask("/api/mentions")).mentions;
  } catch {
    said.textContent = "The list could not be loaded: the server was not reached.";
    return;
  }
  const row = ({ room, message }) => {
    const when = times(3, message.at, Date.now()) + ", " + times(0, message.at);
    const text = make("span", { dir: "auto" }, message.text ?? "");
    return make("li", {}, make("a", { href: `/r/${room}/${message.seq}` },
      make("small", {}, make("bdi", {}, message.by.name), " · #", make("bdi", {}, visits.get(room)?.title || room), " · ", when), text));
  };
  found.replaceChildren(...all.map(row));
  said.textContent = all.length ? "" : "Nobody has mentioned you in your rooms yet.";
}

/** Opens it: for "all", or for "mentions". */
export function open(mode) {
  const lists = mode === "mentions";
  input.hidden = lists;
  heading.hidden = !lists;
  lists ? (found.removeAttribute("role"), dialog.setAttribute("aria-labelledby", "switch-head")) : (found.setAttribute("role", "listbox"), dialog.removeAttribute("aria-labelledby"));
  lists ? dialog.removeAttribute("aria-label") : dialog.setAttribute("aria-label", "Find a room, a person or a command");
  found.setAttribute("aria-label", lists ? "Mentions" : "Found");
  if (!dialog.open) dialog.showModal();
  if (lists) return mentions();
  input.value = "";
  draw();
  input.focus();
}
