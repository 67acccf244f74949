// A busy room: 50 messages a second for 10 seconds, with 400 rows on the page.
import { live, visit } from "./browser.mjs";
import { saying } from "./fill.mjs";

const SECONDS = 10;
const RATE = 50;

export async function flow(browser, server, room, poster) {
  const { context, page } = await visit(browser);
  await page.goto(`${server.url}/r/${room}`);
  await live(page);
  // Up until there are about as many rows as there may be, and down again to the newest.
  const rows = await page.evaluate(async () => {
    const { box, rows, seqs, frames, until } = window.steady;
    const head = Math.max(...seqs());
    while (rows().length < 340 && !seqs().includes(1)) {
      const oldest = seqs()[0];
      box().scrollTop = -box().scrollHeight;
      await until("older messages", () => seqs()[0] < oldest);
    }
    await until("the newest", () => {
      box().scrollTop = 0;
      return seqs().includes(head) && box().scrollTop === 0;
    });
    await frames(10);
    return rows().length;
  });
  await page.evaluate(() => {
    window.watched.tasks.length = 0;
    window.stamps = [];
    const stamp = (now) => window.stamps.push(now) && requestAnimationFrame(stamp);
    requestAnimationFrame(stamp);
  });
  for (let tick = 0; tick < SECONDS * 10; tick++) {
    const texts = Array.from({ length: RATE / 10 }, (_, i) => ({ type: "post", room, text: `${tick}.${i} ${saying(tick + i)}` }));
    await Promise.all([poster.send(texts), new Promise((done) => setTimeout(done, 100))]);
  }
  await page.waitForFunction((last) => window.steady.box().textContent.includes(last), `${SECONDS * 10 - 1}.4 `);
  const { tasks, stamps, after } = await page.evaluate(() => ({ tasks: window.watched.tasks, stamps: window.stamps, after: window.steady.rows().length }));
  await context.close();
  const gaps = stamps.slice(1).map((stamp, i) => stamp - stamps[i]);
  return {
    rows, after,
    fps: (1000 * gaps.length) / (stamps.at(-1) - stamps[0]),
    longestFrame: Math.max(...gaps),
    longTasks: tasks.length,
    longestTask: Math.max(0, ...tasks.map(([, took]) => took)),
  };
}
