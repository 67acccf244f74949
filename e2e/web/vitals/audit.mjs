// What others' checks say: axe in both themes and three widths, and Lighthouse as a phone.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import lighthouse from "lighthouse";
import { launch, live, visit } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [["desktop", 1280, 800], ["tablet", 820, 1180], ["phone", 390, 844]];

/** The violations of a busy room, each as one line. The gate in e2e/tests/axe.rs looks at the other states too. */
export async function axe(browser, url) {
  const { context, page } = await visit(browser);
  await page.goto(url);
  await live(page);
  await page.evaluate(AXE);
  const found = [];
  for (const [name, width, height] of WIDTHS) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      const violations = await page.evaluate(async () => (await window.axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`));
      found.push(...violations.map((violation) => `${name}, ${colorScheme}: ${violation}`));
    }
  }
  await context.close();
  return found;
}

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** Lighthouse's scores as a phone, in hundredths, with its own (simulated) Slow 4G and CPU. */
export async function scores(url) {
  const port = await freePort();
  const browser = await launch([`--remote-debugging-port=${port}`]);
  try {
    const { lhr } = await lighthouse(url, { port, output: "json", logLevel: "error", onlyCategories: ["performance", "accessibility", "best-practices"] });
    const score = (name) => Math.round(100 * lhr.categories[name].score);
    const failed = (name) =>
      lhr.categories[name].auditRefs.filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 0.9)
        .map(({ id }) => `${id} ${lhr.audits[id].displayValue ?? ""}`.trim());
    const names = { performance: "performance", accessibility: "accessibility", practices: "best-practices" };
    return Object.fromEntries(Object.entries(names).map(([name, category]) => [name, { score: score(category), failed: failed(category) }]));
  } finally {
    await browser.close();
  }
}
