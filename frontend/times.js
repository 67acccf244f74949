// Times and days as the reader's own clock, calendar and language have them: for the client, which asks for them
// (frontend/src/components/calendar.rs), and for the messages that the server has put into the page, since it does not
// know them. What that changes in height is done before the first frame, so that nothing moves when the client draws the
// same; the words come right after it, because the browser's first format takes it a tenth of a second on a slow phone.
{
  const dayOf = (at) => at.toDateString();
  const made = {};
  // Making one is slow, using it is not: so each is made once, when it is asked for.
  const format = (options) => (at) => (made[JSON.stringify(options)] ??= new Intl.DateTimeFormat(document.documentElement.lang, options)).format(at);
  const clock = format({ hour: "numeric", minute: "2-digit" });
  const full = format({ dateStyle: "full", timeStyle: "medium" });
  const day = { day: "numeric", month: "long" };
  const inYear = format({ weekday: "long", ...day });
  const inAnyYear = format({ ...day, year: "numeric" });
  const soon = (at, today) => {
    if (dayOf(at) === dayOf(today)) return "Today";
    return dayOf(at) === dayOf(new Date(today - 864e5)) ? "Yesterday" : "";
  };
  const wordsOf = (at, today) => soon(at, today) || (at.getFullYear() === today.getFullYear() ? inYear : inAnyYear)(at);
  // What the client asks, by number; of milliseconds since 1970. A time that no calendar has throws.
  const asked = [
    clock,
    (at) => new Date(at).toISOString(),
    // The number of the day: days that are one have one number, and nothing else is meant by it.
    (at) => ((at = new Date(at)), (at.getFullYear() * 12 + at.getMonth()) * 32 + at.getDate()),
    (at, today) => wordsOf(new Date(at), new Date(today)),
  ];
  globalThis.times = (what, at, today) => asked[what](at, today);
  // All of it, for who points at a time.
  addEventListener("mouseover", ({ target }) => {
    if (target.matches("#log time")) target.title = full(new Date(target.dateTime));
  });

  const today = new Date();
  const later = [];
  // The server's page has a noscript there, which is no text.
  const isUnsaid = (part) => part.firstChild?.nodeType !== 3;
  let before;
  for (const row of document.querySelectorAll("#log .m")) {
    const time = row.querySelector("time");
    const at = new Date(time.dateTime);
    if (isNaN(at)) continue;
    if (isUnsaid(time)) later.push(() => (time.textContent = clock(at)));
    let line = row.previousElementSibling;
    // The server's days are those of UTC.
    if (!line?.matches(".day")) line = null;
    if (dayOf(at) === before) {
      line?.remove();
      continue;
    }
    before = dayOf(at);
    if (!line) {
      line = document.createElement("li");
      line.className = "day";
      // The client says what it does.
      line.appendChild(document.createElement("button")).disabled = true;
      row.before(line);
    }
    const words = line.firstElementChild;
    if (isUnsaid(words)) {
      words.textContent = soon(at, today);
      if (!words.textContent) later.push(() => (words.textContent = wordsOf(at, today)));
    }
  }
  // After the first frame; there is none where nobody looks.
  requestAnimationFrame(() => setTimeout(() => later.forEach((say) => say())));
}
