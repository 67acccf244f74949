// Socket.IO: rooms and an event, as its documentation shows them.
//
//     node socket-io.mjs PORT
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http);

io.on("connection", (socket) => {
  let room;
  socket.on("join", (name) => {
    room = name;
    socket.join(room);
    socket.emit("joined", room);
  });
  socket.on("message", (post) => {
    const time = new Date().toTimeString().slice(0, 8);
    io.to(room).emit("message", { name: post.name, message: post.message, time });
  });
});

http.listen(Number(process.argv[2]), "127.0.0.1");
