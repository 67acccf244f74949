// Chromium, and the throttles of a slow phone on a slow network.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const here = (path) => readFileSync(new URL(`../page/${path}`, import.meta.url), "utf8");
export const WATCH = here("watch.js");
export const STEADY = here("steady.js");

/** Slow 4G as the developer tools name it here: 150 ms a round trip, 1.6 Mbit/s down, 0.75 up; a quarter of the speed. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
export const CPU = 4;

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 };

export function launch(more = []) {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--enable-precise-memory-info", ...more];
  return chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args });
}

/** A new profile, with a page that is watched from its first byte. */
export async function visit(browser, { phone = false, words = null, locale = "en-GB" } = {}) {
  const context = await browser.newContext({ ...(phone ? PHONE : DESKTOP), locale });
  if (words) await context.addInitScript(`window.watchedWords = ${JSON.stringify(words)};`);
  await context.addInitScript(WATCH);
  await context.addInitScript(STEADY);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const devtools = await context.newCDPSession(page);
  return { context, page, devtools };
}

export const slowNetwork = (devtools) => devtools.send("Network.enable").then(() => devtools.send("Network.emulateNetworkConditions", NETWORK));
export const slowCpu = (devtools, rate = CPU) => devtools.send("Emulation.setCPUThrottlingRate", { rate });

/** Waits until the page is live. */
export const live = (page) => page.waitForFunction(() => window.watched?.live !== null && window.watched?.readable !== null);
export const isLive = (page) => page.waitForSelector('[data-link="live"]', { state: "attached" });
