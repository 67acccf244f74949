// Rooms with messages in them, posted by programs over warren.v1 with many posts on their way at a time.
import WebSocket from "ws";

const NAMES = ["Ada", "Tomás", "ليلى", "Grace", "Bob"];
const SAYINGS = [
  "Morning! I put Warren on the little box under my desk. One command, and here we are.",
  "Came in by the link. It was on the screen before I had put my tea down.",
  "Nice.",
  "صباح الخير، أكتب من الهاتف وكل شيء يعمل",
  "What happens if the server goes away while I write?",
  "Then it waits here with a clock beside it, and is sent once when the link is back.\nOnce. In order.",
  "I read https://www.rfc-editor.org/rfc/rfc6455 again last night, and **masking** still makes me smile.",
  "Try `cargo xtask run`, it builds the client and then the server:\n```rust\nfn main() {\n    println!(\"hello\");\n}\n```",
  "> It was on the screen before\nThat is what I meant by quick.",
  "Shopping:\n- oat milk\n- bread\n- two lemons",
  "😂",
  "The meeting is at ten, in the small room, and whoever comes late brings the cake for next week; no excuses this time.",
];

/** What the `n`th message of a room says. */
export const saying = (n) => SAYINGS[n % SAYINGS.length];

/** Somebody who posts: a program with a session of its own. */
export class Poster {
  static async open(url, name) {
    const session = await fetch(`${url}/api/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "bearer" }),
    });
    const { token } = await session.json();
    const poster = new Poster();
    poster.socket = new WebSocket(`${url.replace("http", "ws")}/ws/v1`, "warren.v1", {
      headers: { authorization: `Bearer ${token}` },
    });
    poster.waiting = new Map();
    poster.number = 0;
    await new Promise((done, fail) => {
      poster.socket.once("message", done);
      poster.socket.once("error", fail);
    });
    poster.socket.on("message", (text) => [JSON.parse(text)].flat().forEach((frame) => poster.hear(frame)));
    poster.socket.send(JSON.stringify({ type: "rename", name }));
    return poster;
  }

  hear(frame) {
    if (frame.key === undefined || !this.waiting.has(frame.key)) return;
    const { done, fail } = this.waiting.get(frame.key);
    this.waiting.delete(frame.key);
    if (frame.type === "refused") fail(new Error(frame.message));
    else done(frame.seq);
  }

  /** Sends commands at once, and gives the seqs of their events. */
  send(commands) {
    const answers = commands.map((command) => {
      command.key = String(++this.number).padStart(9, "0");
      return new Promise((done, fail) => this.waiting.set(command.key, { done, fail }));
    });
    for (let at = 0; at < commands.length; at += 64) {
      this.socket.send(JSON.stringify(commands.slice(at, at + 64)));
    }
    return Promise.all(answers);
  }

  close() {
    this.socket.close();
  }
}

/** Opens the posters of a conversation. */
export const people = (url, count = NAMES.length) =>
  Promise.all(NAMES.slice(0, count).map((name) => Poster.open(url, name)));

/** A conversation of `count` messages, in turns, for some reactions. */
export async function talk(posters, room, count) {
  for (let at = 0; at < count; at += 1) {
    const who = posters[Math.floor(at / 2) % posters.length];
    const [seq] = await who.send([{ type: "post", room, text: saying(at) }]);
    if (at % 9 === 4) {
      await posters[0].send([{ type: "react", room, target: seq, emoji: "👍", on: true }]);
    }
  }
}

/** Very many messages, as fast as the server takes them; `progress` hears how many are there. */
export async function flood(posters, room, count, progress) {
  let begun = 0;
  let there = 0;
  const post = async (poster) => {
    while (begun < count) {
      const batch = Math.min(500, count - begun);
      const commands = Array.from({ length: batch }, (_, i) => ({ type: "post", room, text: `${begun + i + 1}: ${saying(begun + i)}` }));
      begun += batch;
      await poster.send(commands);
      there += batch;
      progress(there);
    }
  };
  await Promise.all(posters.map(post));
}
