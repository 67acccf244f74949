// Colours code, where a browser can do that without touching the page (the CSS Custom Highlight API): the text and the
// elements stay the client's, and nothing moves. Loaded when the first code of a language known here is drawn.
//
// The patterns go over a text once, whatever is in it: none looks at the rest of it again and again.
const raw = String.raw;
const slashes = raw`\/\/.*|\/\*[^]*?(?:\*\/|(?![^]))`;
const hash = raw`(?<![^\s])#.*`;
const quoted = raw`"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?`;
const marked = quoted + raw`|${"`"}(?:\\[^]|[^${"`"}\\])*${"`"}?`;
const lines = raw`"""[^]*?(?:"""|(?![^]))|'''[^]*?(?:'''|(?![^]))|`;
const c = "if else for while do switch case default break continue return struct enum const static void int char long short float double unsigned signed sizeof typedef union extern goto volatile inline bool true false NULL nullptr";
const js = "if else for while do switch case default break continue return const let var function class extends new this super import export from of in async await yield try catch finally throw typeof instanceof delete void null undefined true false";
// What is a comment, what is a text, and which words are the language's own.
const known = {
  rust: [slashes, raw`b?r?"(?:\\[^]|[^"\\])*"?|'(?:\\[^']+|[^'\\])'`, "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while"],
  js: [slashes, marked, js],
  ts: [slashes, marked, js + " interface type enum implements private public protected readonly declare namespace as keyof never unknown any string number boolean"],
  python: [hash, lines + quoted, "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return True try while with yield match case self"],
  go: [slashes, marked, "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var nil true false"],
  c: [slashes, quoted, c],
  cpp: [slashes, quoted, c + " class public private protected virtual template typename namespace using new delete this auto try catch throw override constexpr operator friend"],
  java: [slashes, lines + quoted, c + " class interface extends implements public private protected final abstract new this super import package try catch finally throw throws null instanceof boolean byte var record"],
  json: ["(?!)", quoted, "true false null"],
  toml: [hash, lines + quoted, "true false"],
  yaml: [hash, quoted, "true false null yes no"],
  html: [raw`<!--[^]*?(?:-->|(?![^]))`, quoted, "", raw`<\/?[\w-]+|\/?>`],
  css: [raw`\/\*[^]*?(?:\*\/|(?![^]))`, quoted, "", raw`@[\w-]+|--[\w-]+|(?<![\w-])[\w-]+(?=\s*:)`],
  sh: [hash, quoted, "if then else elif fi for while until do done case esac in function return exit export local set unset echo cd"],
  sql: [raw`--.*|\/\*[^]*?(?:\*\/|(?![^]))`, quoted, "", raw`\b(?:select|from|where|and|or|not|null|insert|into|values|update|set|delete|create|table|index|view|drop|alter|add|join|left|right|inner|outer|on|as|group|by|order|having|limit|offset|distinct|union|all|case|when|then|else|end|is|in|like|between|exists|primary|key|foreign|references|default|begin|commit|rollback|with)\b`],
  diff: ["^@@.*", raw`^\+.*`, "", "(?!)", "^-.*"],
};
const kinds = ["comment", "text", "word", "number"];
const patterns = {};
const drawn = new Map();

function pattern(language) {
  const [comment, text, words, other, number] = known[language];
  const word = other ?? raw`\b(?:${words.replaceAll(" ", "|")})\b`;
  const parts = [comment, text, word, number ?? raw`\b\d[\w.]*`];
  return (patterns[language] ??= new RegExp(parts.map((part) => `(${part})`).join("|"), language === "sql" ? "gim" : "gm"));
}

function paint(code) {
  const node = code.firstChild;
  const language = code.className.slice(5);
  forget(code);
  if (!node || !Object.hasOwn(known, language)) return;
  const ranges = [];
  for (const match of node.data.matchAll(pattern(language))) {
    const [startContainer, startOffset] = [node, match.index];
    const range = new StaticRange({ startContainer, startOffset, endContainer: node, endOffset: startOffset + match[0].length });
    const kind = kinds[match.findIndex((part, at) => at && part !== undefined) - 1];
    CSS.highlights.get("code-" + kind).add(range);
    ranges.push([kind, range]);
  }
  drawn.set(code, ranges);
}

function forget(code) {
  for (const [kind, range] of drawn.get(code) ?? []) CSS.highlights.get("code-" + kind).delete(range);
  drawn.delete(code);
}

// What it says may be edited.
const edits = new MutationObserver((records) => {
  for (const { target } of records) {
    const code = target.nodeType === 1 ? target : target.parentElement;
    if (code) paint(code);
  }
});

export function colour(code) {
  if (!globalThis.Highlight) return;
  for (const kind of kinds) if (!CSS.highlights.has("code-" + kind)) CSS.highlights.set("code-" + kind, new Highlight());
  // Rows come and go.
  for (const before of [...drawn.keys()]) if (!before.isConnected) forget(before);
  paint(code);
  edits.observe(code, { characterData: true, childList: true, subtree: true, attributeFilter: ["class"] });
}

// What is here already, and what will be drawn: an animation of no effect tells of each (frontend/css/said.css).
document.querySelectorAll('code[class^="lang-"]').forEach(colour);
addEventListener("animationstart", (event) => event.animationName === "code-drawn" && colour(event.target));
