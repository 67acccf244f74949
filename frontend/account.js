// Who somebody is, as the settings show it (frontend/sheets.js): how a guest keeps their name, how they sign in elsewhere,
// on what devices they are signed in. And the dialog of a link that another device has shown. What a person is, the server
// knows (backend/src/http/account.rs); the page is loaded anew where they are somebody else from now on.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

const foot = (...parts) => make("p", { class: "sheet-foot" }, ...parts);
const quiet = (...words) => make("p", { class: "quiet" }, ...words);
const post = async (path, body = {}) => JSON.parse(await http.ask(`/api/${path}`, JSON.stringify(body)));
const date = (ms) => new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" }).format(ms);

// What went wrong, in the server's words or ours.
async function words(fault) {
  if (fault instanceof Response) {
    const { message } = await fault.json().catch(() => ({}));
    return message ?? "The server did not take it.";
  }
  // The browser's own dialog was closed, or has waited too long, or the device has such a key already.
  if (fault?.name === "NotAllowedError" || fault?.name === "AbortError") return "The browser has given no passkey.";
  if (fault?.name === "InvalidStateError") return "This device has a passkey of yours already.";
  return fault instanceof TypeError ? "The server was not reached." : (fault?.message ?? String(fault));
}

// Runs what a press or a form asks for, and says what became of it. Nothing is asked twice at a time.
function doing(said, run) {
  let busy = false;
  return async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    said.textContent = "…";
    try {
      said.textContent = (await run(event.submitter)) ?? "";
    } catch (fault) {
      said.textContent = await words(fault);
    }
    busy = false;
  };
}

const button = (label, press, said, kind = "") => {
  const made = make("button", { type: "button", class: `small ${kind}` }, label);
  made.addEventListener("click", doing(said, press));
  return made;
};

let fields = 0;
const field = (label, attributes) => {
  const id = `account-${fields++}`;
  return make("div", { class: "field" }, make("label", { for: id }, label), make("input", { id, dir: "auto", ...attributes }));
};
// (With its words, so that what keeps passwords knows what it is.)
const nameField = (value) => field("Name", { name: "name", autocomplete: "username", maxlength: "32", required: "", value });
const passwordField = (label, autocomplete, name = "password") => {
  const limits = autocomplete === "new-password" ? { minlength: "10", maxlength: "200" } : {};
  return field(label, { name, type: "password", autocomplete, required: "", ...limits });
};

// A part that unfolds.
const part = (label, ...inside) => make("details", { class: "part" }, make("summary", {}, label), ...inside);

// Bytes as the server writes them in JSON (RFC 4648, section 5), and as the browser has them.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const written = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (credential) => ({ ...credential, id: bytes(credential.id) });

async function makePasskey(name) {
  const { question, options } = await post("account/passkey/ask", name === undefined ? {} : { name });
  const { publicKey } = options;
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: named(publicKey.user),
      excludeCredentials: (publicKey.excludeCredentials ?? []).map(named),
    },
  });
  const response = { attestationObject: written(made.response.attestationObject), clientDataJSON: written(made.response.clientDataJSON) };
  const answer = { id: made.id, rawId: written(made.rawId), type: made.type, extensions: {}, response };
  return post("account/passkey/add", { question, answer });
}

async function usePasskey() {
  const { question, options } = await post("sign-in/ask");
  const { publicKey } = options;
  const got = await navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: (publicKey.allowCredentials ?? []).map(named) },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = got.response;
  const response = {
    authenticatorData: written(authenticatorData), clientDataJSON: written(clientDataJSON), signature: written(signature),
    userHandle: userHandle && written(userHandle),
  };
  const answer = { id: got.id, rawId: written(got.rawId), type: got.type, extensions: {}, response };
  return post("sign-in/passkey", { question, answer });
}

// They are somebody else from now on: what the page holds is of another.
const anew = () => {
  location.replace(location.pathname);
  return "You are signed in.";
};

// Codes that are said this once.
function codes(all) {
  const text = all.join("\n");
  const area = make("textarea", { readonly: "", rows: String(all.length), class: "codes", "aria-label": "Recovery codes", dir: "ltr" });
  area.value = text;
  const said = make("span", { role: "status" });
  const copy = async () => {
    area.focus();
    area.select();
    await navigator.clipboard.writeText(text).catch(() => Promise.reject(new Error("The browser does not let this page copy: copy it from here.")));
    return "Copied.";
  };
  return make("div", { class: "kept-codes" },
    make("p", {}, "Keep these recovery codes where you find them again. Each lets you sign in once, should everything else be lost. They are not shown again."),
    area, foot(button("Copy the codes", copy, said), said));
}

function drawn({ path, size }) {
  const svg = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
    return element;
  };
  const wide = size + 8;
  const code = svg("svg", { viewBox: `-4 -4 ${wide} ${wide}`, role: "img", "aria-label": "The same as a QR code", class: "qr", "shape-rendering": "crispEdges" });
  code.append(svg("rect", { x: -4, y: -4, width: wide, height: wide, fill: "#fff" }), svg("path", { d: path, fill: "#000" }));
  return code;
}

