// What is begun while the client is still on its way: the database is read, and the socket opened. What the server says
// first is kept for the client (frontend/src/io/boot.rs). Where there can be no socket, the client will see to it.
{
  kept.begin();
  try {
    const early = new WebSocket(location.origin.replace("http", "ws") + "/ws/v1");
    early.said = [];
    early.onmessage = (event) => early.said.push(event.data);
    globalThis.early = early;
  } catch {}
}
