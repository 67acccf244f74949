// Puts the page's words into the language of its table (frontend/ar.js), for those who read another than English. The
// English words are the table's keys, so English costs nothing: no part of the page, in Rust or here, knows of this.
//
// What stands on the page, and what comes onto it, is looked up as it comes, which is before it is drawn. What people have
// written is left alone: bodies of messages, names, titles, fields. In a key, {n} stands for a number, {w} for words that
// are looked up themselves, {x} for what stays as it is, set apart from the words around it. What a count stands beside
// has a form for each kind of count that the language has (Intl.PluralRules).
{
  const LEFT = ".body:not(.gone), bdi, textarea, output, script, style, code, pre, .kept, [dir=auto]:not(h2), .re";
  const NAMED = ["aria-label", "title", "placeholder", "data-new"];
  const root = document.documentElement;
  const numbers = new Intl.NumberFormat(root.lang);
  const plurals = new Intl.PluralRules(root.lang);
  const whole = new Map();
  const patterns = [];

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  for (const [english, said] of Object.entries(globalThis.words)) {
    const kinds = [];
    const part = (text) => {
      const [, kind] = /^\{([nwx])\}$/.exec(text) ?? [];
      if (!kind) return escaped(text);
      kinds.push(kind);
      return kind === "n" ? "([\\d٠-٩,.٬٫+]+)" : "(.+?)";
    };
    const source = english.split(/(\{[nwx]\})/).map(part).join("");
    kinds.length ? patterns.push({ is: new RegExp(`^${source}$`, "su"), kinds, said, weight: english.length }) : whole.set(english, said);
  }
  // The one that says the most itself.
  patterns.sort((a, b) => b.weight - a.weight);

  // A count; none where the page has written it in the language already, or as "99+".
  const countOf = (text) => (/^[\d,.]+$/.test(text) ? Number(text.replaceAll(",", "")) : NaN);
  const filled = ({ kinds, said }, found) => {
    const values = kinds.map((kind, at) => {
      const value = found[at + 1];
      if (kind === "x") return `\u2068${value}\u2069`;
      if (kind === "w") return translated(value);
      return Number.isNaN(countOf(value)) ? value : numbers.format(countOf(value));
    });
    if (typeof said === "object") {
      const count = countOf(found[kinds.indexOf("n") + 1]);
      said = (!Number.isNaN(count) && said[plurals.select(count)]) || said.other;
    }
    // In the order of the English; {2} is the second, where the language has another.
    let next = 0;
    return said.replace(/\{(\d|[nwx])\}/g, (_, place) => (/\d/.test(place) ? values[place - 1] : values[next++]));
  };

  // None where there is nothing to be said in another way.
  const find = (text) => {
    if (!/[A-Za-z]/.test(text)) return undefined;
    const one = whole.get(text);
    if (one !== undefined) return one;
    for (const pattern of patterns) {
      const found = pattern.is.exec(text);
      if (found) return filled(pattern, found);
    }
    return undefined;
  };
  const translated = (text) => {
    const words = text.trim();
    const said = find(words);
    return said === undefined ? text : text.replace(words, () => said);
  };
  // For what the page does not show by itself (frontend/sheets.js, frontend/switch.js).
  globalThis.tr = translated;

  // (The button beside code is in the message, but not of it.)
  const isLeft = (element) => !element?.closest(".body button") && element?.closest(LEFT);
  const ofText = (node) => {
    if (isLeft(node.parentElement)) return;
    const said = translated(node.data);
    if (said !== node.data) node.data = said;
  };
  const ofAttribute = (element, name) => {
    const value = element.getAttribute(name);
    // A field's own words are not what is written in it; a message's row is none of what it says.
    if (!value || isLeft(element.matches("textarea") ? element.parentElement : element)) return;
    const said = translated(value);
    if (said !== value) element.setAttribute(name, said);
  };
  const ofElement = (element) => NAMED.forEach((name) => element.hasAttribute(name) && ofAttribute(element, name));
  const ofAll = (node) => {
    if (node.nodeType === 3) return ofText(node);
    if (node.nodeType !== 1 || isLeft(node.matches("textarea") ? node.parentElement : node)) return undefined;
    ofElement(node);
    node.childNodes.forEach(ofAll);
  };
  const ofChange = ({ type, target, addedNodes, attributeName }) => {
    if (type === "characterData") ofText(target);
    else if (type === "attributes") ofAttribute(target, attributeName);
    else addedNodes.forEach(ofAll);
  };
  new MutationObserver((changes) => changes.forEach(ofChange)).observe(root, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: NAMED,
  });
  ofAll(root);

  // What the direction changes beside the layout, which follows it by itself: signs that point somewhere, and code.
  const look = new CSSStyleSheet();
  look.replaceSync(`@layer util {
    .send { scale: -1 1; }
    #composer:placeholder-shown { direction: rtl; }
    code, pre, kbd { direction: ltr; unicode-bidi: isolate; }
    .head h1, figure.code { direction: ltr; }
  }`);
  document.adoptedStyleSheets.push(look);
}
