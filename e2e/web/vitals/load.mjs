// Loading: what is fetched, when messages can be read and the page answers, on a slow phone and a slow network.
import { isLive, live, slowCpu, slowNetwork, visit } from "./browser.mjs";
import { median, sum } from "./numbers.mjs";

/** One first visit, slow. */
async function first(browser, url, words, cookies) {
  const { context, page, devtools } = await visit(browser, { phone: true, words });
  await context.addCookies(cookies);
  await slowNetwork(devtools);
  await slowCpu(devtools);
  await page.goto(url, { waitUntil: "commit" });
  await live(page);
  const seen = await read(page);
  return { context, seen };
}

/** What a page knows of its loading. */
function read(page) {
  return page.evaluate(() => {
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const fetched = entries
      .filter((entry) => entry.startTime < window.watched.live)
      .map((entry) => ({ name: new URL(entry.name).pathname, bytes: entry.encodedBodySize, wire: entry.transferSize, end: entry.responseEnd }));
    const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    return { ...window.watched, fetched, paint };
  });
}

/** Blocking time until it is live and the longest task, in milliseconds. Tasks of less than 50 ms are not told. */
function blocking({ tasks, live, paint }) {
  const while_loading = tasks.filter(([at]) => at < live);
  return {
    blocked: sum(while_loading.filter(([at, took]) => at + took > paint).map(([, took]) => took - 50)),
    longest: Math.max(0, ...while_loading.map(([, took]) => took)),
  };
}

/** The medians of some first visits, each with a new profile. */
export async function firstVisits(browser, url, { times = 5, words = null, cookies = [] } = {}) {
  const visits = [];
  for (let i = 0; i < times; i++) {
    const { context, seen } = await first(browser, url, words, cookies);
    visits.push({ ...seen, ...blocking(seen), shift: sum(seen.shifts.filter((shift) => !shift.input).map((shift) => shift.value)) });
    await context.close();
  }
  const of = (what) => median(visits.map((visit) => visit[what]));
  return {
    paint: of("paint"), readable: of("readable"), live: of("live"), blocked: of("blocked"), longest: of("longest"),
    shift: Math.max(...visits.map((visit) => visit.shift)), shifts: visits[0].shifts, fetched: visits[0].fetched,
    all: visits.map(({ paint, readable, live }) => ({ paint, readable, live })),
  };
}

/** The medians of some later visits: the service worker has the program, and the browser the room. */
export async function laterVisits(browser, url, { times = 5 } = {}) {
  const { context, page } = await visit(browser, { phone: true });
  await page.goto(url);
  await live(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  // A second load, so that what the first brought is kept and in use.
  await page.reload();
  await live(page);
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  const visits = [];
  for (let i = 0; i < times; i++) {
    const again = await context.newPage();
    const devtools = await context.newCDPSession(again);
    await slowNetwork(devtools);
    await slowCpu(devtools);
    await again.goto(url, { waitUntil: "commit" });
    await live(again);
    await isLive(again);
    visits.push(await read(again));
    await again.close();
  }
  await context.close();
  return { readable: median(visits.map((visit) => visit.readable)), live: median(visits.map((visit) => visit.live)) };
}
