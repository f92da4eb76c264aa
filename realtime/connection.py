"""One socket's side of the hub: its subscriptions, and what waits to be written to it.

Frames wait in a bounded queue. A subscription whose frame no longer fits falls *behind*: it is taken off the live feed and
served from the log, page by page, as fast as its client reads, until it has caught up. Catching up after `subscribe` is
the very same thing, so there is one path and no seam. A frame is never dropped.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

from realtime import history
from realtime.frames import Frame, Position
from realtime.history import EventFilter, LoggedEvent
from realtime.hub import Feed, Hub, in_database

QUEUE_FRAMES = 256
QUEUE_BYTES = 1 << 20
Write = Callable[[str], Awaitable[None]]


class Subscription:
    """One stream as one socket watches it.

    `position`: up to where it was served when it left the live feed. `prev`: the seq of its last frame.
    """

    def __init__(
        self, connection: "Connection", stream: str, feed: Feed, wanted: EventFilter, at: int, prev: int
    ) -> None:
        self.connection = connection
        self.stream = stream
        self.feed = feed
        self.wanted = wanted
        self.position = at
        self.prev = prev
        feed.watchers.add(self)

    def offer(self, event: LoggedEvent) -> None:
        """Take one live event, or fall behind."""
        if event.seq <= self.position or not self.wanted.matches(event):
            return
        if self.connection.has_room:
            self.enqueue(event)
        else:
            self.position = event.seq - 1
            self.connection.fall_behind(self)

    def enqueue(self, event: LoggedEvent) -> None:
        self.connection.enqueue(event.frame(self.stream, self.prev))
        self.prev = event.seq

    async def next_page(self) -> list[LoggedEvent]:
        """What is next in the log for it. Moves its position to the end of what was read."""
        upper = max(self.feed.position, self.position)
        page = await in_database(
            history.read_page, self.feed.stream_id, self.position, history.PAGE, self.wanted, upper
        )
        self.position = page[-1].seq if len(page) == history.PAGE else upper
        return page

    @property
    def caught_up(self) -> bool:
        return self.position >= self.feed.position

    @property
    def is_idle(self) -> bool:
        """Everything up to the feed's position has been handed to this socket."""
        return self in self.feed.live and self.feed.position >= self.position

    def position_frame(self) -> Position:
        return Position(stream=self.stream, seq=self.feed.position, cursor=self.feed.cursor)

    def end(self) -> None:
        self.feed.watchers.discard(self)
        self.feed.live.discard(self)
        self.connection.behind.pop(self, None)
        self.feed.hub.leave(self.feed)


class Connection:
    """What one socket is subscribed to, and its writer."""

    def __init__(
        self,
        hub: Hub,
        write: Write,
        *,
        user_id: int,
        batches: bool,
        heartbeat: float,
        grace: float,
        on_idle: Callable[[], None],
    ) -> None:
        self.hub = hub
        self.write = write
        self.user_id = user_id
        self.batches = batches
        self.heartbeat = heartbeat
        self.on_idle = on_idle
        self.subscriptions: dict[str, Subscription] = {}
        self.behind: dict[Subscription, None] = {}
        self.queue: deque[str] = deque()
        self.queued_bytes = 0
        self.awake = asyncio.Event()
        self.room = asyncio.Event()
        self.room.set()
        self.next_heartbeat = hub.loop.time() + heartbeat
        self.must_subscribe_by: float | None = hub.loop.time() + grace
        hub.connections.add(self)

    # Subscriptions

    def subscribe(self, stream: str, feed: Feed, wanted: EventFilter, *, at: int, prev: int, welcome: Frame) -> None:
        """Start serving a stream from a position. `welcome` goes out before anything else of it."""
        subscription = Subscription(self, stream, feed, wanted, at, prev)
        self.subscriptions[stream] = subscription
        self.must_subscribe_by = None
        self.tell(welcome)
        if subscription.caught_up:
            feed.live.add(subscription)
        else:
            self.fall_behind(subscription)

    def unsubscribe(self, stream: str) -> bool:
        subscription = self.subscriptions.pop(stream, None)
        if subscription is not None:
            subscription.end()
        return subscription is not None

    def fall_behind(self, subscription: Subscription) -> None:
        subscription.feed.live.discard(subscription)
        self.behind[subscription] = None
        self.awake.set()

    # Frames

    @property
    def has_room(self) -> bool:
        return len(self.queue) < QUEUE_FRAMES and self.queued_bytes < QUEUE_BYTES

    def enqueue(self, frame: str) -> None:
        self.queue.append(frame)
        self.queued_bytes += len(frame)
        self.awake.set()
        if not self.has_room:
            self.room.clear()

    def tell(self, frame: Frame) -> None:
        """Send a frame that is not an event."""
        self.enqueue(frame.model_dump_json())

    async def run_writer(self) -> None:
        """Write what waits, in order; serve those who are behind; for as long as the socket lives."""
        with contextlib.suppress(OSError):  # the client has gone, and `disconnect` is on its way
            while True:
                await self.awake.wait()
                self.awake.clear()
                while self.queue or self.behind:
                    await self.flush()
                    if self.behind:
                        await self.serve_page(next(iter(self.behind)))

    async def flush(self) -> None:
        while self.queue:
            if self.batches and len(self.queue) > 1:
                frames = ",".join(self.queue)
                self.queue.clear()
                self.queued_bytes = 0
                await self.write(f'{{"type":"batch","frames":[{frames}]}}')
            else:
                frame = self.queue.popleft()
                self.queued_bytes -= len(frame)
                await self.write(frame)
        self.room.set()

    async def serve_page(self, subscription: Subscription) -> None:
        """Serve one page of the log. Between the last write and going live nothing waits, so nothing can slip through."""
        for event in await subscription.next_page():
            subscription.enqueue(event)
            if not self.has_room:
                await self.flush()
        await self.flush()
        self.behind.pop(subscription, None)
        if self.subscriptions.get(subscription.stream) is not subscription:
            return
        if subscription.caught_up:
            subscription.feed.live.add(subscription)
        else:
            self.behind[subscription] = None

    async def emptied(self) -> None:
        """Wait until everything that waits has been written."""
        while self.queue or self.behind:
            await asyncio.sleep(0.01)

    # Housekeeping

    def tend(self, now: float) -> None:
        """Called every few seconds: heartbeats, and the grace period of a socket that subscribes to nothing."""
        if self.must_subscribe_by is not None and now > self.must_subscribe_by:
            self.on_idle()
        if now > self.next_heartbeat:
            self.next_heartbeat = now + self.heartbeat
            for subscription in self.subscriptions.values():
                if subscription.is_idle and self.has_room:
                    self.tell(subscription.position_frame())

    def close(self) -> None:
        for stream in list(self.subscriptions):
            self.unsubscribe(stream)
        self.hub.connections.discard(self)
