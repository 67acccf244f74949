// The service worker: opens Warren at once, and without a network, from copies of its own files.
//
// The server fills in FILES: each file of the client with the hash of its content (backend/src/http/worker.rs). So this
// script differs exactly when a file does, and a browser that sees it differ installs the newer version beside the one
// that runs. It takes over when the person says so, or when no tab of the older one is left. Where nothing was filled
// in, as under `trunk serve`, the worker takes itself away again.
//
// The page that is kept is the same for every room and has no messages in it: the server gives it a path of its own,
// beside the pages with messages, which nobody keeps.
"use strict";

const FILES = {};
const VERSION = "";
const PREFIX = "client-";
const CACHE = PREFIX + VERSION;
const SHELL = "/shell";
// The lobby, a room, a message in a room.
const PAGE = /^\/(r\/[^/]+(\/[^/]+)?)?$/;

// All files of one version, or none: a file that is missing, is another or was moved fails the whole.
async function fill() {
  const cache = await caches.open(CACHE);
  const keep = async ([path, integrity]) => {
    // The server is asked each time, and answers in a few bytes where the browser has the file already.
    const response = await fetch(path, { cache: "no-cache", redirect: "error", integrity });
    if (!response.ok) throw new Error(path + " is not there");
    await cache.put(path, response);
  };
  try {
    await Promise.all(Object.entries(FILES).map(keep));
  } catch (fault) {
    await caches.delete(CACHE);
    throw fault;
  }
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}

// The copy. Where the browser has thrown it away to make room, the network.
async function answer(path, request) {
  const cache = await caches.open(CACHE);
  // What varies is the compression alone, and a copy is not compressed.
  return (await cache.match(path, { ignoreVary: true })) ?? fetch(request);
}

// What is asked for, if it is one of the files.
function kept({ method, mode, url }) {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return undefined;
  if (mode === "navigate") return PAGE.test(pathname) ? SHELL : undefined;
  return pathname !== SHELL && Object.hasOwn(FILES, pathname) ? pathname : undefined;
}

// What the server tells by push (backend/src/push.rs): one notification for each room, the newest. None where a page of
// that room is before somebody's eyes: what is there is read.
async function tell({ room, title, seq, name, text, count }) {
  const path = !room || room === "lobby" ? "/" : `/r/${room}`;
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const isThere = ({ focused, url }) => focused && new URL(url).pathname.split("/")[2] === path.split("/")[2];
  if (room && pages.some(isThere)) return;
  const tag = room || "test";
  const [shown] = await registration.getNotifications({ tag });
  if (seq && Number(shown?.data.split("/")[3]) > seq) return;
  const more = count > 1 ? `\n+${count - 1}` : "";
  const body = room ? `${name}: ${text}${more}` : text;
  const link = seq ? `/r/${room}/${seq}` : path;
  await registration.showNotification(title || `#${room}`, { body, tag, data: link, silent: true, icon: "/icon-192.png", badge: "/icon-192.png" });
}

// The page that is there already goes to the message; where there is none, one is opened.
async function follow(link) {
  const [page] = await clients.matchAll({ type: "window" });
  if (!page) return clients.openWindow(link);
  await page.focus();
  page.postMessage({ go: link });
}

// The browser has changed where it is told.
async function subscribeAgain({ newSubscription, oldSubscription }) {
  const subscription = newSubscription ?? (await registration.pushManager.subscribe(oldSubscription.options));
  const headers = { "Content-Type": "application/json" };
  await fetch("/api/push/subscribe", { method: "POST", headers, body: JSON.stringify(subscription) });
}

if (VERSION) {
  // One after the other, in the order in which they come, which need not be that in which they were sent.
  let telling = Promise.resolve();
  addEventListener("push", (event) => {
    telling = telling.catch(() => {}).then(() => tell(event.data.json()));
    event.waitUntil(telling);
  });
  addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(follow(event.notification.data));
  });
  addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAgain(event)));
  addEventListener("install", (event) => event.waitUntil(fill()));
  addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
  addEventListener("message", (event) => event.data === "take over" && event.waitUntil(skipWaiting()));
  addEventListener("fetch", (event) => {
    const path = kept(event.request);
    if (path) event.respondWith(answer(path, event.request));
  });
} else {
  addEventListener("activate", (event) => event.waitUntil(registration.unregister()));
}
