// Notifications, as the settings show them (frontend/sheets.js): what the browser can do of them, and buttons. The browser
// is asked for leave only when one is pressed. What they say comes by push from the server (backend/src/push.rs), so they
// come also when no page is open.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

const post = (what, body) => http.ask(`/api/push/${what}`, JSON.stringify(body));
const ahead = () => -new Date().getTimezoneOffset();
const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const minute = (text) => {
  const [hours, minutes] = text.split(":").map(Number);
  return hours * 60 + minutes;
};

// Why there can be none; empty where there can be.
function obstacle() {
  if (!isSecureContext) return "The browser gives notifications only to pages that are reached over https.";
  if (!navigator.serviceWorker || !globalThis.PushManager || !globalThis.Notification) return "This browser has no notifications for pages.";
  if (Notification.permission === "denied") return "The browser was told not to let this page notify. Its own settings for the page change that.";
  return "";
}

const worker = async () => (await navigator.serviceWorker.getRegistration())?.pushManager ?? Promise.reject(new Error("no worker"));
const subscription = async () => (await worker()).getSubscription().catch(() => null);

async function turnOn(key) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("The browser was not given leave to notify.");
  const options = { userVisibleOnly: true, applicationServerKey: key };
  let made;
  try {
    made = await (await worker()).subscribe(options);
  } catch {
    throw new Error("The browser's own push service was not reached. It is tried again by another press.");
  }
  await post("subscribe", made.toJSON());
}

async function turnOff() {
  const made = await subscription();
  if (!made) return;
  await post("unsubscribe", { endpoint: made.endpoint });
  await made.unsubscribe();
}

async function test() {
  const { taken, gone, failed } = JSON.parse(await post("test", {}));
  if (taken) return taken > 1 ? `It was sent to ${taken} of your browsers.` : "It was sent.";
  return gone || failed ? "The push service did not take it." : "No browser of yours is to be notified.";
}

// What a press does, and what became of it in words.
function button(words, press, said, again) {
  const made = make("button", { type: "button", class: "small" }, words);
  made.addEventListener("click", async () => {
    made.disabled = true;
    said.textContent = "…";
    try {
      said.textContent = (await press()) ?? "";
    } catch (fault) {
      said.textContent = fault instanceof Error && fault.message !== "Failed to fetch" ? fault.message : "The server was not reached, or did not take it.";
    }
    made.disabled = false;
    await again();
  });
  return made;
}

function quietHours(quiet, said, again) {
  const from = make("input", { type: "time", id: "quiet-from", value: clock(quiet?.begins ?? 22 * 60) });
  const to = make("input", { type: "time", id: "quiet-to", value: clock(quiet?.ends ?? 7 * 60) });
  const set = () => {
    if (!from.value || !to.value) throw new Error("Quiet hours need a beginning and an end.");
    return post("quiet", { quiet: { begins: minute(from.value), ends: minute(to.value), ahead: ahead() } }).then(() => "Quiet hours are set.");
  };
  const end = () => post("quiet", { quiet: null }).then(() => "There are no quiet hours.");
  const buttons = [button(quiet ? "Change quiet hours" : "Set quiet hours", set, said, again)];
  if (quiet) buttons.push(button("End quiet hours", end, said, again));
  return make("div", {},
    make("p", { class: "quiet" }, quiet ? "Nothing is notified between these times." : "There can be times when nothing is notified:"),
    make("div", { class: "sheet-foot" }, make("label", { for: "quiet-from" }, "from"), from, make("label", { for: "quiet-to" }, "to"), to, ...buttons));
}

async function fill(host) {
  const why = obstacle();
  if (why) return host.replaceChildren(make("p", { class: "quiet" }, why));
  const said = make("span", { role: "status" });
  const draw = async () => {
    let state;
    try {
      state = JSON.parse(await http.ask("/api/push"));
    } catch {
      return host.replaceChildren(make("p", { class: "quiet" }, "The server was not reached."));
    }
    if (!state.key) return host.replaceChildren(make("p", { class: "quiet" }, "This server sends no notifications."));
    // The clock of a person changes with the seasons, and with where they are.
    if (state.quiet && state.quiet.ahead !== ahead()) await post("quiet", { quiet: { ...state.quiet, ahead: ahead() } }).catch(() => {});
    const on = await subscription();
    const switches = on
      ? [button("Turn notifications off here", turnOff, said, draw), button("Send me a test", test, said, draw)]
      : [button("Turn notifications on here", () => turnOn(state.key), said, draw)];
    const focused = host.contains(document.activeElement);
    host.replaceChildren(make("p", { class: "quiet" }, "What they tell of, each room's options say. They make no sound."),
      make("p", { class: "sheet-foot" }, ...switches, said), quietHours(state.quiet, said, draw));
    if (focused) host.querySelector("button").focus();
  };
  await draw();
}

addEventListener("use-notify", ({ detail }) => fill(detail));
