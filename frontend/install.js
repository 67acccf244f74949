// Warren as an app of its own: what the browser has to know for installing it, and what other apps share with it.
// The page does not wait for any of it.
for (const [rel, href] of [["manifest", "/manifest.webmanifest"], ["apple-touch-icon", "/icon-192.png"]]) {
  const link = document.createElement("link");
  link.rel = rel;
  link.href = href;
  document.head.append(link);
}

// The browser's own bars have the colour of the page, whichever theme was chosen.
const tint = () => {
  const { backgroundColor } = getComputedStyle(document.body);
  for (const bar of document.querySelectorAll("meta[name=theme-color]")) bar.content = backgroundColor;
};
tint();
addEventListener("storage", tint);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tint);

const LAST = "warren.last";
const PARTS = ["share-title", "share-text", "share-url"];

/** What was shared is written into the message box of the room where the person was last; nothing is sent. Otherwise the
    room is remembered. */
export function shared(room, go, path) {
  const query = new URLSearchParams(location.search);
  // A message has no control characters but line breaks.
  const plain = (text) => text?.replace(/(?!\n)\p{Cc}/gu, "").trim();
  const parts = PARTS.map((part) => plain(query.get(part))).filter(Boolean);
  const remember = () => {
    const { room } = document.querySelector(".app").dataset;
    if (room) kept.set(LAST, room);
  };
  if (parts.length) {
    history.replaceState(null, "", location.pathname);
    const last = kept.get(LAST);
    if (/^[a-z0-9-]{1,40}$/.test(last ?? "") && last !== room) go(path(last));
    const box = document.querySelector("#composer");
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    // As if it were typed, so that it becomes the room's draft. Many apps put the address into the text too.
    const text = [...new Set(parts)].filter((part, at, all) => !all.some((other, to) => to !== at && other.includes(part))).join("\n");
    document.execCommand("insertText", false, (box.value ? "\n" : "") + text);
  }
  remember();
  new MutationObserver(remember).observe(document.querySelector(".app"), { attributeFilter: ["data-room"] });
}
