// `cargo xtask vitals`: what reading and writing feel like, measured on the real page and put beside the budgets.
//
// WARREN_BIN and CHROMIUM name the programs, VITALS_DIR the folder for data and results. Arguments name parts to measure
// alone.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { axe, scores } from "./vitals/audit.mjs";
import { launch } from "./vitals/browser.mjs";
import { flood, people, talk } from "./vitals/fill.mjs";
import { flow } from "./vitals/flow.mjs";
import { firstVisits, laterVisits } from "./vitals/load.mjs";
import { large, switches } from "./vitals/memory.mjs";
import { bytes, mb, ms, sum } from "./vitals/numbers.mjs";
import { startPeer, WORDS } from "./vitals/peer.mjs";
import { manyRooms } from "./vitals/rooms.mjs";
import { start } from "./vitals/server.mjs";
import { drifts, session } from "./vitals/steady.mjs";
import { Table } from "./vitals/table.mjs";
import { keys, own } from "./vitals/typing.mjs";

const LARGE = 100_000;
// What comes when it is first needed, in this room too: it has code.
const LAZY = /^\/(access|account|ar|attend|emoji|highlight|install|keys|notify|paste|people|rooms|sheets|sound|sw|switch|words)\.js$|\.png$|\.webmanifest$/;
const ROOMS = Array.from({ length: 20 }, (_, i) => `room-${i + 1}`);
const folder = process.env.VITALS_DIR;
const chosen = process.argv.slice(2);
const load = loadavg()[0].toFixed(1);
const note = (text) => process.stderr.write(`    ${text}\n`);
const table = new Table();
const raw = {};

const server = await start(process.env.WARREN_BIN, join(folder, "data"), ["--no-limits"]);
const browser = await launch();
const room = `${server.url}/r/den`;
let posters = [];
let warren = null;

