// The dialogs that stand on their own: what there is to know of a room, what can be typed, the settings, a link to who
// one is elsewhere. They come, with
// their look, when one is first opened (frontend/boot.js). What they ask of the client are events: "visit" says
// something about a room (frontend/src/io/visits.rs), "report" has the client say how it stands
// (frontend/src/shell/report.rs).
const look = new CSSStyleSheet();
look.replaceSync(`@layer details {
  .sheet {
    inline-size: min(480px, calc(100vw - 24px)); max-block-size: calc(100dvh - 24px); margin: auto; padding: 20px; overflow-y: auto;
    border: 1px solid var(--line); border-radius: var(--r-l); background: var(--bg); color: var(--text);
    box-shadow: 0 8px 40px rgb(0 0 0 / .3);
    &::backdrop { background: rgb(0 0 0 / .4); }
    & h2 { font-size: var(--t-l); font-weight: 650; overflow-wrap: anywhere; flex: 1; }
    & h3, & legend { padding: 0; margin-block: 20px 4px; font-size: var(--t-xs); font-weight: 600; color: var(--text-2); }
    & p { overflow-wrap: anywhere; }
    & dt { margin-block-start: 8px; font-weight: 600; }
    & dd { margin: 0; color: var(--text-2); }
    & .field { padding: 8px 0 0; }
    & fieldset { margin: 0; padding: 0; border: 0; display: flex; flex-wrap: wrap; gap: 4px 16px; & legend { inline-size: 100%; float: inline-start; } }
    & fieldset label { display: flex; align-items: center; gap: 8px; min-block-size: var(--target); }
    & #facts { white-space: pre-line; }
    & .quiet { color: var(--text-2); font-size: var(--t-s); }
    & .sheet-foot + :is(p, div) { margin-block-start: 8px; }
    & .danger { color: var(--danger); }
    & :is(select, [type=time]) { min-block-size: var(--target); padding: 4px 10px; font: inherit; color: inherit; border: 1px solid var(--line-strong); border-radius: var(--r-m); background: var(--bg-raise); }
    & textarea { inline-size: 100%; max-block-size: 160px; border: 1px solid var(--line-strong); border-radius: var(--r-m); }
  }
  .sheet-head, .sheet-foot { display: flex; align-items: center; gap: 8px; }
  .sheet-foot { margin-block-start: 12px; flex-wrap: wrap; }
}`);
document.adoptedStyleSheets.push(look);

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

// What the browser shows by itself is not in the page, where it would be found (frontend/words.js).
const tr = (words) => globalThis.tr?.(words) ?? words;
const find = (selector) => document.querySelector(selector);
const button = (words, press, kind = "") => {
  const made = make("button", { type: "button", class: `small ${kind}` }, words);
  made.addEventListener("click", press);
  return made;
};
const foot = (...parts) => make("p", { class: "sheet-foot" }, ...parts);
const status = () => make("span", { role: "status" });

function sheet(id, heading, ...parts) {
  const head = make("h2", { id: `${id}-head`, dir: "auto" }, heading);
  const close = make("button", { class: "ib", "aria-label": "Close" }, "✕");
  const dialog = make("dialog", { class: "sheet", id, "aria-labelledby": head.id },
    make("form", { method: "dialog", class: "sheet-head" }, head, close), ...parts);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  find(".app").after(dialog);
  return dialog;
}

// Copies a text. Where the browser does not let the page do that, which it does not over plain http, the text is laid
// out to be copied by hand.
async function copy(text, said, area) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = "Copied.";
  } catch {
    said.textContent = "The browser does not let this page copy: copy it from here.";
    area.hidden = false;
    area.value = text;
    area.focus();
    area.select();
  }
}

// How the client stands, in sentences and for a report.
function report(dialog) {
  const facts = make("div", { id: "facts" });
  const diagnosis = make("textarea", { id: "diagnosis", hidden: "", readonly: "", rows: "6", "aria-label": "Diagnosis" });
  const [text, said] = [make("output", { id: "report", hidden: "" }), status()];
  const ask = () => dispatchEvent(new Event("report"));
  const press = () => {
    ask();
    copy(text.textContent, said, diagnosis);
  };
  dialog.append(make("h3", {}, "How it stands"), facts, foot(button("Copy diagnosis", press), said), diagnosis, text);
  ask();
  const asking = setInterval(ask, 1000);
  dialog.addEventListener("close", () => clearInterval(asking));
}

