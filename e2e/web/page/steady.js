// Drives and watches the log of the real page from inside it. Each case gives by how many CSS pixels what is being read
// was moved at most, looked at after each frame. `cargo xtask vitals` and the gate in e2e/tests/steady.rs both use it.
// What the page cannot do itself, such as pressing keys or changing the window, is done between `mark` and `drift`.
window.steady = (() => {
  const GONE = 1e6;
  const box = () => document.querySelector('[role="log"]');
  const rows = () => [...box().querySelectorAll("li[data-seq]")];
  const row = (seq) => box().querySelector(`li[data-seq="${seq}"]`);
  const seqs = () => rows().map((row) => Number(row.dataset.seq));
  const top = (element) => element.getBoundingClientRect().top;
  const composer = () => document.querySelector("textarea#composer");

  // The end of the next frame: what it drew is on the screen.
  const frame = () =>
    new Promise((done) =>
      requestAnimationFrame(() => {
        const after = new MessageChannel();
        after.port1.onmessage = done;
        after.port2.postMessage(0);
      }),
    );
  const frames = async (count) => {
    for (let i = 0; i < count; i++) await frame();
  };
  const until = async (what, holds) => {
    const end = performance.now() + 30_000;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`${what} did not come`);
      await frame();
    }
  };

  // What is being read: the first row that is in sight, if only in part.
  const read = () => rows().find((row) => row.getBoundingClientRect().bottom > top(box()));
  let watch = null;
  // Begins to watch it. The place is that on the screen, not in the log.
  const mark = () => {
    const seq = read().dataset.seq;
    const before = top(row(seq));
    const now = { most: 0, running: true };
    const moved = () => (row(seq) ? Math.abs(top(row(seq)) - before) : GONE);
    now.ended = (async () => {
      while (now.running) {
        await frame();
        now.most = Math.max(now.most, moved());
      }
      return now.most;
    })();
    watch = now;
  };
  // Ends it, some frames later.
  const drift = async () => {
    await frames(4);
    watch.running = false;
    const most = await watch.ended;
    return Math.round(most * 100) / 100;
  };
  const scrollTo = async (fromNewest) => {
    box().scrollTop = -fromNewest;
    await frames(3);
  };
  const toMiddle = () => scrollTo((box().scrollHeight - box().clientHeight) / 2);

  // Somebody else, on a socket of their own.
  const plain = async (room, texts) => {
    const socket = new WebSocket(`ws://${location.host}/ws?room=${room}`);
    await new Promise((done, fail) => Object.assign(socket, { onopen: done, onerror: fail }));
    for (const message of texts) socket.send(JSON.stringify({ name: "Somebody else", message }));
    return () => socket.close();
  };
  const command = async (frame) => {
    const socket = new WebSocket(`ws://${location.host}/ws/v1`, "warren.v1");
    await new Promise((done, fail) => Object.assign(socket, { onmessage: done, onerror: fail }));
    const answered = new Promise((done) => (socket.onmessage = done));
    socket.send(JSON.stringify(frame));
    await answered;
    socket.close();
  };
  const room = () => (location.pathname.match(/^\/r\/([a-z0-9-]+)/) || [null, "lobby"])[1];
  return {
    box, rows, seqs, frames, until, mark, drift, toMiddle, plain, room, composer,
    // As in a browser that has no scroll anchoring. A sheet of its own, which the page's policy does not forbid.
    withoutAnchoring() {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { overflow-anchor: none !important; }");
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    },
    // History is put before what is being read, page by page, until the room's first message is there.
    async prepend() {
      let most = 0;
      while (!seqs().includes(1)) {
        const oldest = seqs()[0];
        box().scrollTop = -(box().scrollHeight - box().clientHeight - 200);
        mark();
        await until("an older page", () => seqs()[0] < oldest);
        most = Math.max(most, await drift());
      }
      return most;
    },
    async append() {
      await toMiddle();
      const newest = Math.max(...seqs());
      mark();
      const texts = Array.from({ length: 20 }, (_, i) => `New, while you read above: ${"word ".repeat(i * 3)}`);
      const close = await plain(room(), texts);
      await until("what was posted", () => Math.max(...seqs()) >= newest + 20);
      const most = await drift();
      close();
      return most;
    },
    // A row above what is being read grows: somebody reacts to it.
    async late() {
      await toMiddle();
      // The nearest one: those far out of sight are not laid out, and grow when they come into it.
      const above = rows().filter((row) => row.getBoundingClientRect().bottom <= top(box())).at(-1);
      const target = Number(above.dataset.seq);
      const height = above.getBoundingClientRect().height;
      mark();
      await command({ type: "react", room: room(), key: `late-${Date.now()}`, target, emoji: "🎉", on: true });
      await until("the reaction", () => row(target).textContent.includes("🎉"));
      const most = await drift();
      if (row(target).getBoundingClientRect().height <= height) throw new Error("the row did not grow");
      return most;
    },
    // The message box grows line by line, one a frame: each while the scrolling that the last one brought is unheard of.
    async grow() {
      await toMiddle();
      mark();
      for (let line = 0; line < 6; line++) {
        composer().value += "a line\n";
        composer().dispatchEvent(new Event("input", { bubbles: true }));
        await frame();
      }
      const most = await drift();
      composer().value = "";
      composer().dispatchEvent(new Event("input", { bubbles: true }));
      return most;
    },
    // To the newest: there at once, and nothing moves after it.
    async jump() {
      await toMiddle();
      await until("the way to the newest", () => !document.querySelector(".jump").hidden);
      document.querySelector(".jump").click();
      await until("the newest", () => box().scrollTop === 0);
      await frames(2);
      mark();
      await frames(10);
      const most = await drift();
      return Math.max(most, Math.abs(box().scrollTop));
    },
    // What moved though nobody had done anything right before. Two things may: the list of who is here is as long as
    // there are people, each in their place, and at the newest the topmost row leaves the log when a message comes below.
    shifts() {
      const may = (of) => of.startsWith("li.person") || (of.startsWith("li.m") && of.endsWith("to 0,0 0x0"));
      return window.watched.shifts.filter((shift) => !shift.input && !shift.of.every(may));
    },
  };
})();