const PARTS = {
  async load() {
    warren = await firstVisits(browser, room);
    const { paint, readable, live, blocked, longest, shift } = warren;
    raw.load = warren;
    const fetched = warren.fetched.filter(({ name }) => !LAZY.test(name));
    const of = (kind) => sum(fetched.filter(({ name }) => kind.test(name)).map((file) => file.bytes));
    const total = sum(fetched.map((file) => file.bytes));
    const add = (what, shown, more) => table.add("load", what, shown, more);
    add("first load, compressed", `${bytes(total)} bytes, ${fetched.length} requests`, { value: fetched.length <= 5 ? total : Infinity, budget: 150_000, says: "≤ 150,000 bytes, ≤ 5 requests", stretch: "110,000" });
    const html = fetched[0].bytes;
    add("HTML with its styles and messages", `${bytes(html)} bytes`, { value: html, budget: 14_000, says: "≤ 14,000 bytes", stretch: "9,000" });
    add("wasm", `${bytes(of(/\.wasm$/))} bytes`, { value: of(/\.wasm$/), budget: 125_000, says: "≤ 125,000 bytes", stretch: "95,000" });
    add("JS", `${bytes(of(/\.js$/))} bytes`, { value: of(/\.js$/), budget: 7_000, says: "≤ 7,000 bytes", stretch: "5,000" });
    add("first paint, first visit, slow", ms(paint));
    add("messages readable, first visit, slow", ms(readable), { value: readable, budget: 600, says: "≤ 600 ms", stretch: "450" });
    add("interactive with the socket open, slow", ms(live), { value: live, budget: 1_400, says: "≤ 1,400 ms", stretch: "1,000" });
    add("blocking time while loading, slow", ms(blocked), { value: blocked, budget: 50, says: "≤ 50 ms", stretch: "0" });
    add("longest task while loading, slow", longest === 0 ? "< 50 ms" : ms(longest), { value: longest, budget: 80, says: "≤ 80 ms", stretch: "< 50" });
    add("layout shift while loading, slow", shift.toFixed(3), { value: shift, budget: 0, says: "0", stretch: "0" });
  },
  async later() {
    const later = await laterVisits(browser, room);
    raw.later = later;
    table.add("later", "messages readable, later visit, slow", ms(later.readable), { value: later.readable, budget: 250, says: "≤ 250 ms", stretch: "150" });
    table.add("later", "live, later visit, slow", ms(later.live), { value: later.live, budget: 500, says: "≤ 500 ms", stretch: "350" });
  },
  async peer() {
    const peer = await startPeer();
    try {
      const theirs = await firstVisits(browser, peer.url, { words: WORDS });
      warren ??= await firstVisits(browser, room);
      raw.peer = theirs;
      for (const [what, name] of [["readable", "messages readable"], ["live", "interactive"]]) {
        table.add("peer", `peer: ${name}, slow`, `${ms(theirs[what])}; Warren takes ${(warren[what] / theirs[what]).toFixed(2)} times as long`);
      }
    } finally {
      await peer.stop();
    }
  },
  async steady() {
    raw.drift = {};
    for (const anchoring of [true, false]) {
      const found = await drifts(browser, `${server.url}/r/steady-${anchoring}`, anchoring);
      raw.drift[anchoring ? "anchoring" : "without"] = found;
      const most = Math.max(...Object.values(found));
      const shown = Object.entries(found).map(([name, px]) => `${name} ${px}`).join(", ");
      table.add("steady", `scroll drift, ${anchoring ? "with" : "without"} the browser's anchoring`, `${shown} px`, { value: most, budget: 0, says: "0 px", stretch: "0" });
    }
    const shifts = await session(browser, server, "session", posters[1]);
    raw.session = shifts;
    const moved = sum(shifts.map((shift) => shift.value));
    table.add("steady", "layout shift, whole session", moved.toFixed(4), { value: moved, budget: 0, says: "0", stretch: "0" });
  },
  async typing() {
    const glyph = await keys(browser, room);
    const peer = await startPeer();
    const theirs = await keys(browser, peer.url, WORDS);
    await peer.stop();
    table.add("typing", "key to glyph, p95, quarter speed", ms(glyph.p95), { value: glyph.p95, budget: 50, says: "≤ 50 ms", stretch: "32" });
    table.add("typing", "the same in the peer's box", ms(theirs.p95));
    const mine = await own(browser, `${server.url}/r/own`);
    raw.typing = { glyph, theirs, mine };
    table.add("typing", "own message after Enter, most of 20", `${mine.frames} frame${mine.frames === 1 ? "" : "s"}, ${ms(mine.ms)}`, { value: mine.frames, budget: 1, says: "next frame" });
  },
  async flow() {
    const found = await flow(browser, server, "busy", posters[2]);
    raw.flow = found;
    const says = `${found.longTasks} long tasks, ${found.fps.toFixed(1)} fps, longest frame ${ms(found.longestFrame)}`;
    table.add("flow", `50 messages a second for 10 s, ${found.rows} rows`, says, { value: found.longTasks === 0 ? found.fps : 0, least: 55, says: "no long task, ≥ 55 fps" });
  },
  async memory() {
    const figures = await switches(browser, server, ROOMS, 3);
    raw.memory = figures;
    table.add("memory", "JS heap + wasm after 20 changes of rooms", mb(figures[0]), { value: figures[0], budget: 40e6, says: "≤ 40 MB", stretch: "25" });
    table.add("memory", "the same after 60", mb(figures[2]), { value: figures[2] / figures[0], budget: 1.1, says: "flat: at most a tenth more" });
  },
  async large() {
    const found = await large(browser, `${server.url}/r/large`);
    raw.large = found;
    table.add("large", "100,000 messages: readable, slow", ms(found.readable), { value: found.readable, budget: 600, says: "≤ 600 ms", stretch: "450" });
    table.add("large", "100,000 messages: interactive, slow", ms(found.live), { value: found.live, budget: 1_400, says: "≤ 1,400 ms", stretch: "1,000" });
    const tasks = found.longTasks.length;
    table.add("large", "paging back 2,000 of them", `${tasks} long tasks, longest frame ${ms(found.longestFrame)}, at most ${found.most} rows`, { value: tasks === 0 ? found.most : Infinity, budget: 400, says: "no long task, ≤ 400 rows" });
    const { jump } = found;
    table.add("large", "from there to its first day", `${ms(jump.took)}, ${jump.longTasks.length} long tasks, longest frame ${ms(jump.longestFrame)}`, { value: jump.longTasks.length, budget: 0, says: "no long task" });
    table.add("large", "JS heap + wasm before and after that", `${mb(found.before)}, ${mb(found.after)}`, { value: found.after, budget: 40e6, says: "≤ 40 MB" });
  },
  async rooms() {
    const found = await manyRooms(browser, server, ["den", ...ROOMS], 500);
    raw.rooms = found;
    table.add("rooms", "500 visited rooms: readable, slow", ms(found.readable), { value: found.readable, budget: 600, says: "≤ 600 ms", stretch: "450" });
    table.add("rooms", "500 visited rooms: interactive, slow", ms(found.live), { value: found.live, budget: 1_400, says: "≤ 1,400 ms", stretch: "1,000" });
    table.add("rooms", "500 visited rooms: blocking time while loading", ms(found.blocked), { value: found.blocked, budget: 50, says: "≤ 50 ms", stretch: "0" });
    table.add("rooms", `500 visited rooms: a change of rooms at quarter speed, ${found.listed} in the list`, `${ms(found.change)}, ${found.longTasks.length} long tasks in ${found.changes} changes, longest ${ms(Math.max(0, ...found.longTasks))}`);
  },
  async axe() {
    const found = await axe(browser, room);
    raw.axe = found;
    table.add("axe", "axe, a busy room, 3 widths × 2 themes", found.length === 0 ? "0 violations" : `${found.length}: ${found.slice(0, 3).join("; ")}`, { value: found.length, budget: 0, says: "0" });
  },
  async lighthouse() {
    const found = await scores(room);
    raw.lighthouse = found;
    for (const [name, of, least] of [["performance", "performance", 98], ["accessibility", "accessibility", 100], ["practices", "best practices", 96]]) {
      const { score, failed } = found[name];
      const why = failed.length ? ` (${failed.join("; ")})` : "";
      table.add("lighthouse", `Lighthouse mobile, ${of}`, `${score}${why}`, { value: score, least, says: least === 100 ? "100" : `≥ ${least}` });
    }
  },
};

