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
  // What the client asks over HTTP (frontend/src/io/http.rs): the text of a good answer. What is posted is JSON.
  globalThis.http = {
    async ask(path, body) {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(path, body && { method: "POST", headers, body });
      if (!answer.ok) throw answer;
      return answer.text();
    },
  };
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
  // After a panic the wasm has trapped, and nothing of the client can be relied on: this says so, with what the
  // browser has. It is the same whether or not the build gives panics words.
  for (const kind of ["error", "unhandledrejection"]) {
    addEventListener(kind, (event) => {
      const fault = event.error || event.reason;
      const fatal = [WebAssembly.RuntimeError, WebAssembly.CompileError, WebAssembly.LinkError, RangeError];
      // What is broken may break again and again; it is said once.
      if (!fatal.some((type) => fault instanceof type) || document.querySelector(".broken")) return;
      const note = document.createElement("p");
      note.className = "broken";
      note.setAttribute("role", "alert");
      const reload = document.createElement("a");
      reload.href = "";
      reload.textContent = "Reload";
      reload.onclick = (event) => {
        event.preventDefault();
        worker.takeNewest();
      };
      note.append("Something broke. ", reload);
      document.body.append(note);
    });
  }
}
