// Whether somebody is there: the page is visible, and they were active lately. What is in sight then is read
// (frontend/src/state/visits.rs); it is told by the events "attend" and "depart". And what wants their attention while
// they are elsewhere: a dot in the icon, and a number where the app is installed.
const IDLE = 60000;
const app = document.querySelector(".app");

let attends = false;
let active = 0;
let timer;

function look() {
  clearTimeout(timer);
  const left = active + IDLE - performance.now();
  const now = active > 0 && left > 0 && document.visibilityState === "visible";
  if (now) timer = setTimeout(look, left);
  if (now === attends) return;
  attends = now;
  dispatchEvent(new Event(now ? "attend" : "depart"));
}

function act() {
  active = performance.now();
  if (!attends) look();
}

for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
  addEventListener(kind, act, { capture: true, passive: true });
}
document.addEventListener("visibilitychange", look);
// Whoever has just opened the page, or come back to its window, is there.
addEventListener("focus", act);
if (document.hasFocus()) act();

const icon = document.querySelector("link[rel=icon]");
const plain = icon?.href;
const dotted = plain?.replace("%3C/svg%3E", "%3Ccircle cx='24' cy='8' r='8' fill='%23d9480f'/%3E%3C/svg%3E");

let shown = 0;
function show() {
  const wanted = Number(app.dataset.wanted) || 0;
  if (wanted === shown) return;
  shown = wanted;
  if (icon) icon.href = wanted ? dotted : plain;
  // Only an installed app has one, and some browsers have none at all.
  const badge = wanted ? navigator.setAppBadge?.(wanted) : navigator.clearAppBadge?.();
  badge?.catch(() => {});
}
new MutationObserver(show).observe(app, { attributeFilter: ["data-wanted"] });
show();
