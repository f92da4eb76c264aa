"""Moments in which two things happen at once: the places where something could slip through."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from realtime import access, doorbell, event_types, history
from realtime import hub as hub_module
from realtime.access import UnknownStream, Visible
from realtime.history import EventFilter
from realtime.hub import Hub
from realtime.redis_layer import RedisLayer
from storms.redis_server import RedisServer
from tests.realtime.readers import STREAM, Reader, say, say_many

pytestmark = pytest.mark.django_db(transaction=True)
ENDLESS = 3600


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.01)


class Door:
    """Who asks here who may see the stream waits until it is answered."""

    def __init__(self) -> None:
        self.answers = threading.Semaphore(0)
        self.asked = 0

    def find(self, key: str, actor: Any) -> Visible:
        self.asked += 1
        self.answers.acquire(timeout=10)
        return Visible(STREAM)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    door = Door()
    monkeypatch.setitem(access._kinds, "project", door)
    return door


def change_members() -> None:
    say_event(event_types.MemberChanged(user="bob", role=None))


def say_event(payload: event_types.Payload) -> None:
    from django.db import transaction

    from gamedev_gateway.core.actors import SYSTEM
    from realtime.publishing import publish

    with transaction.atomic():
        publish("island", payload, actor=SYSTEM)


async def test_who_is_about_to_watch_keeps_the_feed_when_the_last_watcher_leaves(hub: Hub) -> None:
    last = await Reader(hub).watch()
    async with hub.kept_feed(STREAM) as feed:
        last.connection.unsubscribe(STREAM)
        next_one = await Reader(hub).watch()
        assert hub.feeds[STREAM] is feed
    await asyncio.to_thread(say, "still heard")
    await next_one.until(lambda: next_one.seqs == [1])


async def test_a_subscription_that_was_refused_leaves_no_feed_behind(hub: Hub) -> None:
    with pytest.raises(UnknownStream):
        async with hub.kept_feed(STREAM):
            raise UnknownStream(STREAM)
    assert STREAM not in hub.feeds


async def test_who_unsubscribes_while_it_is_in_doubt_gets_nothing_more(hub: Hub, door: Door) -> None:
    leaving, staying = await Reader(hub).watch(), await Reader(hub).watch()
    await asyncio.to_thread(change_members)
    await until(lambda: door.asked > 0)
    leaving.connection.unsubscribe(STREAM)
    door.answers.release()
    await asyncio.to_thread(say, "for who is still here")
    await staying.until(lambda: staying.seqs == [1, 2])
    assert leaving.seqs == [1]
    assert not leaving.connection.behind


async def test_a_second_doubt_is_not_settled_by_the_answer_to_the_first(hub: Hub, door: Door) -> None:
    reader = await Reader(hub).watch()
    [subscription] = reader.connection.subscriptions.values()
    hub.doubt([subscription])
    hub.doubt([subscription])
    door.answers.release()
    await until(lambda: subscription.holds == 1)
    assert (subscription.live, reader.connection.behind) == (False, {})
    await asyncio.to_thread(say, "when both are answered")
    door.answers.release()
    await reader.until(lambda: reader.seqs == [1])


async def test_a_read_that_fails_while_catching_up_is_tried_again(hub: Hub, monkeypatch: Any, caplog: Any) -> None:
    def flaky(*args: Any) -> Any:
        attempts.append(args)
        if len(attempts) == 1:
            raise RuntimeError("the database is away")
        return read_bodies(*args)

    attempts: list[Any] = []
    await asyncio.to_thread(say_many, 3)
    read_bodies = history.read_bodies
    monkeypatch.setattr(history, "read_bodies", flaky)
    reader = await Reader(hub).watch(at=0, wanted=EventFilter())
    await reader.until(lambda: reader.seqs == [1, 2, 3])
    assert "the database is away" in caplog.text


@pytest.mark.parametrize("watching", ["before Redis dies", "while it is dead"])
async def test_what_redis_lost_is_read_as_soon_as_it_is_back(
    hub: Hub, redis: RedisServer, monkeypatch: Any, settings: Any, watching: str
) -> None:
    settings.GATEWAY_REREAD_SECONDS = ENDLESS
    hub.layer = layer = RedisLayer(hosts=[redis.url])
    monkeypatch.setattr(doorbell, "get_channel_layer", lambda: layer)
    monkeypatch.setattr(hub_module, "get_channel_layer", lambda: layer)
    other = Hub()
    other.call_soon = hears_by_the_layer_alone(other)  # type: ignore[method-assign]
    await until(lambda: other.channel is not None)
    reader = Reader(other)
    if watching == "before Redis dies":
        await reader.watch()
    redis.kill()
    if watching == "while it is dead":
        await reader.watch()
    await asyncio.to_thread(say, "while Redis is dead")
    redis.start()
    try:
        await reader.until(lambda: reader.seqs == [1])
        await asyncio.to_thread(say, "and after it")
        await reader.until(lambda: reader.seqs == [1, 2])
    finally:
        reader.connection.close()
        await other.close()
        await layer.flush()


def hears_by_the_layer_alone(hub: Hub) -> Callable[..., bool]:
    """What is published in this process does not reach this hub, as if it were in another; its layer still does."""

    def call_soon(function: Callable[..., None], *args: Any) -> bool:
        return function != hub.hear and Hub.call_soon(hub, function, *args)

    return call_soon
