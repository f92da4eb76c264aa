"""A client at sea: it connects, watches, stalls, vanishes, comes back with its cursor, and checks every frame."""

import asyncio
import random
import socket
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from storms.follow import Follow, Interest

PLAIN, BATCHES = Subprotocol("gateway.v1"), Subprotocol("gateway.v1.batch")
PROTOCOLS = ([PLAIN], [BATCHES, PLAIN])
EXPECTED_CODES = {1000, 1005, 1006, 4503}
"""1006: the connection broke, as it does when a server is killed. Any other code is a complaint."""
SMALL_BUFFER = 1 << 13
OPENS_WITHIN = 20


class Vanished(Exception):
    """The client has broken the connection off."""


@dataclass
class World:
    """What all clients share. `rough`: they behave badly; else they only read and keep connected."""

    ports: list[int]
    token: str
    rough: bool = True
    busy_with: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    lateness: array = field(default_factory=lambda: array("d"))

    def count(self, what: str) -> None:
        self.busy_with[what] = self.busy_with.get(what, 0) + 1


class Client:
    def __init__(self, number: int, world: World, interests: list[Interest], seed: str) -> None:
        self.number = number
        self.world = world
        self.chance = random.Random(seed)
        self.follows = {each.stream: Follow(each, self.complainer(each.stream), world.lateness) for each in interests}
        self.subprotocols = self.chance.choice(PROTOCOLS)
        self.small_buffer = self.chance.random() < 0.3
        self.asked: dict[str, Follow] = {}
        self.command = 0

    def complainer(self, stream: str) -> Callable[[str], None]:
        return lambda fault: self.world.violations.append(f"client {self.number}, {stream}: {fault}")

    def complain(self, fault: str) -> None:
        self.world.violations.append(f"client {self.number}: {fault}")

    async def live(self) -> None:
        while True:
            try:
                await self.one_connection()
            except Vanished:
                await asyncio.sleep(self.chance.uniform(0, 1) ** 2 if self.world.rough else 0)
            except (OSError, WebSocketException):
                await asyncio.sleep(self.chance.uniform(0.05, 0.4))
            finally:
                for follow in self.follows.values():
                    follow.lost()

    async def one_connection(self) -> None:
        port = self.chance.choice(self.world.ports)
        with await self.reach(port) as raw:
            async with connect(
                f"ws://127.0.0.1:{port}/ws/",
                sock=raw,
                additional_headers={"Authorization": f"Bearer {self.world.token}"},
                subprotocols=self.subprotocols,
                compression=None,
                ping_interval=None,
                open_timeout=OPENS_WITHIN,
                close_timeout=2,
                max_queue=4,
            ) as ws:
                self.world.count("connections")
                for follow in self.follows.values():
                    await self.subscribe(ws, follow)
                await self.read(ws)

    async def reach(self, port: int) -> socket.socket:
        raw = socket.socket()
        if self.small_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        raw.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
        except OSError:
            raw.close()
            raise
        return raw

    async def read(self, ws: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        trouble_at = loop.time() + self.chance.expovariate(1 / 3)
        while True:
            try:
                async with asyncio.timeout_at(trouble_at):
                    message = await ws.recv()
            except TimeoutError:
                if self.world.rough:
                    await self.misbehave(ws)
                trouble_at = loop.time() + self.chance.expovariate(1 / 3)
                continue
            except ConnectionClosed as closed:
                self.check_code(closed)
                raise
            self.on_frame(orjson.loads(message))
            for follow in self.follows.values():
                if follow.state == "off":
                    await self.subscribe(ws, follow)

    def check_code(self, closed: ConnectionClosed) -> None:
        code = closed.rcvd.code if closed.rcvd else 1006
        self.world.count(f"closed with {code}")
        if code not in EXPECTED_CODES:
            self.complain(f"closed with {code}: {closed}")

    # What it does

    async def misbehave(self, ws: ClientConnection) -> None:
        what = self.chance.choices(
            [self.stall, self.vanish, self.close, self.leave, self.leave_and_return, self.ping],
            weights=[3, 3, 2, 2, 3, 1],
        )[0]
        self.world.count(what.__name__)
        await what(ws)

    async def stall(self, ws: ClientConnection) -> None:
        await asyncio.sleep(self.chance.uniform(0.2, 4))
        for follow in self.follows.values():
            follow.unsettle()

    async def vanish(self, ws: ClientConnection) -> None:
        ws.transport.abort()
        raise Vanished

    async def close(self, ws: ClientConnection) -> None:
        await ws.close()
        raise Vanished

    async def leave(self, ws: ClientConnection) -> None:
        """Unsubscribe; it subscribes again once that is answered."""
        await self.unsubscribe(ws, "leaving for good")

    async def leave_and_return(self, ws: ClientConnection) -> None:
        """Unsubscribe and subscribe in one breath, so that frames on their way come once more."""
        if follow := await self.unsubscribe(ws, "leaving"):
            await self.ask(ws, follow)

    async def ping(self, ws: ClientConnection) -> None:
        await self.send(ws, command="ping")

    async def unsubscribe(self, ws: ClientConnection, state: Any) -> Follow | None:
        here = [follow for follow in self.follows.values() if follow.state == "on"]
        if not here:
            return None
        follow = self.chance.choice(here)
        follow.state = state
        await self.send(ws, command="unsubscribe", stream=follow.interest.stream)
        return follow

    async def subscribe(self, ws: ClientConnection, follow: Follow) -> None:
        follow.state = "asked"
        await self.ask(ws, follow)

    async def ask(self, ws: ClientConnection, follow: Follow) -> None:
        """Subscribe from where it was; the first time from the beginning, or to what is new alone."""
        after: str | int | None = None
        if follow.position:
            follow.asked_after, cursor = follow.position
            places: list[str | int] = [cursor, str(follow.asked_after), follow.asked_after]
            after = self.chance.choice(places)
        elif follow.asked_after is not None or self.chance.random() < 0.5:
            follow.asked_after = after = 0
        interest = follow.interest
        more = {"types": list(interest.types)} if interest.types else {}
        await self.send(ws, command="subscribe", stream=interest.stream, after=after, **more)
        self.asked[str(self.command)] = follow

    async def send(self, ws: ClientConnection, **command: Any) -> None:
        self.command += 1
        await ws.send(orjson.dumps({**command, "id": str(self.command)}).decode())

    # What it hears

    def on_frame(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "batch":
            for each in frame["frames"]:
                self.on_frame(each)
        elif "prev" in frame:
            self.on_event(frame)
        elif kind == "subscribed":
            self.asked.pop(frame["reply_to"]).on_subscribed(frame)
        elif kind == "unsubscribed":
            self.on_unsubscribed(self.follows[frame["stream"]])
        elif kind == "position":
            self.follows[frame["stream"]].on_position(frame)
        elif kind not in ("welcome", "pong", "closing"):
            self.complain(f"an unexpected frame: {frame}")

    def on_event(self, frame: dict[str, Any]) -> None:
        self.world.count("events")
        if follow := self.follows.get(frame["stream"]):
            follow.on_event(frame)
        else:
            self.complain(f"an event of {frame['stream']}, which it does not watch")

    def on_unsubscribed(self, follow: Follow) -> None:
        if follow.state == "leaving":
            follow.state = "asked"
        elif follow.state == "leaving for good":
            follow.state = "off"
        else:
            follow.complain(f"`unsubscribed` while the subscription is {follow.state}")
