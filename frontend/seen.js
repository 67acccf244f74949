// What was on the screen when the page was left stands there again when it comes back, before the client has come: the
// page of the service worker has no messages in it. The client draws the same from its database, and takes it over as it
// does what the server has put into a page.
//
// It is kept as names of elements, their attributes, and texts, and made of those: no text is ever read as markup. Only
// what was in sight in the last room is kept, and one row more; and only where that was the newest, and is not long.
{
  const KEY = "warren.seen";
  // Most characters.
  const MOST = 100000;
  const parts = ["rooms", "log", "name-of-room", "title-of-room", "topic-of-room"].map((id) => document.getElementById(id));
  const today = new Date().toDateString();
  const pack = (node) => {
    if (node.nodeType === 3) return node.data;
    const attributes = [...node.attributes].map(({ name, value }) => [name, value]);
    return [node.localName, attributes, ...[...node.childNodes].filter((part) => part.nodeType < 4).map(pack)];
  };
  const make = (packed) => {
    if (typeof packed === "string") return packed;
    const [name, attributes, ...inside] = packed;
    const element = document.createElement(name);
    attributes.forEach((attribute) => element.setAttribute(...attribute));
    // As in the page of the server, nothing can be pressed that does nothing yet.
    if (name === "button") element.disabled = true;
    element.append(...inside.map(make));
    return element;
  };
  const log = parts[1];
  try {
    const [path, day, ...kept] = JSON.parse(localStorage.getItem(KEY));
    if (path === location.pathname && !log.querySelector(".m")) {
      parts.forEach((part, i) => part.replaceChildren(...kept[i].map(make)));
      // A day is no longer called as it was.
      if (day !== today) log.querySelectorAll(".day button").forEach((words) => words.replaceChildren());
    }
  } catch {
    // There is none, or nothing that could be read.
  }

  const keep = () => {
    if (!document.hidden) return;
    let seen;
    if (log.querySelector(".scroll")?.scrollTop === 0 && log.querySelector(".jump")?.hidden) {
      const rows = [...log.querySelectorAll(".log > li")];
      const top = log.getBoundingClientRect().top;
      const unseen = rows.filter((row) => row.getBoundingClientRect().bottom <= top).length - 1;
      const copy = log.cloneNode(true);
      [...copy.querySelectorAll(".log > li")].slice(0, Math.max(0, unseen)).forEach((row) => row.remove());
      copy.querySelectorAll(".tools, .more, .jump, input").forEach((tool) => tool.remove());
      seen = JSON.stringify([
        location.pathname,
        today,
        ...parts.map((part) => [...(part === log ? copy : part).childNodes].filter((node) => node.nodeType < 4).map(pack)),
      ]);
    }
    try {
      seen?.length < MOST ? localStorage.setItem(KEY, seen) : localStorage.removeItem(KEY);
    } catch {
      // The browser keeps nothing for this page.
    }
  };
  addEventListener("visibilitychange", keep);
}