// The fields belong to the person: they are written when the dialog comes up, and one that is as it was then says
// nothing, also where another person has said something since. Another room closes it: what was begun about one is not
// said of another.
function about() {
  const app = find(".app");
  const { room } = app.dataset;
  if (!room) return undefined;
  const field = (id, words, from) => {
    const input = make("input", { id, autocomplete: "off", dir: "auto", value: find(from)?.textContent ?? "" });
    return [input, make("div", { class: "field" }, make("label", { for: id }, words), input)];
  };
  const [title, titleField] = field("title", "Title", "#title-of-room");
  const [topic, topicField] = field("topic", "What it is about", "#topic-of-room");
  const form = make("form", { id: "about-form", novalidate: "" }, titleField, topicField,
    foot(make("button", { class: "small" }, "Save for everyone")));
  const access = make("div", { id: "access" });
  page.bring("access", { host: access, room });
  // (A private room's own name is made up, and not shown beside its title.)
  const dialog = sheet("about", find("#name-of-room")?.textContent || title.value, form, make("h3", {}, "Who may come in"), access);
  // By the rules of shared/src/line.rs.
  const wrong = (input, most) => {
    const text = input.value.trim();
    const why = [...text].length > most ? `it is longer than ${most} characters.` : /[\p{Cc}\u2028\u2029]/u.test(text) ? "it has control characters." : "";
    input.setCustomValidity(tr(why));
    return !input.reportValidity();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (wrong(title, 80) || wrong(topic, 300)) return;
    const told = { room };
    for (const [name, input] of [["title", title], ["topic", topic]]) {
      if (input.value.trim() !== input.defaultValue) told[name] = input.value.trim();
    }
    dialog.close();
    if ("title" in told || "topic" in told) dispatchEvent(new CustomEvent("visit", { detail: told }));
  });
  const watch = new MutationObserver(() => app.dataset.room !== room && dialog.close());
  watch.observe(app, { attributeFilter: ["data-room"] });
  dialog.addEventListener("close", () => watch.disconnect());
  report(dialog);
  return dialog;
}

const TYPED = [
  ["/name Ada", "be called Ada"],
  ["/me waves", "say what you do"],
  ["/room den", "go to the room den"],
  ["/settings", "show the settings"],
  ["//name", "send a text that begins with a slash"],
  ["@Ada", "mention a person"],
  [":smile:", "an emoji by its name"],
  ["**bold** *italic* ~~gone~~ `code`", "mark words; lines of ``` stand around code, > before a quote, - before a list"],
];
const KEYS = [
  ["Enter", "send; with Shift, a new line"],
  ["Ctrl K", "find a room, a person or a command"],
  ["Ctrl ,", "settings"],
  ["↑ in the empty box", "edit your last message"],
  ["Esc", "leave an edit or an answer, then go to the newest messages"],
  ["↑ ↓ in the messages", "go from one to the next; R answers, E edits, + reacts, Enter shows all that can be done"],
  ["↑ ↓ in the rooms", "go from one to the next; with Alt, move the room"],
];

function help() {
  const list = (all) => make("dl", {}, ...all.flatMap(([term, words]) => [make("dt", {}, term), make("dd", {}, words)]));
  return sheet("help", "What can be typed", list(TYPED), make("h3", {}, "Keys"), list(KEYS));
}

// One of a few, each known by its value.
function choice(name, heading, all, chosen, choose) {
  const options = all.map(([value, words]) => {
    const input = make("input", { type: "radio", name, value });
    input.checked = value === chosen;
    return make("label", {}, input, words);
  });
  const field = make("fieldset", {}, make("legend", {}, heading), ...options);
  field.addEventListener("change", ({ target }) => choose(target.value));
  return field;
}

const THEMES = [["", "As the system"], ["light", "Light"], ["dark", "Dark"]];
const SIZES = [["90%", "Small"], ["", "Usual"], ["115%", "Large"], ["130%", "Larger"]];
const LANGUAGES = [["", "As the browser"], ["en", "English"], ["ar", "العربية"]];
const megabytes = (bytes) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(bytes / 1e6);

// All that the browser keeps of Warren goes.
async function forgetAll() {
  await kept.close();
  await new Promise((done, failed) => {
    const request = indexedDB.deleteDatabase("warren");
    request.onsuccess = done;
    request.onerror = request.onblocked = failed;
  });
  for (const key of Object.keys(localStorage)) if (key.startsWith("warren.")) localStorage.removeItem(key);
  // (There are none where a page is no secure context.)
  for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
}

