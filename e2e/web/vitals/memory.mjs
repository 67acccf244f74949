// What the page holds after many changes of rooms, and in a room of 100,000 messages.
import { live, slowCpu, slowNetwork, visit } from "./browser.mjs";

/** Bytes of the JavaScript heap, after a collection, and of the client's own memory. */
async function held({ page, devtools }) {
  await devtools.send("HeapProfiler.enable");
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  return usedSize + (await page.evaluate(() => window.watchedMemory.buffer.byteLength));
}

/** Goes through rooms by the page's own field, `rounds` times. */
export async function switches(browser, server, rooms, rounds) {
  const visitor = await visit(browser);
  const { context, page } = visitor;
  await page.goto(`${server.url}/r/${rooms[0]}`);
  await live(page);
  const figures = [];
  for (let round = 0; round < rounds; round++) {
    for (const room of rooms) {
      await page.fill("#go", room);
      await page.press("#go", "Enter");
      await page.waitForFunction((room) => window.steady.room() === room && window.steady.rows().length >= 20, room);
    }
    figures.push(await held(visitor));
  }
  await context.close();
  return figures;
}

/** The large room: opening it, going up 2,000 messages page by page, then to its first day, and what that holds. */
export async function large(browser, url) {
  const slow = await visit(browser, { phone: true });
  await slowNetwork(slow.devtools);
  await slowCpu(slow.devtools);
  await slow.page.goto(url, { waitUntil: "commit" });
  await live(slow.page);
  const { readable, live: isLive } = await slow.page.evaluate(() => window.watched);
  await slow.context.close();

  const visitor = await visit(browser);
  const { context, page } = visitor;
  await page.goto(url);
  await live(page);
  const before = await held(visitor);
  const paging = await page.evaluate(async () => {
    const { box, seqs, frames, until } = window.steady;
    window.watched.tasks.length = 0;
    const head = Math.max(...seqs());
    const stamps = [];
    let running = true;
    const stamp = (now) => stamps.push(now) && running && requestAnimationFrame(stamp);
    requestAnimationFrame(stamp);
    let most = 0;
    while (seqs()[0] > head - 2_000) {
      const oldest = seqs()[0];
      box().scrollTop = -box().scrollHeight;
      await until("an older page", () => seqs()[0] < oldest);
      most = Math.max(most, seqs().length);
      await frames(1);
    }
    running = false;
    const gaps = stamps.slice(1).map((stamp, i) => stamp - stamps[i]);
    return { most, longTasks: window.watched.tasks.map(([, took]) => took), longestFrame: Math.max(...gaps), took: stamps.at(-1) - stamps[0] };
  });
  // To the day on which its first message was said.
  const jump = await page.evaluate(async () => {
    const { box, seqs, frames, until } = window.steady;
    window.watched.tasks.length = 0;
    const stamps = [];
    let running = true;
    const stamp = (now) => stamps.push(now) && running && requestAnimationFrame(stamp);
    requestAnimationFrame(stamp);
    const day = new Date(box().querySelector("time").dateTime);
    const field = document.querySelector('#log input[type="date"]');
    field.value = [day.getFullYear(), String(day.getMonth() + 1).padStart(2, "0"), String(day.getDate()).padStart(2, "0")].join("-");
    const begun = performance.now();
    field.dispatchEvent(new Event("change", { bubbles: true }));
    await until("the first message", () => seqs()[0] === 1);
    await frames(1);
    const took = performance.now() - begun;
    await frames(10);
    running = false;
    const gaps = stamps.slice(1).map((stamp, i) => stamp - stamps[i]);
    return { took, longTasks: window.watched.tasks.map(([, took]) => took), longestFrame: Math.max(...gaps) };
  });
  const after = await held(visitor);
  await context.close();
  return { readable, live: isLive, before, after, jump, ...paging };
}
