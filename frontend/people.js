// Who is in the room, by name: the list that stands in the side. The client says who (frontend/src/shell/head.rs): for
// each person a line, with the number of their hue, their id ("-" for oneself), and the name. Whoever is pressed is written to
// in a room that only the two know of.
{
  const look = new CSSStyleSheet();
  look.replaceSync(`@layer side {
    .person {
      display: grid; grid-template-columns: 18px minmax(0, 1fr) auto auto; gap: 8px; align-items: center;
      min-block-size: 28px; padding: 4px 10px; border-radius: var(--r-s); color: var(--text-2);
      & .dot { text-align: center; font-size: .6em; color: light-dark(oklch(45% .105 var(--h)), oklch(82% .095 var(--h))); }
      & bdi { justify-self: start; max-inline-size: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--text); }
      & .alone { inline-size: 28px; block-size: 28px; margin-block: -4px; border-radius: var(--r-s); grid-column: 4; &:hover { background: var(--bg-hover); } }
      & .problem { grid-column: 2 / -1; }
    }
    @media (hover: hover) { .person:not(:hover, :focus-within) .alone { opacity: 0; } }
  }`);
  document.adoptedStyleSheets.push(look);
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const attribute in attributes) element.setAttribute(attribute, attributes[attribute]);
    element.append(...children);
    return element;
  };

  // To the room of these two; the server makes it, or knows it.
  const alone = (id) => {
    const button = make("button", { type: "button", class: "alone", "aria-label": "Write to them alone", title: "Write to them alone" }, "✉");
    const problem = make("span", { class: "problem", role: "alert" });
    button.addEventListener("click", async () => {
      problem.remove();
      button.disabled = true;
      try {
        const { room } = JSON.parse(await http.ask("/api/direct", JSON.stringify({ person: id })));
        location.assign(`/r/${room}`);
      } catch (fault) {
        const { message } = fault instanceof Response ? await fault.json().catch(() => ({})) : {};
        problem.textContent = message ?? "The server did not take it.";
        button.after(problem);
        button.disabled = false;
      }
    });
    return button;
  };

  const draw = (host) => {
    const { count, people = "" } = host.dataset;
    if (!count) return host.replaceChildren();
    const all = people.split("\n").filter(Boolean).map((line) => /^(\S+) (\S+) (.*)$/.exec(line));
    const names = new Map();
    for (const [, , , name] of all) names.set(name, (names.get(name) ?? 0) + 1);
    const row = ([, hue, id, name]) => {
      const row = make("li", { class: `person hue-${hue}`, "data-person": id }, make("span", { class: "dot", "aria-hidden": "true" }, "●"), make("bdi", {}, name));
      // Two people of one name: the colour tells them apart, and this those who do not see it.
      if (id === "-") row.append(make("span", { class: "tag" }, "you"));
      else if (names.get(name) > 1) row.append(make("span", { class: "tag" }, id.slice(0, 4)));
      if (id !== "-") row.append(alone(id));
      return row;
    };
    const heading = make("h2", { class: "sec" }, `Here now · ${count}`);
    const focused = host.contains(document.activeElement) ? document.activeElement.closest(".person")?.dataset.person : undefined;
    host.replaceChildren(make("section", { "aria-label": "Here now" }, heading, make("ul", { class: "here" }, ...all.map(row))));
    // Whoever comes or goes takes the keyboard from nobody.
    if (focused) host.querySelector(`[data-person="${focused}"] .alone`)?.focus();
  };

  // One look for all that changed at once.
  new MutationObserver((changes) => new Set(changes.map((change) => change.target)).forEach(draw)).observe(document.body, {
    subtree: true,
    attributeFilter: ["data-people", "data-count"],
  });
  const there = document.querySelector("#here");
  if (there) draw(there);
}
