// What the page does before the client has come, and where it cannot.
{
  kept.begin();
  // The socket is opened while the client is still on its way, and what the server says first is kept for it
  // (frontend/src/io/boot.rs). Where it cannot be, the client will see to it.
  try {
    const early = new WebSocket(location.origin.replace("http", "ws") + "/ws/v1");
    early.said = [];
    early.onmessage = (event) => early.said.push(event.data);
    globalThis.early = early;
  } catch {}
  // The first code of a language brings what colours it (frontend/css/said.css); without it, it is read as well.
  let colours;
  addEventListener("animationstart", (event) => {
    if (colours || event.animationName !== "code-drawn") return;
    colours = document.createElement("script");
    colours.type = "module";
    colours.src = `${location.origin}/highlight.js`;
    document.head.append(colours);
  });
  // Nothing is sent, and nothing loaded, by what is pressed before the client hears it.
  addEventListener("submit", (event) => event.target.method !== "dialog" && event.preventDefault());
  // Loads the page again, by the newest version that can be had: left to the browser, the one that is kept here would
  // come up again, also where a newer one waits. The client asks for it by an event (frontend/src/io/worker.rs); after
  // a panic it is all that is left. What it tells the worker is what frontend/sw.js expects.
  const takeNewest = async () => {
    const again = () => location.reload();
    // Whatever becomes of it.
    setTimeout(again, 10000);
    try {
      const worker = await navigator.serviceWorker.getRegistration();
      if (!worker.waiting) await worker.update().catch(() => {});
      const newer = worker.waiting || worker.installing;
      newer.onstatechange = () => ["activated", "redundant"].includes(newer.state) && again();
      newer.postMessage("take over");
    } catch {
      // There is no worker, or none that is newer: another tab may have let it in.
      again();
    }
  };
  addEventListener("take-newest", takeNewest);
  // Says something in a place of the page, with the way on that is left.
  const say = (note, words) => {
    const reload = document.createElement("a");
    reload.href = "";
    reload.textContent = "Reload";
    reload.onclick = (event) => {
      event.preventDefault();
      takeNewest();
    };
    note.setAttribute("role", "alert");
    note.replaceChildren(words, reload);
  };
  const started = () => document.querySelector(".app[data-link]");
  // What is typed where no client comes is the room's draft (frontend/src/io/storage.rs), behind what was left there
  // another time. It stands in the box too, or it would seem to be lost.
  const draft = `warren.draft.${location.pathname.split("/")[2] || "lobby"}`;
  let held;
  const hold = () => {
    const box = document.querySelector("#composer");
    if (started() || !box) return "";
    const before = held ? "" : kept.get(draft);
    held = true;
    // (Trunk's minifier would make two characters of a line break in quotes.)
    if (before) box.value = [before, box.value].filter((text) => text).join(String.fromCharCode(10));
    return kept.set(draft, box.value) ? ", and what you type is kept" : "";
  };
  addEventListener("input", () => held && hold());
  addEventListener("pagehide", hold);
  // The client does not come: said where it says how things stand, until it comes after all.
  const missing = (words) => {
    const note = document.querySelector(".boot");
    if (!note || started()) return;
    note.parentElement.classList.add("loud");
    say(note, `${words} What is here can be read${hold()}. `);
  };
  setTimeout(() => document.querySelector(".boot[role]") || missing("Warren takes long to load."), 15000);
  // After a panic the wasm has trapped, and nothing of the client can be relied on: this says so, with what the
  // browser has. It is the same whether or not the build gives panics words. Heard on the way down, because a script
  // that cannot be loaded tells nobody above it.
  for (const kind of ["error", "unhandledrejection"]) {
    addEventListener(
      kind,
      (event) => {
        const fault = event.error || event.reason;
        const { CompileError, LinkError, RuntimeError } = globalThis.WebAssembly || {};
        if (!started()) {
          const refused = !CompileError || fault instanceof CompileError;
          // What colours code can be done without; it is no part of what starts the client.
          if (fault || (event.target.localName === "script" && !event.target.src))
            missing(refused ? "This browser does not run Warren: it refuses WebAssembly." : "Warren could not be loaded.");
          return;
        }
        // What is broken may break again and again; it is said once.
        const fatal = [RuntimeError, CompileError, LinkError, RangeError].some((type) => type && fault instanceof type);
        if (!fatal || document.querySelector(".broken")) return;
        const note = document.createElement("p");
        note.className = "broken";
        say(note, "Something broke. ");
        document.body.append(note);
      },
      true,
    );
  }
}
