"""The hub hands every event on once and in order, whatever happens to the hints, and however slowly a client reads."""

import asyncio
import random
from typing import Any

import pytest
from django.db import transaction

from gamedev_gateway.core.actors import SYSTEM
from realtime import doorbell, event_types, history
from realtime.connection import QUEUE_BYTES, QUEUE_FRAMES
from realtime.history import EventFilter, LoggedEvent
from realtime.hub import Hub
from realtime.publishing import publish
from realtime.wire import LARGEST_BATCH, MOST_FRAMES
from tests.realtime.readers import STREAM, Reader, say, say_many

pytestmark = pytest.mark.django_db(transaction=True)


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


async def test_the_grace_period_ends_for_who_does_nothing(hub: Hub) -> None:
    idle, speaking = Reader(hub, grace=0), Reader(hub, grace=0)
    busy = await Reader(hub, grace=0).watch()
    speaking.connection.stay()
    for reader in (idle, busy, speaking):
        reader.connection.tend(hub.loop.time() + 1)
    assert (idle.ended_idle, busy.ended_idle, speaking.ended_idle) == (True, False, False)


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
