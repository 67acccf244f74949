// The picker of emoji: all of them in groups, and a search by name. It comes, with its look, when a button that opens it
// is first pressed (frontend/boot.js), and takes the table of /api/emoji (backend/src/http/emoji.rs).
const COLUMNS = 8;
// Rows to go by a key that turns a page.
const PAGE = 5;
const RECENT = "warren.emoji";
const MOST_RECENT = 3 * COLUMNS;
const MOST_FOUND = 20 * COLUMNS;

const look = new CSSStyleSheet();
look.replaceSync(`@layer details {
  .picker {
    --cell: var(--target); padding: 0; margin: 0; inset: auto; overflow: hidden; color: var(--text); background: var(--bg);
    inline-size: calc(${COLUMNS} * var(--cell) + 24px); block-size: min(420px, calc(100dvh - 16px));
    border: 1px solid var(--line-strong); border-radius: var(--r-l); box-shadow: 0 8px 40px rgb(0 0 0 / .3); outline: 0;
    &::backdrop { background: none; }
    & > div { display: flex; flex-direction: column; block-size: 100%; }
    & h3 { margin: 0; padding: 8px 6px 2px; font-size: var(--t-xs); font-weight: 600; color: var(--text-2); }
    & p { padding: 0 18px; font-size: var(--t-xs); color: var(--text-2); min-block-size: 26px; line-height: 26px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
    & [role="status"]:empty { min-block-size: 0; }
    & [role="status"] button { min-block-size: var(--cell); color: var(--accent); text-decoration: underline; }
    & [role="status"]:has(button) { white-space: normal; }
  }
  .picker-head, .picker-groups { display: flex; gap: 4px; padding: 8px; & > :first-child { flex: 1; min-inline-size: 0; } }
  .picker-head input { padding: 4px 10px; min-block-size: var(--cell); border: 1px solid var(--line-strong); border-radius: var(--r-m); background: var(--bg-raise); }
  .picker-all { flex: 1; padding-inline: 11px; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; scroll-padding-block: 4px; }
  .picker [role="row"] {
    display: grid; grid-template-columns: repeat(${COLUMNS}, minmax(0, 1fr));
    content-visibility: auto; contain-intrinsic-block-size: var(--cell); block-size: var(--cell);
  }
  .picker [role="gridcell"], .picker-groups button {
    font-size: 1.375rem; line-height: 1;
    padding: 0; block-size: var(--cell); border-radius: var(--r-s); overflow: hidden;
    &:hover { background: var(--bg-hover); }
    &:focus-visible { outline-offset: -2px; background: var(--bg-active); }
  }
  .picker-groups { gap: 0; padding-block: 2px; border-block-start: 1px solid var(--line); & button { flex: 1; font-size: 1.125rem; min-inline-size: 0; } }
  @media (max-width: 720px) {
    .picker {
      inline-size: 100%; max-inline-size: 100%; block-size: min(440px, 70dvh); inset: auto 0 0; border-width: 1px 0 0;
      border-end-start-radius: 0; border-end-end-radius: 0; padding-block-end: env(safe-area-inset-bottom);
      &::backdrop { background: rgb(0 0 0 / .4); }
    }
  }
}`);
// Where it stands, anew each time that it is opened.
const place = new CSSStyleSheet();
document.adoptedStyleSheets.push(look, place);

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

const search = make("input", { role: "searchbox", "aria-label": "Search emoji", placeholder: "Search", autocomplete: "off", autocapitalize: "none", spellcheck: "false", dir: "auto", enterkeyhint: "done" });
const close = make("button", { type: "button", class: "ib", "aria-label": "Close" }, "✕");
const said = make("p", { role: "status" });
const all = make("div", { class: "picker-all" });
// What is pointed at, by its name; those who hear the page hear it from the button itself.
const named = make("p", { "aria-hidden": "true", dir: "auto" });
const groups = make("nav", { class: "picker-groups", "aria-label": "Groups of emoji" });
const dialog = make("dialog", { class: "picker", "aria-label": "Emoji" }, make("div", {}, make("div", { class: "picker-head" }, search, close), said, all, named, groups));
document.body.append(dialog);

// Of each emoji its names; and the names of the groups, each with its emoji.
const names = new Map();
const table = new Map();
let opener;

