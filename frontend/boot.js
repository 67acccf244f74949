// What the page does before the client has come, and where it cannot.
{
  // What the client asks over HTTP (frontend/src/io/http.rs): the text of a good answer. What is posted is JSON.
  globalThis.http = {
    async ask(path, body) {
      const headers = { "Content-Type": "application/json" };
      for (;;) {
        const answer = await fetch(path, body && { method: "POST", headers, body });
        if (answer.ok) return answer.text();
        if (answer.status !== 429) throw answer;
        // That was a lot at once: the server says when to come again, in seconds.
        await new Promise((done) => setTimeout(done, (+answer.headers.get("Retry-After") || 5) * 1e3));
      }
    },
  };
  // What few need comes when it is first needed: a script of that name, which hears each time what it is needed for.
  const brought = {};
  const bring = (name, detail) => {
    brought[name] ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.type = "module";
      script.src = `${location.origin}/${name}.js`;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    const told = () => dispatchEvent(new CustomEvent("use-" + name, { detail }));
    const missing = () => {
      // The next time it is tried again.
      brought[name] = undefined;
      if (name === "emoji") document.querySelector("#composer-problem").textContent = "The emoji could not be loaded: the server was not reached.";
    };
    brought[name].then(told, missing);
  };
  // The list of rooms comes when the room is live, or will not be soon. What is told it until then waits.
  globalThis.visits = { waiting: [], tell: (...told) => visits.waiting.push(told) };
  new MutationObserver((_, watch) => {
    const { link } = started()?.dataset || {};
    if (link !== "live" && link !== "offline") return;
    watch.disconnect();
    setTimeout(() => bring("rooms"), 100);
  }).observe(document.body, { attributeFilter: ["data-link"], subtree: true });
  // The first code of a language brings what colours it (frontend/css/said.css); without it, it is read as well.
  addEventListener("animationstart", (event) => event.animationName === "code-drawn" && bring("highlight"));
  globalThis.page = { bring };
  addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-do=emoji]");
    if (button) bring("emoji", button);
    const sheet = target.closest?.("[data-sheet]");
    if (sheet) bring("sheets", sheet.dataset.sheet);
  });
  // Nothing is sent, and nothing loaded, by what is pressed before the client hears it.
  addEventListener("submit", (event) => event.target.method !== "dialog" && event.preventDefault());
  // Says something in a place of the page, with the way on that is left.
  const say = (note, words) => {
    const reload = document.createElement("a");
    reload.href = "";
    reload.textContent = "Reload";
    reload.onclick = (event) => {
      event.preventDefault();
      worker.takeNewest();
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