// A code for another device, as long as it is good.
function linking(said) {
  const host = make("div", {});
  const show = async () => {
    const { code, link, lasts_ms, qr } = await post("account/link");
    host.replaceChildren(quiet("On the other device, open this server and choose “With a code of another device”, or scan this:"),
      make("p", { class: "link-code", dir: "ltr" }, code), drawn(qr), make("output", { class: "link", hidden: "" }, link));
    setTimeout(() => host.replaceChildren(quiet("That code is no longer good.")), lasts_ms);
    return "It is good for two minutes, and once.";
  };
  return part("Link another device", quiet("It will be you there too."), foot(button("Show a code", show, said)), host);
}

function signIn(possible, said) {
  const withName = make("form", {}, nameField(""), passwordField("Password", "current-password"), foot(make("button", { class: "small" }, "Sign in")));
  const of = (form) => Object.fromEntries(new FormData(form));
  withName.addEventListener("submit", doing(said, () => post("sign-in", of(withName)).then(anew)));
  const withCode = make("form", {}, nameField(""), field("Recovery code", { name: "code", autocomplete: "off", required: "" }), foot(make("button", { class: "small" }, "Sign in with the code")));
  withCode.addEventListener("submit", doing(said, () => post("sign-in", of(withCode)).then(anew)));
  const withLink = make("form", {}, field("Code of the other device", { name: "link", autocomplete: "off", required: "" }), foot(make("button", { class: "small" }, "Link this device")));
  withLink.addEventListener("submit", doing(said, () => post("sign-in", of(withLink)).then(anew)));
  const passkey = possible ? [foot(button("Sign in with a passkey", () => usePasskey().then(anew), said))] : [];
  return part("Sign in as somebody you are already",
    quiet("Who you are here now is then left behind: write down nothing that you would miss."),
    ...passkey, withName, part("With a recovery code", withCode), part("With a code of another device", withLink));
}

function keeping(state, possible, said, kept) {
  const name = nameField(state.you.name === "Anonymous" ? "" : state.you.name);
  const form = make("form", {}, name, passwordField("Password", "new-password"), foot(make("button", { class: "small" }, "Keep it with a password")));
  const input = name.querySelector("input");
  form.addEventListener("submit", doing(said, () => post("account/password", Object.fromEntries(new FormData(form))).then(kept)));
  const passkey = () => {
    if (!input.reportValidity()) throw new Error("A name is missing.");
    return makePasskey(input.value).then(kept);
  };
  if (possible) form.lastChild.append(button("Keep it with a passkey", passkey, said));
  return part("Keep this name",
    quiet("It is yours alone from then on, and you can sign in by it elsewhere. What you wrote stays yours."), form);
}

function ways(state, possible, said, draw, kept) {
  const form = make("form", {});
  // What keeps passwords wants to know whose it is.
  const user = make("input", { autocomplete: "username", value: state.you.name, hidden: "" });
  const current = state.password ? [passwordField("Password so far", "current-password", "current")] : [];
  form.append(user, ...current, passwordField("New password", "new-password"), foot(make("button", { class: "small" }, state.password ? "Change the password" : "Add a password")));
  form.addEventListener("submit", doing(said, () => post("account/password", Object.fromEntries(new FormData(form))).then(draw).then(() => "The password is set.")));
  const passkeys = state.passkeys.map(({ id, label, used }) => {
    const remove = () => post("account/passkey/remove", { id }).then(draw).then(() => "The passkey is removed.");
    return make("li", {}, make("bdi", {}, label), quiet(`Last used ${date(used)}`), button("Remove", remove, said));
  });
  const more = possible ? [foot(button("Add a passkey", () => makePasskey().then(draw).then(() => "The passkey is added."), said))] : [];
  const anothers = () => post("account/codes").then(kept);
  return [
    part(state.password ? "Change the password" : "Add a password", form),
    part("Passkeys", ...(passkeys.length ? [make("ul", { class: "listed" }, ...passkeys)] : [quiet("There are none.")]), ...more),
    part("Recovery codes", quiet(`${state.codes} are good.`), foot(button("New recovery codes", anothers, said))),
  ];
}

// All that the browser keeps goes, and it is nobody's.
async function leave(forgetAll) {
  await post("sign-out");
  // Where another tab has it open, the server's answer has had the browser do the same.
  await forgetAll().catch(() => {});
  location.replace("/");
  return "You are signed out.";
}

