"""The hub hands every event on once and in order, whatever happens to the hints, and however slowly a client reads."""

import asyncio
import json
import random
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from django.db import connections, transaction

from gamedev_gateway.core.actors import SYSTEM
from realtime import doorbell, event_types, history
from realtime.access import Credential
from realtime.connection import QUEUE_BYTES, QUEUE_FRAMES, Connection, Subscription
from realtime.frames import Subscribed
from realtime.group_commit import writing_thread
from realtime.history import EventFilter, LoggedEvent
from realtime.hub import Hub, current_hub
from realtime.publishing import publish
from realtime.threads import database_threads, in_database
from realtime.wire import LARGEST_BATCH, MOST_FRAMES

pytestmark = pytest.mark.django_db(transaction=True)
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

    def __init__(self, hub: Hub, **options: Any) -> None:
        self.frames: list[dict[str, Any]] = []
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.got_something = asyncio.Event()
        self.ended_idle = False
        self.lost: list[tuple[str, str]] = []
        settings = {"batches": False, "heartbeat": 60, "grace": 60}
        self.connection = Connection(
            hub,
            self.write,
            actor=SYSTEM,
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


async def test_events_of_a_thread_reach_sockets_at_once(hub: Hub) -> None:
    reader = await Reader(hub).watch()
    await asyncio.to_thread(say_many, 3)
    await reader.until(lambda: reader.seqs == [1, 2, 3])


@pytest.mark.parametrize("seed", range(5))
async def test_hints_may_be_lost_doubled_and_reordered(hub: Hub, monkeypatch: Any, seed: int) -> None:
    chance = random.Random(seed)
    waiting: list[tuple[str, Any]] = []

    def unreliable(stream: str, news: Any) -> None:
        waiting.extend([(stream, news)] * chance.choice([0, 0, 1, 1, 2]))
        chance.shuffle(waiting)
        while waiting and chance.random() < 0.6:
            reliable(*waiting.pop())

    reliable = doorbell.ring
    monkeypatch.setattr(doorbell, "ring", unreliable)
    reader = await Reader(hub).watch(at=0)
    await asyncio.gather(*(asyncio.to_thread(say_many, 20) for _ in range(3)))
    await reader.until(lambda: len(reader.seqs) >= 60)
    assert reader.seqs == list(range(1, 61))
    assert [frame["prev"] for frame in reader.frames if "prev" in frame] == list(range(60))


async def test_when_no_hint_comes_at_all_heads_are_read_again(hub: Hub, monkeypatch: Any) -> None:
    monkeypatch.setattr(doorbell, "ring", lambda stream, news: None)
    reader = await Reader(hub).watch()
    await asyncio.to_thread(say_many, 300)
    await reader.until(lambda: len(reader.seqs) >= 300)
    assert reader.seqs == list(range(1, 301))


async def test_a_rolled_back_event_reaches_nobody(hub: Hub) -> None:
    def change_of_mind() -> None:
        with transaction.atomic():
            publish("island", event_types.Chat(text="no", data={}), actor=SYSTEM)
            transaction.set_rollback(True)

    reader = await Reader(hub).watch()
    await asyncio.to_thread(change_of_mind)
    await asyncio.to_thread(say, "yes")
    await reader.until(lambda: bool(reader.seqs))
    assert [(frame["seq"], frame["payload"]["text"]) for frame in reader.frames if "prev" in frame] == [(1, "yes")]


async def test_a_reader_that_stalls_costs_bounded_memory_delays_nobody_and_loses_nothing(hub: Hub) -> None:
    slow = await Reader(hub).watch()
    quick = await Reader(hub).watch()
    slow.may_read.clear()
    await asyncio.to_thread(say_many, 3 * QUEUE_FRAMES)
    await quick.until(lambda: len(quick.seqs) == 3 * QUEUE_FRAMES)
    assert slow.connection.queued_frames <= QUEUE_FRAMES + MOST_FRAMES
    assert slow.connection.queued_bytes <= QUEUE_BYTES + LARGEST_BATCH
    slow.may_read.set()
    await slow.until(lambda: len(slow.seqs) == 3 * QUEUE_FRAMES)
    assert slow.seqs == quick.seqs == list(range(1, 3 * QUEUE_FRAMES + 1))


async def test_who_falls_behind_catches_up_while_more_keeps_coming(hub: Hub) -> None:
    reader = await Reader(hub).watch()
    reader.may_read.clear()
    await asyncio.to_thread(say_many, 2 * QUEUE_FRAMES)
    reader.may_read.set()
    writing = asyncio.create_task(asyncio.to_thread(say_many, 200))
    total = 2 * QUEUE_FRAMES + 200
    await reader.until(lambda: len(reader.seqs) >= total)
    await writing
    assert reader.seqs == list(range(1, total + 1))
    assert reader.connection.behind == {}


async def test_a_filtered_reader_skips_without_losing_its_place(hub: Hub) -> None:
    def mixed() -> None:
        for number in range(400):
            say(str(number), event_types.Log if number % 4 else event_types.Chat)

    await asyncio.to_thread(mixed)
    reader = await Reader(hub).watch(at=0, wanted=EventFilter(frozenset({"chat"})))
    await reader.until(lambda: len(reader.seqs) == 100)
    await asyncio.to_thread(mixed)
    await reader.until(lambda: len(reader.seqs) == 200)
    assert reader.seqs == list(range(1, 801, 4))
    assert [frame["prev"] for frame in reader.frames if "prev" in frame] == [0, *range(1, 797, 4)]


async def test_a_position_ahead_of_the_feed_gets_nothing_twice(hub: Hub, monkeypatch: Any) -> None:
    feed = await hub.feed(STREAM)
    monkeypatch.setattr(doorbell, "ring", lambda stream, news: None)
    await asyncio.to_thread(say_many, 3)
    await feed.reach(3)
    reader = await Reader(hub).watch(at=3)
    await asyncio.to_thread(say_many, 2)
    await reader.until(lambda: len(reader.seqs) >= 2)
    assert reader.seqs == [4, 5]


async def test_a_feed_that_nobody_watches_is_forgotten(hub: Hub) -> None:
    reader = await Reader(hub).watch()
    assert STREAM in hub.feeds
    assert reader.connection.unsubscribe(STREAM)
    assert not reader.connection.unsubscribe(STREAM)
    assert STREAM not in hub.feeds


async def test_leaving_while_being_served_ends_the_serving(hub: Hub) -> None:
    await asyncio.to_thread(say_many, 500)
    reader = Reader(hub)
    reader.may_read.clear()
    await reader.watch(at=0)
    reader.connection.unsubscribe(STREAM)
    reader.may_read.set()
    await reader.watch(at=498)
    await reader.until(lambda: reader.seqs[-2:] == [499, 500])


async def test_two_first_watchers_share_one_feed(hub: Hub) -> None:
    first, second = await asyncio.gather(hub.feed(STREAM), hub.feed(STREAM))
    assert first is second


async def test_a_hub_of_another_process_hears_through_the_layer(hub: Hub, monkeypatch: Any) -> None:
    """The in-memory layer stands in for Redis: hints arrive as messages of the stream's group."""
    monkeypatch.setattr(doorbell, "layer_crosses_processes", lambda: True)
    other = Hub()
    try:
        async with asyncio.timeout(5):
            while other.channel is None:
                await asyncio.sleep(0)
        feed = await other.feed(STREAM)
        other.call_soon = lambda function, *args: False  # type: ignore[method-assign]  it is not in this process
        await asyncio.to_thread(say_many, 3)
        async with asyncio.timeout(5):
            while feed.position < 3:
                await asyncio.sleep(0.01)
    finally:
        await other.close()


async def test_a_failing_read_is_tried_again(hub: Hub, monkeypatch: Any, caplog: Any) -> None:
    reader = await Reader(hub).watch()
    attempts = []

    def flaky(*args: Any) -> list[LoggedEvent]:
        attempts.append(args)
        if len(attempts) == 1:
            raise RuntimeError("the database is away")
        return read_page(*args)

    read_page = history.read_page
    monkeypatch.setattr(history, "read_page", flaky)
    monkeypatch.setattr(doorbell, "ring", lambda stream, news: None)
    await asyncio.to_thread(say_many, 2)
    await reader.until(lambda: reader.seqs == [1, 2])
    assert "the database is away" in caplog.text


async def test_the_grace_period_ends_for_who_subscribes_to_nothing(hub: Hub) -> None:
    idle = Reader(hub, grace=0)
    busy = await Reader(hub, grace=0).watch()
    for reader in (idle, busy):
        reader.connection.tend(hub.loop.time() + 1)
    assert (idle.ended_idle, busy.ended_idle) == (True, False)


async def test_heartbeats_tell_the_position_of_idle_subscriptions(hub: Hub) -> None:
    await asyncio.to_thread(say, "one")
    reader = await Reader(hub, heartbeat=0).watch()
    reader.connection.tend(hub.loop.time() + 1)
    await reader.until(lambda: bool(reader.frames) and reader.frames[-1]["type"] == "position")
    assert reader.frames[-1]["seq"] == 1
    assert reader.frames[-1]["cursor"].startswith("1-")


async def test_a_hub_whose_loop_has_ended_is_no_trouble(hub: Hub) -> None:
    gone = asyncio.new_event_loop()
    gone.close()
    hub_loop, hub.loop = hub.loop, gone
    assert hub.call_soon(print) is False
    hub.loop = hub_loop


def test_an_event_is_published_in_a_transaction_or_not_at_all() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        publish("island", event_types.Chat(text="no", data={}), actor=SYSTEM)
