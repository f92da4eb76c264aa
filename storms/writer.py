"""One of the processes that write: python -m storms.writer, its orders as JSON on stdin, what was acknowledged on stdout.

Each event has a key. What was not acknowledged is said again with its key, until it is.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

TYPES = ("chat", "action", "update", "scene", "timeline", "log")
PROTOCOL = Subprotocol("gateway.v1")
IN_FLIGHT = 40
BULK = 25
GIVES_UP_AFTER = 180
"""Seconds after the time for the last event in which everything has to be said and acknowledged: a busy machine may be late."""


@dataclass
class Orders:
    number: int
    ports: list[int]
    token: str
    tasks: dict[str, list[str]]
    rate: float
    seconds: float
    seed: str
    way: str


@dataclass
class Report:
    """`acknowledged`: by key, the project and the seq that the server told. `faults`: what should not have happened."""

    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    retries: int = 0


class Writer:
    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.chance = random.Random(orders.seed)
        self.report = Report()
        self.open: dict[str, dict[str, Any]] = {}
        self.total = round(orders.rate * orders.seconds)
        self.began = time.monotonic()
        self.made = 0
        self.told = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.orders.token}"}

    def make_due(self) -> Iterator[dict[str, Any]]:
        """The events that are due by now."""
        due = min(self.total, round((time.monotonic() - self.began) * self.orders.rate))
        while self.made < due:
            self.made += 1
            event = self.make(f"{self.orders.seed}-{self.orders.number}-{self.made}")
            self.open[event["key"]] = event
            yield event

    def make(self, key: str) -> dict[str, Any]:
        project = self.chance.choices(list(self.orders.tasks), weights=[10, 5, 1])[0]
        size = self.chance.choice([20, 200, 2_000])
        event: dict[str, Any] = {
            "project_id": project,
            "type": self.chance.choice(TYPES),
            "payload": {"text": "x" * size, "data": {"key": key}},
            "key": key,
        }
        if self.chance.random() < 0.4:
            event["task"] = self.chance.choice(self.orders.tasks[project])
        return event

    @property
    def finished(self) -> bool:
        return self.made == self.total and not self.open

    @property
    def too_late(self) -> bool:
        return time.monotonic() > self.began + self.orders.seconds + GIVES_UP_AFTER

    def acknowledge(self, key: str, seq: int) -> None:
        event = self.open.pop(key, None)
        if event is None:
            self.report.faults.append(f"{key} was acknowledged twice")
        else:
            self.report.acknowledged[key] = event["project_id"], seq

    def tell(self, trouble: str) -> None:
        """Once, however often it comes in a row."""
        if trouble != self.told:
            sys.stderr.write(f"writer {self.orders.number}: {trouble}\n")
        self.told = trouble

    async def run(self) -> Report:
        work = self.over_socket if self.orders.way == "socket" else self.over_rest
        while not self.finished and not self.too_late:
            try:
                await work()
            except (OSError, WebSocketException, httpx.HTTPError) as error:
                self.report.retries += 1
                self.tell(f"{type(error).__name__}: {error}")
                await asyncio.sleep(self.chance.uniform(0.05, 0.3))
        if not self.finished:
            unsaid = self.total - self.made
            self.report.faults.append(
                f"writer {self.orders.number}: of {self.total}, {len(self.open)} were never acknowledged, and {unsaid} "
                "never said: the machine is too slow for this rate"
            )
        return self.report

    # Over a socket, many in flight

    async def over_socket(self) -> None:
        url = f"ws://127.0.0.1:{self.chance.choice(self.orders.ports)}/ws/"
        async with connect(url, additional_headers=self.headers, subprotocols=[PROTOCOL], open_timeout=20) as ws:
            known = set()
            for event in list(self.open.values())[:IN_FLIGHT]:
                await self.publish(ws, event)
                known.add(event["key"])
            while not self.finished and not self.too_late:
                for event in [*self.open.values(), *self.make_due()]:
                    if event["key"] not in known and len(self.open.keys() & known) < IN_FLIGHT:
                        known.add(event["key"])
                        await self.publish(ws, event)
                try:
                    async with asyncio.timeout(0.02):
                        self.on_frame(json.loads(await ws.recv()))
                except TimeoutError:
                    pass

    async def publish(self, ws: ClientConnection, event: dict[str, Any]) -> None:
        await ws.send(json.dumps({"command": "publish", "id": event["key"], **event}))

    def on_frame(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "published":
            self.acknowledge(frame["reply_to"], frame["seq"])
        elif frame["type"] == "error":
            self.report.faults.append(f"refused: {frame}")
        elif frame["type"] == "closing":
            raise ConnectionResetError("the server ends")

    # Over REST, one by one or many at once

    async def over_rest(self) -> None:
        url = f"http://127.0.0.1:{self.chance.choice(self.orders.ports)}/api/v1/"
        most = BULK if self.orders.way == "bulk" else 1
        async with httpx.AsyncClient(base_url=url, headers=self.headers, timeout=20) as http:
            while not self.finished and not self.too_late:
                list(self.make_due())
                while self.open:
                    project = next(iter(self.open.values()))["project_id"]
                    some = [event for event in self.open.values() if event["project_id"] == project][:most]
                    await self.post(http, project, some)
                await asyncio.sleep(self.chance.uniform(0, 1) if most > 1 else 0.02)

    async def post(self, http: httpx.AsyncClient, project: str, events: list[dict[str, Any]]) -> None:
        bodies = [{name: value for name, value in event.items() if name != "project_id"} for event in events]
        response = await http.post(f"projects/{project}/events/", json=bodies if len(bodies) > 1 else bodies[0])
        if response.status_code != 201:
            self.report.faults.append(f"{response.status_code}: {response.text[:300]}")
            raise ConnectionResetError("not stored")
        answer = response.json()
        for event, told in zip(events, answer if isinstance(answer, list) else [answer], strict=True):
            self.acknowledge(event["key"], told["seq"])


def main() -> None:
    orders = Orders(**json.load(sys.stdin))
    report = asyncio.run(Writer(orders).run())
    json.dump(asdict(report), sys.stdout)


if __name__ == "__main__":
    main()