try {
  const unknown = chosen.find((name) => !(name in PARTS));
  if (unknown) throw new Error(`there is no part ${unknown}; the parts are ${Object.keys(PARTS).join(", ")}`);
  posters = await people(server.url);
  note("filling rooms");
  for (const [name, count] of [["den", 200], ["steady-true", 300], ["steady-false", 300], ["session", 300], ["own", 50], ["busy", 1_000], ...ROOMS.map((name) => [name, 60])]) {
    await talk(posters, name, count);
  }
  if (chosen.length === 0 || chosen.includes("large")) {
    let said = 0;
    await flood(posters, "large", LARGE, (there) => {
      if (there >= said + LARGE / 5) note(`${(said = there).toLocaleString("en-US")} messages in the large room`);
    });
  }
  for (const [name, measure] of Object.entries(PARTS)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    note(`measuring: ${name}`);
    try {
      await measure();
    } catch (error) {
      table.failed(name, String(error.message ?? error).split("\n")[0]);
    }
  }
} finally {
  posters.forEach((poster) => poster.close());
  const version = browser.version();
  await browser.close();
  await server.stop();
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(join(folder, "vitals.json"), JSON.stringify({ date, chromium: version, load, rows: table.rows, raw }, null, 2));
  writeFileSync(join(folder, "vitals.md"), `Measured on ${date} with Chromium ${version} on ${cpus().length} processors, of which ${load} were asked for by other programs at the beginning.\n\n${table.markdown()}\n`);
}
console.log(table.text());
console.log(table.missed.length === 0 ? "\nevery budget is met" : `\n${table.missed.length} of ${table.rows.filter((row) => row.met !== null).length} budgets are missed`);