function section(heading, emoji) {
  const id = "picker-" + heading.replaceAll(" ", "-");
  const rows = [];
  for (let from = 0; from < emoji.length; from += COLUMNS) {
    const cell = (one) => make("button", { type: "button", role: "gridcell", tabindex: "-1", "aria-label": names.get(one).at(-1).replaceAll("_", " ") }, one);
    rows.push(make("div", { role: "row" }, ...emoji.slice(from, from + COLUMNS).map(cell)));
  }
  return make("section", {}, make("h3", { id }, heading), make("div", { role: "grid", "aria-labelledby": id }, ...rows));
}

// What the browser keeps may be anything, or it may keep nothing.
function recent() {
  try {
    return [...new Set((localStorage.getItem(RECENT) ?? "").split(" "))].filter((one) => names.has(one)).slice(0, MOST_RECENT);
  } catch {
    return [];
  }
}

function remember(emoji) {
  try {
    localStorage.setItem(RECENT, [emoji, ...recent().filter((other) => other !== emoji)].slice(0, MOST_RECENT).join(" "));
  } catch {}
}

// The better one is meant by a text, the lower the number; none where it is not meant.
function rank(emoji, text) {
  const own = names.get(emoji);
  const words = text.split("_");
  if (!words.every((word) => own.some((name) => name.includes(word)))) return undefined;
  if (own.includes(text)) return 0;
  if (own.some((name) => name.startsWith(text))) return 1;
  return own.some((name) => ("_" + name).includes("_" + words[0])) ? 2 : 3;
}

function found(text) {
  const ranked = [[], [], [], []];
  for (const emoji of names.keys()) ranked[rank(emoji, text)]?.push(emoji);
  return ranked.flat().slice(0, MOST_FOUND);
}

function draw() {
  const text = search.value.trim().replace(/^:|:$/g, "").replaceAll(/[\s_]+/g, "_").toLowerCase();
  const matches = text ? found(text) : [];
  const latest = recent();
  const sections = text ? [["Found", matches]] : [["Recently used", latest], ...table];
  all.replaceChildren(...sections.filter(([, emoji]) => emoji.length).map(([heading, emoji]) => section(heading, emoji)));
  all.scrollTop = 0;
  rove(all.querySelector("[role=gridcell]"));
  groups.hidden = text !== "";
  if (!text) said.textContent = "";
  else if (!matches.length) said.textContent = "No emoji is called so.";
  else if (matches.length === 1) said.textContent = "1 found";
  else said.textContent = (matches.length < MOST_FOUND ? "" : "More than ") + `${matches.length} found`;
}

// Tab comes to one of them, and the arrows lead on from there.
function rove(cell) {
  all.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
  cell?.setAttribute("tabindex", "0");
  named.textContent = "";
}

function name(emoji) {
  const own = names.get(emoji);
  named.textContent = own ? `${emoji} :${own[0]}:` : "";
}

async function load() {
  said.textContent = names.size ? "" : "Loading…";
  try {
    if (!names.size) {
      const response = await fetch("/api/emoji");
      if (!response.ok) throw new Error(response.statusText);
      let group = [];
      for (const line of (await response.text()).split("\n").filter(Boolean)) {
        const [emoji, ...own] = line.split(" ");
        if (own.length) {
          names.set(emoji, own);
          group.push(emoji);
        } else {
          table.set(emoji.replaceAll("_", " "), (group = []));
        }
      }
      groups.append(...[...table].map(([heading, [first]]) => make("button", { type: "button", title: heading, "aria-label": heading }, first)));
    }
    draw();
  } catch {
    const again = make("button", { type: "button" }, "Try again");
    again.onclick = () => {
      search.focus();
      load();
    };
    said.replaceChildren("The emoji could not be loaded: the server was not reached. ", again);
  }
}

// Beside what opened it, where the window is wide (elsewhere it lies at its lower edge).
function put() {
  // A row's tools are not shown while the focus is elsewhere.
  const at = (opener.offsetParent ? opener : opener.closest("li") ?? opener).getBoundingClientRect();
  const { width, height } = dialog.getBoundingClientRect();
  const x = Math.max(8, Math.min(at.right - width, innerWidth - width - 8));
  const y = at.top - height - 8;
  const below = Math.min(at.bottom + 8, innerHeight - height - 8);
  place.replaceSync(`@media (min-width: 721px) { .picker { left: ${x}px; top: ${y < 8 ? Math.max(8, below) : y}px; } }`);
}

