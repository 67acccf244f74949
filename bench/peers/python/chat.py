"""FastAPI: a connection manager that sends each message to each client in turn, as its documentation shows it.

    python -m uvicorn chat:app
"""

import time
from collections import defaultdict

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


class ConnectionManager:
    def __init__(self) -> None:
        self.rooms: dict[str, list[WebSocket]] = defaultdict(list)

    async def connect(self, room: str, client: WebSocket) -> None:
        await client.accept()
        self.rooms[room].append(client)

    def disconnect(self, room: str, client: WebSocket) -> None:
        self.rooms[room].remove(client)

    async def broadcast(self, room: str, message: dict[str, str]) -> None:
        for client in list(self.rooms[room]):
            await client.send_json(message)


manager = ConnectionManager()


@app.websocket("/ws")
async def chat(client: WebSocket, room: str) -> None:
    await manager.connect(room, client)
    try:
        while True:
            post = await client.receive_json()
            stamped = {"name": post["name"], "message": post["message"], "time": time.strftime("%H:%M:%S")}
            await manager.broadcast(room, stamped)
    except WebSocketDisconnect:
        manager.disconnect(room, client)
