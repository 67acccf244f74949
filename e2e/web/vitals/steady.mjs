// What moves under the reader: six cases, each also as in a browser without scroll anchoring; and a whole session.
import { live, visit } from "./browser.mjs";
import { saying } from "./fill.mjs";

const SMALLER = { width: 900, height: 560 };
const USUAL = { width: 1280, height: 800 };

/** The drift of each case in CSS pixels. */
export async function drifts(browser, url, anchoring) {
  const { context, page } = await visit(browser);
  await page.goto(url);
  await live(page);
  if (!anchoring) await page.evaluate(() => window.steady.withoutAnchoring());
  const drifts = {};
  for (const name of ["prepend", "append", "late"]) {
    drifts[name] = await page.evaluate((name) => window.steady[name](), name);
  }
  const during = async (change) => {
    await page.evaluate(async () => {
      await window.steady.toMiddle();
      window.steady.mark();
    });
    await change();
    return page.evaluate(() => window.steady.drift());
  };
  drifts.composer = await during(() => lines(page, 6));
  await empty(page);
  drifts.composer = Math.max(drifts.composer, await page.evaluate(() => window.steady.grow()));
  drifts.resize = Math.max(await during(() => page.setViewportSize(SMALLER)), await during(() => page.setViewportSize(USUAL)));
  drifts.jump = await page.evaluate(() => window.steady.jump());
  await context.close();
  return drifts;
}

async function lines(page, count) {
  await page.evaluate(() => window.steady.composer().focus({ preventScroll: true }));
  for (let i = 0; i < count; i++) {
    await page.keyboard.type("a line");
    await page.keyboard.press("Shift+Enter");
  }
}

async function empty(page) {
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
}

/** A session as a person has it: reading, writing, paging, a change of rooms. Gives what has moved unasked. */
export async function session(browser, server, room, poster) {
  const { context, page } = await visit(browser);
  await page.goto(`${server.url}/r/${room}`);
  await live(page);
  const say = (texts) => poster.send(texts.map((text) => ({ type: "post", room, text })));
  const shows = (text) => page.waitForFunction((text) => window.steady.box().textContent.includes(text), text);
  await say([saying(0), saying(7), "The first of the session"]);
  await shows("The first of the session");
  await lines(page, 4);
  await page.keyboard.type("my own");
  await page.keyboard.press("Enter");
  await shows("my own");
  await page.evaluate(() => window.steady.append());
  await page.evaluate(() => window.steady.late());
  await page.evaluate(() => window.steady.jump());
  await page.evaluate(() => window.steady.prepend());
  for (const [name, rows] of [[`${room}-beside`, 0], [room, 20]]) {
    await page.click("#go");
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await page.waitForFunction((rows) => (rows === 0) === (window.steady.seqs().length === 0), rows);
  }
  await page.evaluate(() => window.steady.frames(10));
  const shifts = await page.evaluate(() => window.steady.shifts());
  await context.close();
  return shifts;
}
