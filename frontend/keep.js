// The browser's database (Indexed Database API 3.0), of texts under keys, and its small storage beside it: what outlives
// a reload. It is here and not in the client's program so that it can be read while that is on its way, and because it
// is a third as large.
//
// What is written in one call is there as a whole or not at all, and is called written only when the browser says that
// it is. It does not know what the texts say (frontend/src/io/database.rs).
{
  // The rooms, by name. The entries of all outboxes, by room, line break, client key. Whatever there is one of.
  const STORES = ["rooms", "outbox", "meta"];
  let opening, early;
  // Of the small texts those that could not be stored, by their keys.
  const unkept = {};

  // A newer version wants to change it and waits until nobody has it open, or it is gone already.
  const lost = ({ target }) => {
    target.close();
    opening = undefined;
  };
  const start = (done, failed) => {
    if (!globalThis.indexedDB) throw new DOMException("", "SecurityError");
    // A database of a newer version is left alone: opening it fails.
    const request = indexedDB.open("warren", 1);
    request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
    request.onerror = () => failed(request.error);
    request.onsuccess = () => {
      request.result.onversionchange = request.result.onclose = lost;
      done(request.result);
    };
  };
  // It is opened when it is first needed, and again where the browser has closed it.
  const begin = async (stores, mode, durability) => {
    opening ??= new Promise(start);
    try {
      return (await opening).transaction(stores, mode, { durability });
    } catch {
      // (Trunk's minifier would give a name of the fault and this one the same letter.)
      const was = opening;
      opening = undefined;
      // Where it had been opened: closed without a word, or not the database that it should be.
      await was;
      throw new Error();
    }
  };
  // Until the transaction is complete, which it is not before all its requests are.
  const ended = (transaction) =>
    new Promise((done, failed) => {
      transaction.oncomplete = done;
      transaction.onabort = () => failed(transaction.error);
    });

  globalThis.kept = {
    // Begins to read all of them, for the first who asks.
    begin() {
      early = this.read(STORES);
      early.catch(() => {});
    },
    // All that some stores hold: of each its keys and its texts, in order of the keys. What was begun may be older.
    async read(stores, takesOlder) {
      const begun = early;
      early = undefined;
      if (begun && takesOlder) return begun;
      const transaction = await begin(stores, "readonly", "default");
      const requests = stores.map((name) => {
        const store = transaction.objectStore(name);
        return [store.getAllKeys(), store.getAll()];
      });
      await ended(transaction);
      return requests.map((pair) => pair.map((request) => request.result));
    },
    // Writes all of it or nothing; strict: so that it survives a power cut, where the browser can do that. Each part is
    // a store, a key, and a text; where that is missing, the key goes.
    async write(parts, strict) {
      const transaction = await begin(STORES, "readwrite", strict ? "strict" : "relaxed");
      const end = ended(transaction);
      try {
        for (const [name, key, text] of parts) {
          const store = transaction.objectStore(name);
          text === undefined ? store.delete(key) : store.put(text, key);
        }
      } catch (fault) {
        end.catch(() => {});
        transaction.abort();
        throw fault;
      }
      // It commits by itself, but only while the page is there; one that is being left has no other chance.
      transaction.commit?.();
      await end;
    },
    // Small texts that nobody waits for (Web Storage): one by its key, and it in the place of what stands there; an empty
    // one is none. False where it is kept no longer than the page is there.
    get(key) {
      try {
        return unkept[key] ?? localStorage.getItem(key);
      } catch {}
    },
    set(key, text) {
      try {
        text ? localStorage.setItem(key, text) : localStorage.removeItem(key);
        return delete unkept[key];
      } catch {
        unkept[key] = text;
        return false;
      }
    },
    // Left open, it would keep a newer version waiting, with nobody to close it any more.
    async close() {
      const was = opening;
      opening = undefined;
      (await was)?.close();
    },
  };

  // The colours and the size of the letters that the person has chosen (frontend/sheets.js), before anything is drawn,
  // and when another tab chooses others.
  const look = () => {
    const [theme, size] = (kept.get("warren.look") || "").split(" ");
    const { style } = document.documentElement;
    style.colorScheme = theme || "";
    style.fontSize = size || "";
  };
  look();
  addEventListener("storage", look);

  // The language that the person has chosen, or the first of the browser's that there is. The words of the page are
  // English; another language's come before anything is drawn (frontend/words.js).
  const root = document.documentElement;
  root.lang = [kept.get("warren.lang"), ...navigator.languages].find((tag) => /^(ar|en)\b/.test(tag)) || "en";
  if (/^ar/.test(root.lang)) {
    root.dir = "rtl";
    for (const name of ["ar", "words"]) {
      const script = document.createElement("script");
      script.src = `${location.origin}/${name}.js`;
      script.async = false;
      script.blocking = "render";
      document.head.append(script);
    }
  }
}
