// The service worker, from the page's side (frontend/src/io/worker.rs).
{
  let registration;
  globalThis.worker = {
    // Brings it, and tells what became of that: 0 where the browser has none, which over plain http to another machine
    // is so; 1 where it could not be taken; 2 when it is there; 3 whenever a newer one waits beside it.
    async register(tell) {
      if (!navigator.serviceWorker) return tell(0);
      try {
        // It rules over all paths below its own.
        registration = await navigator.serviceWorker.register("/sw.js");
      } catch {
        return tell(1);
      }
      // The first of all has none before it: it is no update, and where it cannot be installed, there is none.
      const follow = () => {
        const coming = registration.installing;
        if (!coming) return;
        coming.onstatechange = () => {
          if (coming.state === "installed" && registration.active) tell(3);
          if (coming.state === "redundant" && !registration.active) tell(1);
        };
      };
      // It may have been on its way, or waiting, before this page asked.
      follow();
      if (registration.waiting && registration.active) tell(3);
      registration.onupdatefound = follow;
      tell(2);
    },
    // Looks whether there is a newer one.
    check: () => registration?.update().catch(() => {}),
    // Loads the page again, by the newest version that can be had: left to the browser, the one that is kept here would
    // come up again, also where a newer one waits. After a panic it is all that is left. What it tells the worker is what
    // frontend/sw.js expects.
    async takeNewest() {
      const again = () => location.reload();
      // Whatever becomes of it.
      setTimeout(again, 10000);
      try {
        const found = await navigator.serviceWorker.getRegistration();
        if (!found.waiting) await found.update().catch(() => {});
        const newer = found.waiting || found.installing;
        newer.onstatechange = () => ["activated", "redundant"].includes(newer.state) && again();
        newer.postMessage("take over");
      } catch {
        // There is no worker, or none that is newer: another tab may have let it in.
        again();
      }
    },
  };
}
