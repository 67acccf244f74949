// What is typed or pasted, wherever it is. It comes when the client is there (frontend/rooms.js).

// Lines that were pasted may be code. They are in the box when this is told of them.
addEventListener("paste", ({ target, clipboardData }) => {
  const detail = ["text/plain", "text/html", "vscode-editor-data"].map((kind) => clipboardData.getData(kind));
  if (target.id !== "composer" || !/\n/.test(detail[0])) return;
  target.addEventListener("input", () => page.bring("paste", detail), { once: true });
});
// What is typed anywhere is written. On a touched screen that would bring the keyboard up.
addEventListener("keydown", (event) => {
  const { key, target } = event;
  const pastes = (event.ctrlKey || event.metaKey) && key === "v";
  // (What fills fields in by itself says no key.)
  const writes = key?.length === 1 && key !== " " && !event.ctrlKey && !event.metaKey;
  if (event.defaultPrevented || event.altKey || !(pastes || writes)) return;
  // Fields have their own keys, and so have a message (frontend/src/hooks/press.rs) and a dialog.
  if (target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
  if ((writes && target.closest("li.m") && "rReE+".includes(key)) || matchMedia("(pointer: coarse)").matches) return;
  document.querySelector("#composer").focus();
});
