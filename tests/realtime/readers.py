"""What tests of the hub share: a hub on the test's own loop, and readers without a socket."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from django.db import connections, transaction

from gamedev_gateway.core.actors import SYSTEM, Actor
from realtime import event_types, history
from realtime.access import Credential
from realtime.connection import Connection, Subscription
from realtime.frames import Subscribed
from realtime.group_commit import writing_thread
from realtime.history import EventFilter
from realtime.hub import Hub, current_hub
from realtime.publishing import publish
from realtime.threads import database_threads, in_database

STREAM = "project:island"
ALL = EventFilter()
SUBSCRIBED = Subscribed(stream=STREAM, seq=0, cursor="0", recovered=True, missed=0)


@transaction.atomic
def say(text: str, kind: type[event_types.Payload] = event_types.Chat) -> None:
    publish("island", kind.model_validate({"text": text}), actor=SYSTEM)


def say_many(count: int) -> None:
    for number in range(count):
        say(str(number))


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = current_hub()
    yield hub
    for connection in tuple(hub.connections):
        connection.close()
    await hub.close()
    close_database_threads()


def close_database_threads() -> None:
    """Each thread keeps its connection to the database of the test; the next test has another."""
    everyone_is_here = threading.Barrier(4)

    def close() -> None:
        everyone_is_here.wait()
        connections.close_all()

    for done in [database_threads.submit(close) for _ in range(4)]:
        done.result()
    writing_thread.submit(connections.close_all).result()


class Reader:
    """A client of the hub: reads at its own pace, and keeps what it got."""

    def __init__(self, hub: Hub, actor: Actor = SYSTEM, **options: Any) -> None:
        self.frames: list[dict[str, Any]] = []
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.got_something = asyncio.Event()
        self.ended_idle = False
        self.lost: list[tuple[str, str]] = []
        settings = {"path": "/ws/", "batches": False, "heartbeat": 60, "grace": 60}
        self.connection = Connection(
            hub,
            self.write,
            actor=actor,
            credential=Credential(0),
            on_idle=self.note_idle,
            on_invalid=self.note_idle,
            on_lost=self.note_lost,
            on_closing=self.note_idle,
            **{**settings, **options},
        )

    def note_idle(self) -> None:
        self.ended_idle = True

    def note_lost(self, subscription: Subscription, reason: str) -> None:
        self.lost.append((subscription.stream, reason))
        self.connection.unsubscribe(subscription.stream)
        self.got_something.set()

    async def until_lost(self) -> None:
        await self.until(lambda: bool(self.lost))

    async def write(self, text: str) -> None:
        await self.may_read.wait()
        frame = json.loads(text)
        self.frames += frame["frames"] if frame["type"] == "batch" else [frame]
        self.got_something.set()

    async def watch(self, *, at: int | None = None, wanted: EventFilter = ALL) -> "Reader":
        feed = await self.connection.hub.feed(STREAM)
        start = feed.position if at is None else at
        prev = await in_database(history.previous_seq, feed.stream_id, start + 1, wanted)
        self.connection.subscribe(STREAM, feed, wanted, at=start, prev=prev, welcome=SUBSCRIBED)
        return self

    @property
    def seqs(self) -> list[int]:
        return [frame["seq"] for frame in self.frames if "prev" in frame]

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not happened():
                self.got_something.clear()
                await self.got_something.wait()
