// ws: each message sent to each client of the room in turn, as its README shows it.
//
//     node ws.mjs PORT
import { WebSocketServer } from "ws";

const rooms = new Map();
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]) });

server.on("connection", (client, request) => {
  const name = new URL(request.url, "http://localhost").searchParams.get("room");
  if (!rooms.has(name)) rooms.set(name, new Set());
  const room = rooms.get(name);
  room.add(client);
  client.on("close", () => room.delete(client));
  client.on("error", () => client.terminate());
  client.on("message", (data) => {
    const post = JSON.parse(data);
    const time = new Date().toTimeString().slice(0, 8);
    const text = JSON.stringify({ name: post.name, message: post.message, time });
    for (const other of room) {
      if (other.readyState === 1) other.send(text);
    }
  });
});
