"""One hub per process: it follows the streams that local sockets watch, and fans their events out.

A feed's position says up to which seq it has handed events on. News that begins right after it is handed on; older news is
dropped; anything else is a gap, read from the log. Heads are read again every few seconds, because nothing follows a lost
last hint. So each event is handed on once and in order, whatever the channel layer loses, doubles or reorders.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import close_old_connections

from realtime import doorbell, history
from realtime.history import LoggedEvent

if TYPE_CHECKING:
    from realtime.connection import Connection, Subscription

log = structlog.get_logger("gateway.hub")
Result = TypeVar("Result")

database_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="realtime-db")
"""Threads for the sockets' database work; each keeps its connection, which a new thread per call would not."""


async def in_database(function: Callable[..., Result], *args: Any) -> Result:
    """Run a synchronous function that uses the database, off the event loop."""

    def run() -> Result:
        close_old_connections()
        return function(*args)

    return await sync_to_async(run, thread_sensitive=False, executor=database_threads)()


class Feed:
    """One stream as this process follows it."""

    def __init__(self, hub: "Hub", name: str, stream_id: int, head: int, cursor: str) -> None:
        self.hub = hub
        self.name = name
        self.stream_id = stream_id
        self.position = head
        self.cursor = cursor
        self.known_head = head
        self.watchers: set[Subscription] = set()
        self.live: set[Subscription] = set()
        self.reading: asyncio.Task[None] | None = None

    def hear(self, news: Sequence[LoggedEvent]) -> None:
        """News of this stream, in whatever order and however often it comes."""
        for event in news:
            if event.seq == self.position + 1 and self.reading is None:
                self.hand_on(event)
        self.hear_of_head(news[-1].seq)

    def hear_of_head(self, head: int) -> None:
        self.known_head = max(self.known_head, head)
        if self.known_head > self.position and self.reading is None:
            self.reading = self.hub.start(self.read_gap())

    async def read_gap(self) -> None:
        try:
            while self.known_head > self.position:
                page = await in_database(history.read_page, self.stream_id, self.position)
                if not page:
                    self.known_head = self.position
                for event in page:
                    self.hand_on(event)
        finally:
            self.reading = None

    def hand_on(self, event: LoggedEvent) -> None:
        self.position, self.cursor = event.seq, event.cursor
        for subscription in tuple(self.live):
            subscription.offer(event)


class Hub:
    """The feeds and connections of one event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.feeds: dict[str, Feed] = {}
        self.opening: dict[str, asyncio.Task[Feed]] = {}
        self.connections: set[Connection] = set()
        self.tasks: set[asyncio.Task[Any]] = set()
        self.layer = get_channel_layer()
        self.channel: str | None = None
        doorbell.hubs.add(self)
        self.start(self.tend())
        if doorbell.layer_crosses_processes():
            self.start(self.listen())

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

    async def feed(self, stream: str) -> Feed:
        """The feed of a stream, opened when this is its first watcher."""
        if stream in self.feeds:
            return self.feeds[stream]
        if stream not in self.opening:
            self.opening[stream] = self.start(self.open(stream))
        return await asyncio.shield(self.opening[stream])

    async def open(self, stream: str) -> Feed:
        try:
            if self.channel is not None:
                await self.join(stream)
            feed = Feed(self, stream, *await in_database(read_head, stream))
            self.feeds[stream] = feed
            feed.hear_of_head((await in_database(history.read_heads, [feed.stream_id]))[feed.stream_id])
            return feed
        finally:
            del self.opening[stream]

    def leave(self, feed: Feed) -> None:
        """Forget a feed that nobody watches any more."""
        if not feed.watchers and self.feeds.get(feed.name) is feed:
            del self.feeds[feed.name]
            if self.channel is not None:
                self.start(self.layer.group_discard(doorbell.events_group(feed.name), self.channel))

    def hear(self, stream: str, news: Sequence[LoggedEvent]) -> None:
        if feed := self.feeds.get(stream):
            feed.hear(news)

    # The channel layer

    def send_to_group(self, group: str, message: dict[str, Any]) -> None:
        self.start(self.layer.group_send(group, message))

    async def join(self, stream: str) -> None:
        try:
            await self.layer.group_add(doorbell.events_group(stream), self.channel)
        except Exception as error:
            log.warning("layer_unreachable", stream=stream, error=str(error))

    async def listen(self) -> None:
        """Hear hints of other processes. While the layer is down, the re-read of heads stands in for it."""
        while True:
            try:
                self.channel = await self.layer.new_channel()
                for stream in list(self.feeds):
                    await self.join(stream)
                while True:
                    hint = await self.layer.receive(self.channel)
                    self.hear(hint["stream"], [LoggedEvent(*event) for event in hint["events"]])
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("layer_lost", error=str(error))
                await asyncio.sleep(settings.GATEWAY_REREAD_SECONDS)

    # Housekeeping

    async def tend(self) -> None:
        """Every few seconds: read the heads again, and let each connection look after itself."""
        while True:
            await asyncio.sleep(settings.GATEWAY_REREAD_SECONDS)
            try:
                await self.read_heads()
            except Exception as error:
                log.warning("heads_not_read", error=str(error))
            now = self.loop.time()
            for connection in tuple(self.connections):
                connection.tend(now)

    async def read_heads(self) -> None:
        by_id = {feed.stream_id: feed for feed in self.feeds.values()}
        if by_id:
            for stream_id, head in (await in_database(history.read_heads, list(by_id))).items():
                by_id[stream_id].hear_of_head(head)

    async def close(self) -> None:
        for task in tuple(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        doorbell.hubs.discard(self)
        _hub_of_loop.pop(self.loop, None)


def read_head(stream: str) -> tuple[int, int, str]:
    found = history.find_stream(stream)
    return found.pk, found.head, history.cursor_at(found.pk, found.head)


_hub_of_loop: dict[asyncio.AbstractEventLoop, Hub] = {}


def current_hub() -> Hub:
    """The hub of the running event loop, made on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hub_of_loop:
        _hub_of_loop[loop] = Hub()
    return _hub_of_loop[loop]
