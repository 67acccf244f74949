// Typing and sending: how long a letter and one's own message take to the screen.
import { live, slowCpu, visit } from "./browser.mjs";
import { percentile } from "./numbers.mjs";

const TEXT = "What happens if the server goes away while I write? It waits here with a clock beside it.";

/** From a key to its glyph, in milliseconds: the 95th of a hundred, at a quarter of the speed. */
export async function keys(browser, url, words = null) {
  const { context, page, devtools } = await visit(browser, { words });
  await page.goto(url);
  await live(page);
  await slowCpu(devtools);
  await page.click(words?.box ?? "#composer");
  await page.evaluate(() => {
    window.glyphs = [];
    let pressed = 0;
    window.addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
    window.addEventListener("input", () => {
      const from = pressed;
      requestAnimationFrame(() => {
        const painted = new MessageChannel();
        painted.port1.onmessage = () => window.glyphs.push(performance.now() - from);
        painted.port2.postMessage(0);
      });
    }, true);
  });
  await page.keyboard.type(TEXT, { delay: 40 });
  await page.waitForFunction((count) => window.glyphs.length >= count, TEXT.length);
  const took = await page.evaluate(() => window.glyphs);
  await context.close();
  return { p95: percentile(took, 0.95), all: took };
}

/** From Enter to one's own message: the most frames that it took of twenty times, and the longest in milliseconds. */
export async function own(browser, url) {
  const { context, page } = await visit(browser);
  await page.goto(url);
  await live(page);
  await page.click("#composer");
  await page.evaluate(() => {
    window.sent = [];
    window.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const text = window.steady.composer().value;
      const from = event.timeStamp;
      const look = (frames) => requestAnimationFrame(() => {
        // Read before the page draws in this frame: what is there now is what the keydown itself has led to, or frames.
        const there = window.steady.box().textContent.includes(text);
        const painted = new MessageChannel();
        painted.port1.onmessage = () => {
          if (there || window.steady.box().textContent.includes(text)) window.sent.push([frames, performance.now() - from]);
          else look(frames + 1);
        };
        painted.port2.postMessage(0);
      });
      look(1);
    }, true);
  });
  for (let i = 0; i < 20; i++) {
    await page.keyboard.type(`own message number ${i}.`);
    await page.keyboard.press("Enter");
    await page.waitForFunction((count) => window.sent.length === count, i + 1);
  }
  const sent = await page.evaluate(() => window.sent);
  await context.close();
  return { frames: Math.max(...sent.map(([frames]) => frames)), ms: Math.max(...sent.map(([, took]) => took)) };
}
