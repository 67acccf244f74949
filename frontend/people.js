// Who is in the room, by name: the list that stands in the side. The client says who (frontend/src/shell/head.rs): for
// each person a line, with the number of their hue, the short sign that tells them from others of their name ("-" for
// oneself), and the name.
{
  const look = new CSSStyleSheet();
  look.replaceSync(`@layer side {
    .person {
      display: grid; grid-template-columns: 18px minmax(0, 1fr) auto; gap: 8px; align-items: center;
      min-block-size: 28px; padding: 4px 10px; border-radius: var(--r-s); color: var(--text-2);
      & .dot { text-align: center; font-size: .6em; color: light-dark(oklch(45% .105 var(--h)), oklch(82% .095 var(--h))); }
      & bdi { justify-self: start; max-inline-size: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--text); }
    }
  }`);
  document.adoptedStyleSheets.push(look);
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const attribute in attributes) element.setAttribute(attribute, attributes[attribute]);
    element.append(...children);
    return element;
  };

  const draw = (host) => {
    const { count, people = "" } = host.dataset;
    if (!count) return host.replaceChildren();
    const all = people.split("\n").filter(Boolean).map((line) => /^(\S+) (\S+) (.*)$/.exec(line));
    const names = new Map();
    for (const [, , , name] of all) names.set(name, (names.get(name) ?? 0) + 1);
    const row = ([, hue, sign, name]) => {
      const row = make("li", { class: `person hue-${hue}` }, make("span", { class: "dot", "aria-hidden": "true" }, "●"), make("bdi", {}, name));
      // Two people of one name: the colour tells them apart, and this those who do not see it.
      if (sign === "-") row.append(make("span", { class: "tag" }, "you"));
      else if (names.get(name) > 1) row.append(make("span", { class: "tag" }, sign));
      return row;
    };
    const heading = make("h2", { class: "sec" }, `Here now · ${count}`);
    host.replaceChildren(make("section", { "aria-label": "Here now" }, heading, make("ul", { class: "here" }, ...all.map(row))));
  };

  // One look for all that changed at once.
  new MutationObserver((changes) => new Set(changes.map((change) => change.target)).forEach(draw)).observe(document.body, {
    subtree: true,
    attributeFilter: ["data-people", "data-count"],
  });
  const there = document.querySelector("#here");
  if (there) draw(there);
}
