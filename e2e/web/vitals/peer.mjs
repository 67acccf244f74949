// The peer: the chat that a tutorial of Socket.IO makes, which sends the newest messages when the socket is open. Its
// page is about as light as a chat's can be that is drawn by a script.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { saying } from "./fill.mjs";

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Socket.IO chat</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { margin: 0; padding-bottom: 3rem; font-family: sans-serif; } #form { position: fixed; inset: auto 0 0; display: flex; padding: .25rem; }
#input { flex: 1; } #messages { list-style: none; margin: 0; padding: 0; } #messages > li { padding: .5rem 1rem; }</style></head>
<body><ul id="messages"></ul><form id="form"><input id="input" aria-label="Message"><button>Send</button></form>
<script src="/socket.io/socket.io.js"></script><script>
var socket = io(), messages = document.getElementById("messages"), input = document.getElementById("input");
function show(text) { var item = document.createElement("li"); item.textContent = text; messages.appendChild(item); }
document.getElementById("form").addEventListener("submit", function (e) {
  e.preventDefault(); if (input.value) { socket.emit("chat message", input.value); input.value = ""; } });
socket.on("connect", function () { document.body.dataset.link = "live"; });
socket.on("history", function (all) { all.forEach(show); window.scrollTo(0, document.body.scrollHeight); });
socket.on("chat message", function (text) { show(text); window.scrollTo(0, document.body.scrollHeight); });
</script></body></html>`;

/** How its page says what is waited for. */
export const WORDS = { readable: "#messages > li", enough: 20, live: '[data-link="live"]', box: "#input" };

export async function startPeer() {
  const http = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(PAGE));
  const io = new Server(http);
  const history = Array.from({ length: 50 }, (_, n) => saying(n));
  io.on("connection", (socket) => {
    socket.emit("history", history);
    socket.on("chat message", (text) => io.emit("chat message", text));
  });
  await new Promise((done) => http.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${http.address().port}/`, stop: () => new Promise((done) => io.close(done)) };
}
