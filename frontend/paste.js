// Code that was pasted into the message box is offered a place between fences, so that it is drawn as it is. It is an
// offer and not done at once, because an indented list or a verse looks the same; nothing is changed unasked. It comes
// when lines are first pasted (frontend/boot.js).
const form = document.querySelector("#comp");
const box = document.querySelector("#composer");
const offer = document.createElement("p");
const button = document.createElement("button");
offer.className = "editing";
offer.id = "pasted";
offer.hidden = true;
offer.setAttribute("role", "status");
button.type = "button";
button.textContent = "Put it between ```";
offer.append("This looks like code. ", button);
form.insertBefore(offer, form.querySelector(".box"));

// What was pasted, the word for its language, and where it began.
let pasted, language, start;

// Where it is now: it may have been moved by what was written before it.
function place() {
  if (!pasted) return -1;
  return box.value.startsWith(pasted, start) ? start : box.value.indexOf(pasted);
}

function fences(text) {
  return text.match(/^ {0,3}```/gm) ?? [];
}

function look() {
  start = place();
  if (start < 0) pasted = undefined;
  offer.hidden = start < 0;
}

// Lines of which one is indented, or that come from where code is written or shown.
function isCode(text, html, editor) {
  return /\n[\t ]*\S/.test(text) && (editor !== "" || /<pre\b/i.test(html) || /\n[\t ]+\S/.test(text));
}

function show({ detail: [text, html, editor] }) {
  pasted = text.replaceAll("\r\n", "\n");
  // The editor says what language it is.
  language = /"mode":"(\w+)"/.exec(editor)?.[1] ?? "";
  start = box.selectionEnd - pasted.length;
  const stands = box.value.startsWith(pasted, start);
  // It stands between fences already, or brings its own.
  const fenced = fences(box.value.slice(0, start)).length % 2 || fences(pasted).length;
  if (!stands || fenced || !isCode(pasted, html, editor)) pasted = undefined;
  look();
}

button.onclick = () => {
  look();
  if (!pasted) return;
  const text = pasted;
  const end = start + text.length;
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const before = start && box.value[start - 1] !== "\n" ? "\n" : "";
  const after = box.value[end] === "\n" ? "" : "\n";
  box.focus();
  box.setSelectionRange(start, end);
  pasted = undefined;
  const fenced = `${before}${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}${after}`;
  // One step, so that one step back leads to the text as it was pasted.
  if (!document.execCommand("insertText", false, fenced)) {
    box.setRangeText(fenced, start, end, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
};
// What was sent off, or belongs to another room, is gone from the box without a word.
for (const kind of ["input", "keyup", "focusout"]) box.addEventListener(kind, look);
new MutationObserver(look).observe(box, { attributes: true });
addEventListener("use-paste", show);
