// Somebody who has visited many rooms: opening the page, and going from room to room.
import WebSocket from "ws";
import { live, slowCpu, visit } from "./browser.mjs";
import { firstVisits } from "./load.mjs";
import { median } from "./numbers.mjs";

/** The cookie of somebody new who has visited so many rooms, `rooms` among them. */
async function visitor(browser, server, rooms, count) {
  const { context, page } = await visit(browser);
  await page.goto(`${server.url}/r/${rooms[0]}`);
  await live(page);
  const cookies = await context.cookies();
  await context.close();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws/v1`, { headers: { cookie, origin: server.url } });
  const names = [...rooms, ...Array.from({ length: count - rooms.length }, (_, i) => `quiet-${i + 1}`)];
  const last = names.at(-1);
  await new Promise((done, failed) => {
    socket.once("error", failed);
    socket.on("message", (text) => {
      const frames = [JSON.parse(text)].flat();
      if (frames[0].type === "welcome") {
        for (let at = 0; at < names.length; at += 100) {
          socket.send(JSON.stringify(names.slice(at, at + 100).map((room) => ({ type: "read", room, seq: 1 }))));
        }
      }
      if (frames.some(({ kind, room }) => kind === "unread" && room === last)) done();
    });
  });
  socket.close();
  return cookies;
}

/** What opening the page takes, on a slow phone, and a change of rooms at a quarter of the processor's speed. */
export async function manyRooms(browser, server, rooms, count) {
  const cookies = await visitor(browser, server, rooms, count);
  const loading = await firstVisits(browser, `${server.url}/r/${rooms[0]}`, { cookies });
  const { context, page, devtools } = await visit(browser);
  await context.addCookies(cookies);
  await page.goto(`${server.url}/r/${rooms[0]}`);
  await live(page);
  await page.waitForSelector("#rooms li:nth-child(20)");
  await slowCpu(devtools);
  const changes = await page.evaluate(async (rooms) => {
    const { until, frames, rows, room } = window.steady;
    window.watched.tasks.length = 0;
    const took = [];
    for (const name of rooms) {
      const begun = performance.now();
      const link = document.querySelector(`#rooms li[data-room="${name}"] a`);
      if (!link) continue;
      link.click();
      await until("the room", () => room() === name && rows().length >= 20);
      await frames(1);
      took.push(performance.now() - begun);
    }
    return { took, longTasks: window.watched.tasks.map(([, took]) => took), listed: document.querySelectorAll("#rooms li").length };
  }, rooms.slice(1, 8));
  await context.close();
  return { ...loading, change: median(changes.took), changes: changes.took.length, longest: loading.longest, longTasks: changes.longTasks, listed: changes.listed };
}
