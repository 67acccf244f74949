// Runs in the page before anything of it: notes when what matters was on the screen, and what blocked or moved it.
// Times are milliseconds since the navigation began. Nothing here writes to the page.
window.watched = { readable: null, live: null, tasks: [], shifts: [] };
(() => {
  const seen = window.watched;
  // The client's memory is its own: it is taken note of as it is made.
  const note = (made) => {
    const { memory } = (made.instance || made).exports;
    if (memory instanceof WebAssembly.Memory) window.watchedMemory = memory;
    return made;
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const real = WebAssembly[name].bind(WebAssembly);
    WebAssembly[name] = (...given) => real(...given).then(note);
  }
  // How the page says what is waited for; a page beside Warren's says it in its own words.
  const words = window.watchedWords || {
    readable: '[role="log"] [data-seq]',
    enough: 20,
    live: '[data-link="live"]',
    box: "textarea#composer",
  };
  const listen = (type, options, note) => {
    try {
      new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...options });
    } catch {
      // This browser does not tell.
    }
  };
  listen("longtask", {}, (task) => seen.tasks.push([task.startTime, task.duration]));
  listen("layout-shift", {}, (shift) => {
    const of = (source) => {
      const node = source.node?.nodeType === 1 ? source.node : source.node?.parentElement;
      if (!node) return "something that is gone";
      const [from, to] = [source.previousRect, source.currentRect];
      const name = node.tagName.toLowerCase() + (node.id ? `#${node.id}` : "") + [...node.classList].map((c) => `.${c}`).join("");
      return `${name} ${from.x},${from.y} ${from.width}x${from.height} to ${to.x},${to.y} ${to.width}x${to.height}`;
    };
    seen.shifts.push({ at: shift.startTime, value: shift.value, input: shift.hadRecentInput, of: shift.sources.map(of) });
  });
  // So many messages, or a log that is full of them.
  const inSight = () => {
    let count = 0;
    for (const row of document.querySelectorAll(words.readable)) {
      const { top, height } = row.getBoundingClientRect();
      if (height > 0 && (++count >= words.enough || top < row.closest('[role="log"]')?.getBoundingClientRect().top)) return true;
    }
    return false;
  };
  const isLive = () => {
    const box = document.querySelector(words.box);
    return document.querySelector(words.live) !== null && box !== null && !box.disabled;
  };
  // What is there at the beginning of a frame is on the screen at its end, when the next task runs. Other tasks may be
  // before that one; of the first frame that shows anything the browser says when it was.
  const look = () => {
    const begin = performance.now();
    const [readable, live] = [seen.readable === null && inSight(), seen.live === null && isLive()];
    if (readable || live) {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => {
        const first = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
        const end = first >= begin ? first : performance.now();
        if (readable) seen.readable ??= end;
        if (live) seen.live ??= end;
      };
      painted.port2.postMessage(0);
    }
    if (seen.readable === null || seen.live === null) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