function open({ detail }) {
  if (dialog.open) return;
  opener = detail;
  search.value = "";
  // A finger wants to see them, and not the keyboard.
  close.toggleAttribute("autofocus", matchMedia("(pointer: coarse)").matches);
  dialog.showModal();
  put();
  load();
}

function pick(emoji) {
  remember(emoji);
  dialog.close();
  const row = opener.closest("li");
  if (row) {
    // For the client it is one more of the row's own reactions (frontend/src/hooks/press.rs).
    row.focus({ preventScroll: true });
    Object.assign(opener.dataset, { emoji, do: "react" });
    opener.click();
    delete opener.dataset.emoji;
    opener.dataset.do = "emoji";
  } else {
    const box = document.querySelector("#composer");
    box.focus();
    // As if it were typed: it can be undone, and the client hears of it.
    if (document.execCommand("insertText", false, emoji)) return;
    box.setRangeText(emoji, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// What opened it has the focus again. A row's tools are shown only while the focus is in the row.
function leave() {
  dialog.close();
  const row = opener.closest("li");
  const last = opener.isConnected ? opener : document.querySelector(".scroll");
  row?.focus({ preventScroll: true });
  last.focus({ preventScroll: true });
}

function step(cell, { key, ctrlKey }) {
  const rows = [...all.querySelectorAll("[role=row]")];
  const row = rows.indexOf(cell.parentElement);
  const column = [...cell.parentElement.children].indexOf(cell);
  const cells = [...all.querySelectorAll("[role=gridcell]")];
  const ahead = getComputedStyle(dialog).direction === "rtl" ? -1 : 1;
  const beside = (by) => cells[cells.indexOf(cell) + by];
  const away = (by) => {
    const to = rows[Math.max(0, Math.min(row + by, rows.length - 1))].children;
    return to[Math.min(column, to.length - 1)];
  };
  switch (key) {
    case "ArrowRight": return beside(ahead) ?? cell;
    case "ArrowLeft": return beside(-ahead) ?? cell;
    case "ArrowDown": return away(1);
    case "ArrowUp": return row ? away(-1) : search;
    case "PageDown": return away(PAGE);
    case "PageUp": return away(-PAGE);
    case "Home": return ctrlKey ? cells[0] : cell.parentElement.firstChild;
    case "End": return ctrlKey ? cells.at(-1) : cell.parentElement.lastChild;
  }
}

search.oninput = draw;
search.onkeydown = (event) => {
  if (event.isComposing) return;
  const first = all.querySelector("[role=gridcell]");
  if (event.key === "Enter" && search.value && first) pick(first.textContent);
  else if (event.key === "ArrowDown" && first) first.focus();
  else return;
  event.preventDefault();
};
all.onkeydown = (event) => {
  const cell = event.target.closest("[role=gridcell]");
  if (!cell) return;
  const to = step(cell, event);
  if (to) {
    event.preventDefault();
    to.focus();
  } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
    // What is typed is looked for.
    search.focus();
  }
};
all.addEventListener("focusin", ({ target }) => {
  rove(target);
  name(target.textContent);
});
all.onpointerover = ({ target }) => target.matches("[role=gridcell]") && name(target.textContent);
all.onclick = ({ target }) => {
  const cell = target.closest("[role=gridcell]");
  if (cell) pick(cell.textContent);
};
groups.onclick = ({ target }) => {
  const heading = target.closest("button")?.title;
  const group = [...all.children].find((section) => section.firstChild.textContent === heading);
  group?.scrollIntoView();
  group?.querySelector("[role=gridcell]").focus({ preventScroll: true });
};
close.onclick = leave;
dialog.onclick = ({ target }) => target === dialog && leave();
dialog.onkeydown = (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  leave();
};
// A phone's way back closes it too.
dialog.onclose = () => document.activeElement === document.body && leave();
addEventListener("resize", () => dialog.open && put());
addEventListener("use-emoji", open);
