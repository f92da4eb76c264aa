"""A WebSocket server that does what a test tells it, connection by connection."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Frame = dict[str, Any]
STREAM = "project:pixel-jumper"


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection

    async def send(self, *frames: Frame) -> None:
        """One message: a frame, or several in a batch."""
        await self.connection.send(json.dumps(frames[0] if len(frames) == 1 else {"type": "batch", "frames": frames}))

    async def receive(self, command: str) -> Frame:
        frame: Frame = json.loads(await self.connection.recv())
        assert frame["command"] == command, frame
        return frame

    async def welcome(self, heartbeat_seconds: float = 25) -> None:
        await self.send({"type": "welcome", "protocol": "gateway.v1", "heartbeat_seconds": heartbeat_seconds})

    async def subscribed(self, **more: Any) -> Frame:
        """Welcome the client, and answer the one `subscribe` that it sends, which is given back."""
        await self.welcome()
        return await self.answer_subscribe(**more)

    async def answer_subscribe(self, seq: int = 0, **more: Any) -> Frame:
        """Answer a `subscribe`. `seq` is the head of the log."""
        asked = await self.receive("subscribe")
        after = int(re.match(r"\d+", asked.get("after", str(seq)))[0])
        head = {"seq": seq, "cursor": str(seq), "recovered": True, "missed": max(seq - after, 0), "reason": None}
        await self.send({"type": "subscribed", "reply_to": asked["id"], "stream": asked["stream"], **head, **more})
        return asked

    async def close(self, code: int, reason: str = "") -> None:
        await self.connection.close(code, reason)

    def cut(self) -> None:
        """As a broken line does it: no word, and nothing more arrives."""
        self.connection.transport.abort()

    async def until_gone(self) -> int | None:
        """The code with which the client closes; what it still sends is ignored."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.connection.recv()
        return self.connection.close_code


Script = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def serving(*scripts: Script) -> AsyncIterator[str]:
    """The address of a server whose n-th connection follows the n-th script, and any further one the last."""
    connections = 0
    broken: list[BaseException] = []

    async def handle(connection: ServerConnection) -> None:
        nonlocal connections
        script = scripts[min(connections, len(scripts) - 1)]
        connections += 1
        try:
            await script(Peer(connection))
        except ConnectionClosed:
            pass
        except Exception as error:
            broken.append(error)

    async with serve(handle, "127.0.0.1", 0, close_timeout=1, compression=None) as server:
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            if broken:
                raise broken[0]


def event(seq: int, prev: int | None = None, type: str = "chat", **more: Any) -> Frame:
    """An event as the gateway sends it."""
    return {
        "type": type,
        "stream": STREAM,
        "seq": seq,
        "prev": seq - 1 if prev is None else prev,
        "cursor": f"{seq}-0000abcd",
        "id": f"id-{seq}",
        "project_id": "pixel-jumper",
        "task_id": None,
        "task_code": None,
        "payload": {"text": f"event {seq}"},
        "actor": {"kind": "user", "id": "1", "name": "ada"},
        "correlation_id": "c",
        "causation_id": None,
        "timestamp": "2026-11-23T04:30:00.000Z",
        **more,
    }


class Waits(list[float]):
    """Stands in for `asyncio.sleep`: remembers the seconds, and lets no time pass."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)
        await asyncio.sleep(0)
