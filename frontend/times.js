// Says the times and days of the messages that the server has put into the page, as the reader's own clock, calendar and
// language have them: the server does not know those. So they are there from the first moment, where the client will
// draw them (frontend/src/components/calendar.rs), and nothing moves when it does.
{
  const dayOf = (at) => new Date(at).toDateString();
  const format = (options) => new Intl.DateTimeFormat([], options);
  const clock = format({ hour: "numeric", minute: "2-digit" });
  const today = new Date();
  const wordsOf = (at) => {
    const day = { day: "numeric", month: "long" };
    if (dayOf(at) === dayOf(today)) return "Today";
    if (dayOf(at) === dayOf(today - 864e5)) return "Yesterday";
    return format(at.getFullYear() === today.getFullYear() ? { weekday: "long", ...day } : { ...day, year: "numeric" }).format(at);
  };
  let before;
  for (const row of document.querySelectorAll("#log .m")) {
    const time = row.querySelector("time");
    const at = new Date(time.dateTime);
    if (isNaN(at)) continue;
    time.textContent = clock.format(at);
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
      const words = line.appendChild(document.createElement("button"));
      // The client says what it does.
      words.disabled = true;
      row.before(line);
    }
    line.firstElementChild.textContent = wordsOf(at);
  }
}
