// A short sound when more wants attention while nobody looks. It is off until the person turns it on (frontend/sheets.js).
const app = document.querySelector(".app");
let context;

/** Two soft tones. A browser lets a page sound only after somebody has pressed something in it; until then it is silent. */
export async function play() {
  try {
    context ??= new AudioContext();
    await context.resume();
  } catch {
    return;
  }
  for (const [pitch, after] of [[587, 0], [784, 0.11]]) {
    const [tone, loudness] = [context.createOscillator(), context.createGain()];
    const at = context.currentTime + after;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.12, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.32);
  }
}

let wanted = Number(app.dataset.wanted) || 0;
new MutationObserver(() => {
  const now = Number(app.dataset.wanted) || 0;
  const more = now > wanted;
  wanted = now;
  // One who looks at the page sees it.
  if (more && kept.get("warren.sound") && !(document.hasFocus() && document.visibilityState === "visible")) play();
}).observe(app, { attributeFilter: ["data-wanted"] });
