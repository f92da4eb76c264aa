"""One hub per process: it follows the streams that local sockets watch, and fans their events out (see feeds.py)."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog
from channels.layers import get_channel_layer
from django.conf import settings

from gamedev_gateway.core.errors import GatewayError
from realtime import access, doorbell, history
from realtime.feeds import Feed, Followed
from realtime.figures import Figures, LastMinute
from realtime.group_commit import GroupCommit
from realtime.models import Event
from realtime.pages import Pages
from realtime.spoken import Spoken
from realtime.threads import in_database

if TYPE_CHECKING:
    from realtime.connection import Connection, Subscription

log = structlog.get_logger("gateway.hub")
LAYER_WARNINGS_EVERY = 10.0
WAITING_HINTS = 1_000
"""Messages to the layer that may wait while it is slow; of hints the oldest can be spared."""


class Hub:
    """The feeds and connections of one event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.feeds: dict[str, Followed] = {}
        self.opening: dict[str, asyncio.Task[Followed]] = {}
        self.connections: set[Connection] = set()
        self.tasks: set[asyncio.Task[Any]] = set()
        self.pages = Pages(self)
        self.publishing = GroupCommit[Spoken, Event | GatewayError](
            self, access.publish, harmless_twice=lambda said: said.key is not None
        )
        self.figures = Figures()
        self.last_minute = LastMinute(self.figures)
        self.closing = False
        self.layer = get_channel_layer()
        self.channel: str | None = None
        self.outbox: deque[tuple[str, dict[str, Any]]] = deque(maxlen=WAITING_HINTS)
        self.next_layer_warning = 0.0
        self.sending: asyncio.Task[None] | None = None
        doorbell.hubs.add(self)
        self.start(self.keep_running(self.tend))
        if doorbell.layer_crosses_processes():
            self.start(self.keep_running(self.listen))

    # Tasks and threads

    def start(self, work: Any) -> asyncio.Task[Any]:
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.finish)
        return task

    def finish(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("hub_task_failed", task=task.get_coro().__qualname__, exc_info=error)  # type: ignore[union-attr]

    async def keep_running(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run what never ends; when it fails, say so, catch up with the log, and begin again."""
        while True:
            try:
                await work()
            except Exception as error:
                self.figures.restarts += 1
                log.error("hub_restarted", part=work.__name__, error=str(error), exc_info=error)
                await asyncio.sleep(min(settings.GATEWAY_REREAD_SECONDS, 1))
                self.read_heads_soon()

    def call_soon(self, function: Callable[..., None], *args: Any) -> bool:
        """Call a function on the hub's loop, from any thread. False when that loop has ended."""
        try:
            if doorbell.running_loop() is self.loop:
                self.loop.call_soon(function, *args)
            else:
                self.loop.call_soon_threadsafe(function, *args)
        except RuntimeError:
            return False
        return True

    # Feeds

    async def feed(self, stream: str) -> Followed:
        """The feed of a stream, opened when this is its first watcher."""
        if stream in self.feeds:
            return self.feeds[stream]
        if stream not in self.opening:
            self.opening[stream] = self.start(self.open(stream))
        return await asyncio.shield(self.opening[stream])

    @asynccontextmanager
    async def kept_feed(self, stream: str) -> AsyncIterator[Followed]:
        """The same, and it stays the stream's feed until the block ends, though nobody else may watch it."""
        feed = await self.feed(stream)
        feed.awaited += 1
        try:
            yield feed
        finally:
            feed.awaited -= 1
            self.leave(feed)

    async def open(self, stream: str) -> Followed:
        try:
            feed = await access.feed_opener(stream)(self, stream)
            self.feeds[stream] = feed
            feed.look()
            if self.channel is not None:
                self.start(self.join_events(feed, self.channel))
            return feed
        finally:
            del self.opening[stream]

    async def join_events(self, feed: Followed, channel: str) -> None:
        """Hear of a stream from other processes, and look for what they said before. Nobody waits for that: it may take long."""
        await self.join(doorbell.events_group(feed.name), channel)
        feed.look()

    def leave(self, feed: Followed) -> None:
        """Forget a feed that nobody watches any more."""
        if not feed.watchers and not feed.awaited and self.feeds.get(feed.name) is feed:
            del self.feeds[feed.name]
            if self.channel is not None:
                self.start(self.part(doorbell.events_group(feed.name), self.channel))

    def hear(self, stream: str, news: Sequence[Any]) -> None:
        if feed := self.feeds.get(stream):
            feed.hear(news)

    # Who may see what

    def doubt(self, subscriptions: "Iterable[Subscription]") -> None:
        """Hold subscriptions back until it is known whose reader may still see the stream."""
        doubted = list(subscriptions)
        for subscription in doubted:
            subscription.hold()
        self.start(self.look_again(doubted))

    async def look_again(self, doubted: "Sequence[Subscription]") -> None:
        asked = {(subscription.stream, subscription.connection.actor) for subscription in doubted}
        try:
            seen = await in_database(access.find_all, asked)
        except Exception:
            self.loop.call_later(settings.GATEWAY_REREAD_SECONDS, lambda: self.start(self.look_again(doubted)))
            raise
        for subscription in doubted:
            if subscription.has_ended:
                continue
            if (subscription.stream, subscription.connection.actor) in seen:
                subscription.release()
            else:
                subscription.connection.on_lost(subscription, "revoked")

    async def end_invalid(self) -> None:
        """End the sockets whose token was revoked or has expired, whose session or user is gone."""
        credentials = {connection.credential for connection in self.connections}
        if credentials and (invalid := await in_database(access.find_invalid, credentials)):
            for connection in tuple(self.connections):
                if connection.credential in invalid:
                    connection.on_invalid()

    # The channel layer. Nobody depends on it: what it loses, the log tells at the next re-read.

    def send_to_group(self, group: str, message: dict[str, Any]) -> None:
        self.outbox.append((group, message))
        if self.sending is None:
            self.sending = self.start(self.send_out())

    async def send_out(self) -> None:
        try:
            while self.outbox:
                await self.try_layer(self.layer.group_send(*self.outbox.popleft()))
        finally:
            self.sending = None

    async def join(self, group: str, channel: str) -> None:
        await self.try_layer(self.layer.group_add(group, channel))

    async def part(self, group: str, channel: str) -> None:
        await self.try_layer(self.layer.group_discard(group, channel))

    async def try_layer(self, act: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(doorbell.LAYER_ANSWERS_WITHIN):
                await act
        except Exception as error:
            self.note_layer_failure(error)

    def note_layer_failure(self, error: BaseException) -> None:
        """Say once in a while that the layer is away: it would be a line an event otherwise."""
        self.figures.layer_failures += 1
        if self.loop.time() >= self.next_layer_warning:
            self.next_layer_warning = self.loop.time() + LAYER_WARNINGS_EVERY
            log.warning("layer_unreachable", error=f"{type(error).__name__}: {error}")

    async def listen(self) -> None:
        """Hear hints of other processes."""
        self.channel = await self.layer.new_channel()
        self.join_again_soon()
        while True:
            hint = await self.layer.receive(self.channel)
            if feed := self.feeds.get(hint["stream"]):
                feed.hear(feed.decode(hint["events"]))

    def join_again_soon(self) -> None:
        self.start(self.join_again())

    async def join_again(self) -> None:
        """Join the groups of all feeds, which may have failed while the layer was away, and catch up with the log."""
        for stream in list(self.feeds):
            if self.channel is not None:
                await self.join(doorbell.events_group(stream), self.channel)
        await self.read_heads()

    # Housekeeping

    async def tend(self) -> None:
        """Every few seconds: read the heads again, look at the credentials, and let each connection look after itself."""
        while True:
            self.last_minute.sample(self.loop.time())
            await asyncio.sleep(settings.GATEWAY_REREAD_SECONDS)
            await self.read_heads()
            await self.end_invalid()
            now = self.loop.time()
            for connection in tuple(self.connections):
                connection.tend(now)

    def read_heads_soon(self) -> None:
        self.start(self.read_heads())

    async def read_heads(self) -> None:
        """Hear of events whose hint was lost. A stream that is gone, or has lost its end, is one to doubt."""
        logs = []
        for feed in tuple(self.feeds.values()):
            if isinstance(feed, Feed):
                logs.append(feed)
            else:
                feed.look_now_and_then()
        await self.read_heads_of(logs)

    async def read_heads_of(self, logs: Sequence[Feed]) -> None:
        before = {feed: feed.position for feed in logs}
        if not before:
            return
        heads = await in_database(history.read_heads, [feed.stream_id for feed in before])
        for feed, position in before.items():
            head = heads.get(feed.stream_id)
            if head is None:
                feed.doubt()
            elif head < position:
                self.rewind(feed)
            else:
                feed.hear_of_head(head)

    def rewind(self, feed: Feed) -> None:
        """The log was restored to an earlier state: what was sent is no longer what it says."""
        log.warning("log_rewound", stream=feed.name)
        self.pages.forget(feed.stream_id)
        for subscription in tuple(feed.watchers):
            subscription.connection.on_lost(subscription, "rewound")

    # The end

    async def say_goodbye(self, within: float) -> None:
        """Tell every socket that the server ends, finish what is in hand, and close them; after `within` seconds, go."""
        self.closing = True
        for connection in tuple(self.connections):
            connection.on_closing()
        give_up_at = self.loop.time() + within
        while self.connections and self.loop.time() < give_up_at:
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        for task in tuple(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        doorbell.hubs.discard(self)
        _hub_of_loop.pop(self.loop, None)


_hub_of_loop: dict[asyncio.AbstractEventLoop, Hub] = {}


def current_hub() -> Hub:
    """The hub of the running event loop, made on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hub_of_loop:
        _hub_of_loop[loop] = Hub()
    return _hub_of_loop[loop]