// And the page begins anew.
async function clear(said) {
  said.textContent = "Clearing…";
  try {
    await forgetAll();
    location.reload();
  } catch {
    said.textContent = "It could not be cleared. Another tab may have it open: close the others and try again.";
  }
}

// Another language is another page: what is being typed is kept as a draft.
function language() {
  const options = LANGUAGES.map(([value, words]) => {
    const option = make("option", { value, ...(value && { lang: value, dir: "auto" }) }, words);
    option.selected = value === (kept.get("warren.lang") ?? "");
    return option;
  });
  const select = make("select", { id: "language" }, ...options);
  select.addEventListener("change", () => {
    kept.set("warren.lang", select.value);
    // What was last seen is kept in words of the other one.
    kept.set("warren.seen", "");
    location.reload();
  });
  return make("div", { class: "field" }, make("label", { for: select.id }, "Language"), select);
}

function sound() {
  const input = make("input", { type: "checkbox", id: "sound" });
  input.checked = Boolean(kept.get("warren.sound"));
  input.addEventListener("change", async () => {
    kept.set("warren.sound", input.checked ? "on" : "");
    if (input.checked) (await import("./sound.js")).play();
  });
  return make("fieldset", {}, make("legend", {}, "Sound"), make("label", {}, input, "A sound when something wants your attention while you are elsewhere"));
}

function settings() {
  const [theme = "", text = ""] = (kept.get("warren.look") ?? "").split(" ");
  const chosen = { theme, text };
  const choose = (part) => (value) => {
    chosen[part] = value;
    kept.set("warren.look", `${chosen.theme} ${chosen.text}`.trimEnd());
    dispatchEvent(new Event("storage"));
  };
  const name = make("input", { id: "settings-name", autocomplete: "nickname", dir: "auto", maxlength: "32", value: find("#name")?.value ?? "" });
  name.addEventListener("change", () => {
    // The field of the side knows what to do with it.
    const field = find("#name");
    field.value = name.value;
    find("#name-form").requestSubmit();
  });
  const used = make("p", { class: "quiet" });
  navigator.storage?.estimate?.().then(({ usage }) => (used.textContent = `This browser keeps ${megabytes(usage)} MB of Warren: messages to read without a network, drafts, and what waits to be sent.`));
  const said = status();
  const sure = button("Clear it: unsent messages and drafts are lost", () => clear(said), "danger");
  sure.hidden = true;
  const wipe = button("Clear what this browser keeps", () => {
    sure.hidden = false;
    sure.focus();
  });
  const notifications = make("div", {});
  page.bring("notify", notifications);
  const account = make("div", { id: "account" });
  page.bring("account", { host: account, forgetAll });
  const dialog = sheet("settings", "Settings",
    make("div", { class: "field" }, make("label", { for: "settings-name" }, "Your name"), name),
    make("h3", {}, "Who you are"), account,
    choice("theme", "Theme", THEMES, theme, choose("theme")),
    choice("text", "Text size", SIZES, text, choose("text")),
    language(), make("h3", {}, "Notifications"), notifications, sound(),
    make("h3", {}, "Storage"), used, foot(wipe, sure, said));
  report(dialog);
  // The first line of a report says what runs here.
  dialog.append(make("p", { class: "quiet version" }, find("#report").textContent.split("\n")[0]));
  return dialog;
}

// A link that another device of somebody has shown. Opening it does nothing yet.
function link() {
  const host = make("div", {});
  page.bring("account", { host, link: location.hash.slice("#link=".length) });
  history.replaceState(history.state, "", location.pathname);
  return sheet("link", "Link this device", host);
}

// What an invitation leads to; and a room that is to be founded.
function invite() {
  const host = make("div", {});
  page.bring("access", { host, code: location.hash.slice("#invite=".length) });
  history.replaceState(history.state, "", location.pathname);
  return sheet("invite", "An invitation", host);
}

function found() {
  const host = make("div", { id: "access" });
  page.bring("access", { host });
  return sheet("found", "A room that is not open to all", host);
}

const SHEETS = { about, found, help, invite, link, settings };

addEventListener("use-sheets", ({ detail }) => {
  // Made anew each time, as things stand then.
  find(`dialog#${detail}`)?.remove();
  const dialog = SHEETS[detail]?.();
  dialog?.addEventListener("close", () => {
    dialog.remove();
    // Chromium has given the focus back, and leaves the caret in the field that is gone: what is typed would go nowhere.
    const { activeElement } = document;
    activeElement.blur();
    activeElement.focus();
  });
  dialog?.showModal();
});
