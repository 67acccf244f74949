// The server program on a free port, with a data folder of its own.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";

/** Starts it; `stop` ends it. */
export async function start(program, data, options = []) {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const child = spawn(program, ["--listen", "127.0.0.1:0", "--data", data, ...options], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((done) => child.once("exit", done));
  const url = await new Promise((done, fail) => {
    child.once("exit", (code) => fail(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stderr }).on("line", (line) => {
      const at = line.match(/Warren is at (http:\/\/\S+?)\/?(\s|$)/);
      if (at) done(at[1]);
      else process.stderr.write(`    ${line}\n`);
    });
  });
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { url, pid: child.pid, stop };
}