function devices(state, said, draw) {
  const listed = state.sessions.map(({ id, device, seen, current }) => {
    const end = () => post("account/sessions/end", { id }).then(draw).then(() => "It is signed out.");
    const last = current ? [quiet("This one")] : [quiet(`Last used ${date(seen)}`), button("Sign it out", end, said)];
    return make("li", {}, make("bdi", {}, device), ...last);
  });
  const others = () => post("account/sessions/end", { others: true }).then(draw).then(() => "All others are signed out.");
  const buttons = state.sessions.length > 1 ? [button("Sign all others out", others, said)] : [];
  return part("Devices", listed.length ? make("ul", { class: "listed" }, ...listed) : quiet("Nothing is kept of you yet."), foot(...buttons));
}

function leaving(claimed, said, forgetAll) {
  const warning = claimed ? "Sign out: unsent messages and drafts are lost" : "Sign out: nobody can be you again, nor change what you wrote";
  const sure = button(warning, () => leave(forgetAll), said, "danger");
  sure.hidden = true;
  const press = make("button", { type: "button", class: "small" }, "Sign out");
  press.addEventListener("click", () => {
    sure.hidden = false;
    sure.focus();
  });
  const all = make("a", { href: "/api/account/export", download: "warren-export.json", class: "small" }, "Download all that is kept of you");
  return make("div", {}, foot(all), foot(press, sure));
}

// All that is kept of them goes, on the server as here.
function going(state, said, forgetAll) {
  const options = [["stay", "It stays, without my name"], ["go", "It goes too"]].map(([value, label]) => make("option", { value }, label));
  const texts = make("select", { id: "account-texts", name: "texts" }, ...options);
  const password = state.password ? [passwordField("Password", "current-password")] : [];
  const form = make("form", {}, make("div", { class: "field" }, make("label", { for: "account-texts" }, "What I wrote"), texts), ...password,
    foot(make("button", { class: "small danger" }, "Delete me for good")));
  form.addEventListener("submit", doing(said, async () => {
    await post("account/leave", Object.fromEntries(new FormData(form)));
    await forgetAll().catch(() => {});
    location.replace("/");
    return "You are deleted.";
  }));
  return part("Delete me",
    quiet("Your name goes from all that you wrote, and with it your rooms, what you have read and how you sign in. Nobody can undo it. What others wrote about you stays theirs."),
    form);
}

const look = new CSSStyleSheet();
look.replaceSync(`@layer details {
  .part { margin-block-start: 8px; padding-inline-start: 12px; border-inline-start: 2px solid var(--line); & .part { margin-block-start: 12px; } }
  .part > summary { min-block-size: var(--target); align-content: center; cursor: pointer; }
  .listed { margin: 0; padding: 0; list-style: none; & li { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; min-block-size: var(--target); } & bdi { font-weight: 600; overflow-wrap: anywhere; } }
  .sheet .codes { font-family: ui-monospace, monospace; max-block-size: none; inline-size: 100%; }
  .link-code { font: 650 1.6rem ui-monospace, monospace; letter-spacing: .06em; text-align: center; margin-block: 8px; }
  .qr { display: block; inline-size: min(240px, 100%); margin-inline: auto; }
}`);
document.adoptedStyleSheets.push(look);

async function fill(host, forgetAll) {
  const said = make("p", { role: "status", class: "quiet" });
  const news = make("div", {});
  const draw = async () => {
    let state;
    try {
      state = JSON.parse(await http.ask("/api/account"));
    } catch (fault) {
      return host.replaceChildren(quiet(await words(fault)));
    }
    const field = document.querySelector("#settings-name");
    if (field && field !== document.activeElement) field.value = state.you.name;
    const possible = state.passkeys_possible && Boolean(globalThis.PublicKeyCredential);
    const open = [...host.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
    const kept = async ({ codes: all }) => {
      if (all) news.replaceChildren(codes(all));
      await draw();
      news.scrollIntoView({ block: "nearest" });
      return "The name is yours.";
    };
    const renewed = ({ codes: all }) => kept({ codes: all }).then(() => "The codes before are no longer good.");
    const parts = state.claimed ? ways(state, possible, said, draw, renewed) : [keeping(state, possible, said, kept), signIn(possible, said)];
    const who = state.claimed ? "This name is yours, and nobody else's:" : "You are a guest. Only this browser knows that you are";
    host.replaceChildren(make("p", {}, make("span", {}, who), " ", make("bdi", {}, state.you.name)), news, ...parts, linking(said), devices(state, said, draw), going(state, said, forgetAll), said, leaving(state.claimed, said, forgetAll));
    for (const summary of host.querySelectorAll("summary")) summary.parentElement.open = open.includes(summary.textContent);
  };
  await draw();
}

// What a link asks that another device has shown.
function linked(host, code) {
  const said = make("p", { role: "status", class: "quiet" });
  const press = () => post("sign-in", { link: code }).then(anew);
  host.replaceChildren(make("p", {}, "This browser will be the person whose device has shown you the code. Who you are here now is left behind."),
    foot(button("Link this device", press, said)), said);
}

addEventListener("use-account", ({ detail: { host, link, forgetAll } }) => (link === undefined ? fill(host, forgetAll) : linked(host, link)));
