"""What the hub does when rights change, the log is trimmed or restored, or a part of it fails."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from gamedev_gateway.core.actors import SYSTEM, Actor
from gamedev_gateway.core.errors import GatewayError
from realtime import access, doorbell, event_types, history
from realtime.feeds import Feed
from realtime.group_commit import GroupCommit, OutcomeUnknown
from realtime.hub import Hub
from realtime.models import Event, Stream
from realtime.publishing import TaskRef, publish
from realtime.retention import trim
from realtime.spoken import Spoken, publish_spoken
from tests.realtime.readers import STREAM, Reader, say, say_many

pytestmark = pytest.mark.django_db(transaction=True)
LEAVING = Actor("user", "7", "bob", 7)
NO_TASKS: dict[str, TaskRef] = {}


@transaction.atomic
def remove_bob_and_go_on() -> None:
    """Both in one commit, so that no check can come between them."""
    publish("island", event_types.MemberChanged(user="bob", role=None), actor=SYSTEM)
    publish("island", event_types.Chat(text="he is gone", data={}), actor=SYSTEM)


async def test_who_leaves_gets_nothing_that_comes_after(hub: Hub, monkeypatch: Any) -> None:
    monkeypatch.setattr(access, "find_all", lambda asked: {pair for pair in asked if pair[1] != LEAVING})
    stays, leaves = await Reader(hub).watch(), await Reader(hub, LEAVING).watch()
    behind = Reader(hub, LEAVING)
    behind.may_read.clear()
    await behind.watch()
    await asyncio.to_thread(remove_bob_and_go_on)
    await stays.until(lambda: stays.seqs == [1, 2])
    behind.may_read.set()
    await asyncio.to_thread(say, "and more")
    await stays.until(lambda: stays.seqs == [1, 2, 3])
    assert leaves.seqs == [1]
    assert behind.seqs in ([], [1])
    assert leaves.lost == behind.lost == [(STREAM, "revoked")]


async def test_a_check_of_rights_that_fails_holds_back_and_is_made_again(hub: Hub, monkeypatch: Any) -> None:
    attempts: list[Any] = []

    def flaky(asked: Any) -> Any:
        attempts.append(asked)
        if len(attempts) == 1:
            raise RuntimeError("the database is away")
        return asked

    monkeypatch.setattr(access, "find_all", flaky)
    reader = await Reader(hub).watch()
    await asyncio.to_thread(remove_bob_and_go_on)
    await reader.until(lambda: reader.seqs == [1, 2])
    assert len(attempts) == 2


def trim_all_but(kept: int) -> None:
    stream = Stream.objects.get(name=STREAM)
    list(trim(stream, stream.head - kept + 1))


async def test_events_that_are_trimmed_before_a_slow_reader_gets_them_are_told_as_lost(hub: Hub) -> None:
    await asyncio.to_thread(say_many, 1_200)
    reader = Reader(hub)
    reader.may_read.clear()
    await reader.watch(at=0)
    await asyncio.to_thread(trim_all_but, 3)
    reader.may_read.set()
    await reader.until(lambda: bool(reader.lost))
    assert reader.lost == [(STREAM, "trimmed")]
    assert reader.seqs == list(range(1, len(reader.seqs) + 1)), "what came before is whole"


async def test_events_that_are_trimmed_before_the_hub_hears_of_them_are_told_as_lost(
    hub: Hub, monkeypatch: Any
) -> None:
    monkeypatch.setattr(doorbell, "ring", lambda stream, news: None)
    monkeypatch.setattr(history, "read_heads", lambda ids: dict.fromkeys(ids, 0))
    reader = await Reader(hub).watch()
    await asyncio.to_thread(lambda: (say_many(10), trim_all_but(2)))
    feed = hub.feeds[STREAM]
    assert isinstance(feed, Feed)
    feed.hear_of_head(10)
    await reader.until_lost()
    assert (reader.lost, reader.seqs) == ([(STREAM, "trimmed")], [])


async def test_a_log_that_was_restored_to_an_earlier_state_is_noticed(hub: Hub) -> None:
    def restore() -> None:
        Event.objects.filter(seq__gt=2).delete()
        Stream.objects.update(head=2)

    reader = await Reader(hub).watch()
    await asyncio.to_thread(say_many, 5)
    await reader.until(lambda: len(reader.seqs) == 5)
    await asyncio.to_thread(restore)
    await reader.until_lost()
    assert reader.lost == [(STREAM, "rewound")]


async def test_a_part_of_the_hub_that_dies_is_restarted_and_says_so(hub: Hub, monkeypatch: Any, caplog: Any) -> None:
    monkeypatch.setattr(doorbell, "ring", lambda stream, news: None)
    monkeypatch.setattr(Hub, "end_invalid", fails_once(Hub.end_invalid))
    reader = await Reader(hub).watch()
    await asyncio.to_thread(say, "one")
    await reader.until(lambda: reader.seqs == [1])
    while not hub.figures.restarts:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(say, "two")
    await reader.until(lambda: reader.seqs == [1, 2])
    assert "hub_restarted" in caplog.text


def fails_once(method: Any) -> Any:
    calls: list[int] = []

    async def wrapped(self: Hub) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("out of order")
        await method(self)

    return wrapped


async def test_a_layer_that_is_away_stops_nobody(hub: Hub, monkeypatch: Any) -> None:
    async def away(*args: Any) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(hub.layer, "group_send", away)
    monkeypatch.setattr(doorbell, "layer_crosses_processes", lambda: True)
    reader = await Reader(hub).watch()
    await asyncio.to_thread(say_many, 3)
    await reader.until(lambda: reader.seqs == [1, 2, 3])
    while not hub.figures.layer_failures:
        await asyncio.sleep(0.01)


async def test_one_bad_item_does_not_spoil_the_commit_of_the_others(hub: Hub) -> None:
    @transaction.atomic
    def act(items: Sequence[str]) -> list[str]:
        for item in items:
            say(item)
            if item == "bad":
                raise RuntimeError("no")
        return [item.upper() for item in items]

    results: list[Any] = []
    commit = GroupCommit[str, str](hub, act, harmless_twice=lambda item: False)
    for item in ("a", "bad", "b"):
        commit.submit(item, results.append)
    async with asyncio.timeout(10):
        while len(results) < 3:
            await asyncio.sleep(0.01)
    assert (results[0], results[2], str(results[1])) == ("A", "B", "no")
    assert await asyncio.to_thread(Event.objects.count) == 2


async def test_what_is_lost_at_the_commit_is_stored_once_and_without_a_key_told_as_unknown(
    hub: Hub, monkeypatch: Any
) -> None:
    """The database commits, and its answer is lost."""
    lost: list[int] = []

    def lose_the_first(self: BaseDatabaseWrapper) -> None:
        commit(self)
        lost.append(1)
        if len(lost) == 1:
            raise OperationalError("the connection was closed")

    def publish_in_island(said: Sequence[Spoken]) -> list[Event | GatewayError]:
        return publish_spoken("island", said, find_task=NO_TASKS.__getitem__)

    await asyncio.to_thread(say, "the log is there")
    commit = BaseDatabaseWrapper._commit
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", lose_the_first)
    monkeypatch.setattr(access, "_publishers", [publish_in_island])
    results: list[Any] = []
    for text, key in (("without a key", None), ("with a key", "k"), ("without either", None)):
        hub.publishing.submit(Spoken("island", "chat", {"text": text}, SYSTEM, key=key), results.append)
    async with asyncio.timeout(10):
        while len(results) < 3:
            await asyncio.sleep(0.01)
    assert [type(result) for result in results] == [OutcomeUnknown, Event, OutcomeUnknown]
    assert results[1].seq == 3
    assert await asyncio.to_thread(Event.objects.count) == 4


class Transport:
    """A server's transport that is ready or not as the test says."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.can_write = asyncio.Event()
        self.can_write.set()

    @property
    def ready(self) -> bool:
        return self.can_write.is_set()

    def write_frames(self, data: bytes) -> None:
        self.written.append(data)

    async def until_ready(self) -> None:
        await self.can_write.wait()


@pytest.mark.parametrize("batches", [True, False])
async def test_frames_wait_while_the_transport_is_full_and_then_go_out_in_order(hub: Hub, batches: bool) -> None:
    transport = Transport()
    reader = await Reader(hub, direct=transport, batches=batches).watch()
    await asyncio.to_thread(say, "at once")
    while len(transport.written) < 2:
        await asyncio.sleep(0)
    transport.can_write.clear()
    await asyncio.to_thread(say_many, 5)
    while reader.connection.queued_frames < 5:
        await asyncio.sleep(0)
    transport.can_write.set()
    await reader.connection.emptied()
    seen = b"".join(transport.written)
    places = [seen.index(f'"seq":{seq},'.encode()) for seq in range(1, 7)]
    assert places == sorted(places)
    assert (b'"batch"' in seen) is batches
