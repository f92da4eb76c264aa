"""One socket's side of the hub: its subscriptions, and what waits to be written to it.

While its client keeps up, frames are written the moment they come. Otherwise they wait in a bounded queue. A subscription
whose frames no longer fit falls *behind*: it is taken off the live feed and served from the log, page by page, as fast as
its client reads, until it has caught up. Catching up after `subscribe` is the very same thing, so there is one path and no
seam. A frame is never dropped.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal

from gamedev_gateway.core.actors import Actor
from realtime import history
from realtime.access import Credential
from realtime.feeds import Feed
from realtime.frames import Frame, Position
from realtime.history import EventFilter
from realtime.hub import Hub
from realtime.threads import in_database
from realtime.wire import LARGEST_BATCH, Bundle, DirectWriter, bundles_of

QUEUE_FRAMES = 256
QUEUE_BYTES = 1 << 20
Write = Callable[[str], Awaitable[None]]
Lost = Literal["revoked", "rewound", "trimmed"]


class Subscription:
    """One stream as one socket watches it.

    `position` and `prev` (the seq of its last frame) say how far it was served; the audience counts for it while it is live.
    `attached` are others that are held, released and ended with it.
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
        self.live = False
        self.holds = 0
        self.attached: list[Subscription] = []
        feed.watchers.add(self)

    def offer(self, bundle: Bundle, *, at: int, prev: int) -> None:
        """Take live frames, or fall behind at the place before them."""
        connection = self.connection
        if connection.writes_now(bundle):
            return
        if connection.has_room:
            connection.enqueue(bundle)
        else:
            self.step_back(at, prev)
            connection.serve(self)

    def go_live(self) -> None:
        self.live = True
        self.feed.admit(self)

    def step_back(self, at: int, prev: int) -> None:
        self.live = False
        self.position, self.prev = at, prev
        self.feed.dismiss(self)

    def hold(self) -> None:
        """Get nothing more until it is known whether its reader may still see the stream: as often released as held."""
        if self.live:
            self.step_back(self.feed.position, self.feed.prev_of(self))
        self.holds += 1
        self.connection.behind.pop(self, None)
        for each in self.attached:
            each.hold()

    def release(self) -> None:
        self.holds -= 1
        if not self.holds:
            self.connection.serve(self)
        for each in self.attached:
            each.release()

    def attach(self, other: "Subscription") -> None:
        """Let another be held, released and ended with this one, and be served unless this one is held."""
        self.attached.append(other)
        other.holds = self.holds
        if not other.held:
            self.connection.serve(other)

    @property
    def held(self) -> bool:
        return self.holds > 0

    @property
    def has_ended(self) -> bool:
        return self not in self.feed.watchers

    async def read_on(self) -> list[Bundle]:
        """The next frames from the log, at most up to where the feed is. Moves on to their end."""
        up_to = self.feed.position
        if self.wanted.passes_all:
            page = await self.feed.hub.pages.page_after(self.feed.stream_id, self.position, up_to)
            bundles, self.position = page.bundles(self.stream, self.position, up_to)
            self.prev = self.position
            return bundles
        events = await in_database(
            history.read_page, self.feed.stream_id, self.position, history.PAGE, self.wanted, up_to
        )
        self.position = events[-1].seq if len(events) == history.PAGE else up_to
        texts = history.chained(events, self.stream, self.prev)
        self.prev = events[-1].seq if events else self.prev
        return bundles_of(texts)

    @property
    def caught_up(self) -> bool:
        return self.position >= self.feed.position

    async def find_head(self) -> tuple[int, str]:
        """(seq, cursor) of the stream's end as it is stored now."""
        _, seq, cursor = await in_database(history.read_head, self.feed.name)
        return seq, cursor

    def position_frame(self) -> Position:
        return Position(stream=self.stream, seq=self.feed.position, cursor=self.feed.cursor)

    def end(self) -> None:
        for each in self.attached:
            each.end()
        self.live = False
        self.feed.dismiss(self)
        self.feed.watchers.discard(self)
        self.connection.behind.pop(self, None)
        self.feed.hub.leave(self.feed)


class Connection:
    """What one socket is subscribed to, and what waits for it.

    `write` sends one text frame; `direct`, where the server offers it, writes many at once. `credential` is what the socket
    was opened with, `path` its address. `on_idle`, `on_invalid`, `on_lost` and `on_closing` are called when it has
    neither subscribed nor published for too long, when its credential no longer holds, when a subscription cannot go on
    (revoked, rewound or trimmed), and when the server is about to end.
    """

    def __init__(
        self,
        hub: Hub,
        write: Write,
        direct: DirectWriter | None = None,
        *,
        actor: Actor,
        credential: Credential,
        path: str,
        batches: bool,
        heartbeat: float,
        grace: float,
        on_idle: Callable[[], None],
        on_invalid: Callable[[], None],
        on_lost: Callable[[Subscription, Lost], None],
        on_closing: Callable[[], None],
    ) -> None:
        self.hub = hub
        self.write = write
        self.direct = direct
        self.actor = actor
        self.credential = credential
        self.path = path
        self.opened_at = time.time()
        self.batches = batches
        self.heartbeat = heartbeat
        self.on_idle = on_idle
        self.on_invalid = on_invalid
        self.on_lost = on_lost
        self.on_closing = on_closing
        self.subscriptions: dict[str, Subscription] = {}
        self.behind: dict[Subscription, None] = {}
        self.queue: deque[Bundle] = deque()
        self.queued_frames = 0
        self.queued_bytes = 0
        self.writing: asyncio.Task[None] | None = None
        self.room = asyncio.Event()
        self.room.set()
        self.next_heartbeat = hub.loop.time() + heartbeat
        self.must_be_used_by: float | None = hub.loop.time() + grace
        hub.connections.add(self)

    # Subscriptions

    def subscribe(
        self, stream: str, feed: Feed, wanted: EventFilter, *, at: int, prev: int, welcome: Frame
    ) -> Subscription:
        """Start serving a stream from a position that the feed has reached. `welcome` goes out before anything of it."""
        return self.begin(Subscription(self, stream, feed, wanted, at, prev), welcome)

    def begin(self, subscription: Subscription, welcome: Frame) -> Subscription:
        """Start serving a subscription. `welcome` goes out before anything of it."""
        self.subscriptions[subscription.stream] = subscription
        self.stay()
        self.tell(welcome)
        if subscription.caught_up:
            subscription.go_live()
        else:
            self.serve(subscription)
        return subscription

    def stay(self) -> None:
        """It is in use: whoever has subscribed, or published something, is no idle stranger."""
        self.must_be_used_by = None

    def unsubscribe(self, stream: str) -> bool:
        subscription = self.subscriptions.pop(stream, None)
        if subscription is not None:
            subscription.end()
        return subscription is not None

    def serve(self, subscription: Subscription) -> None:
        """Serve a subscription from the log until it has caught up."""
        self.behind[subscription] = None
        self.start_writing()

    # Frames

    @property
    def has_room(self) -> bool:
        return self.queued_frames < QUEUE_FRAMES and self.queued_bytes < QUEUE_BYTES

    def tell(self, *frames: Frame) -> None:
        """Send frames that are not events."""
        self.deliver(Bundle([frame.model_dump_json() for frame in frames]))

    def deliver(self, bundle: Bundle) -> None:
        """Write frames now if the client keeps up, else when their turn comes."""
        if not self.writes_now(bundle):
            self.enqueue(bundle)

    def writes_now(self, bundle: Bundle) -> bool:
        """Write frames unless others wait or the client does not keep up. Whether it did."""
        if self.queue or self.direct is None or not self.direct.ready:
            return False
        self.direct.write_frames(bundle.batch_frame if self.batches else bundle.frames)
        return True

    def enqueue(self, bundle: Bundle) -> None:
        self.queue.append(bundle)
        self.queued_frames += len(bundle.texts)
        self.queued_bytes += bundle.size
        if not self.has_room:
            self.room.clear()
        self.start_writing()

    def start_writing(self) -> None:
        if self.writing is None:
            self.writing = self.hub.start(self.write_out())

    async def write_out(self) -> None:
        """Write what waits, in order, and serve those who are behind, until neither is left."""
        try:
            with contextlib.suppress(OSError):  # the client has gone, and `disconnect` is on its way
                while self.queue or self.behind:
                    await self.flush()
                    if self.behind:
                        await self.serve_page(next(iter(self.behind)))
        finally:
            self.writing = None

    async def flush(self) -> None:
        while self.queue:
            if self.direct is not None:
                await self.direct.until_ready()
            bundle = self.take()
            if self.direct is not None:
                self.direct.write_frames(bundle.batch_frame if self.batches else bundle.frames)
            else:
                for text in [bundle.batch] if self.batches else bundle.texts:
                    await self.write(text)
        self.room.set()

    def take(self) -> Bundle:
        """What is written next: the oldest bundle, or for who takes batches as many as go into one."""
        bundle = self.queue.popleft()
        while self.batches and self.queue and bundle.size + self.queue[0].size <= LARGEST_BATCH:
            bundle = Bundle([*bundle.texts, *self.queue.popleft().texts])
        self.queued_frames -= len(bundle.texts)
        self.queued_bytes -= bundle.size
        return bundle

    async def serve_page(self, subscription: Subscription) -> None:
        """Serve one page of the log. Between the last write and going live nothing waits, so nothing can slip through."""
        try:
            bundles = await subscription.read_on()
        except history.Trimmed:
            self.on_lost(subscription, "trimmed")
            return
        for bundle in bundles:
            if subscription.has_ended:
                return
            self.deliver(bundle)
            await self.flush()
        if subscription not in self.behind:
            return  # it has ended, or is held
        del self.behind[subscription]
        if subscription.caught_up:
            subscription.go_live()
        else:
            self.behind[subscription] = None

    async def emptied(self) -> None:
        """Wait until everything that waits has been written."""
        while self.writing is not None:
            await asyncio.wait([self.writing])

    # Housekeeping

    def tend(self, now: float) -> None:
        """Called every few seconds: heartbeats, the grace period of a socket that nobody uses, and once more what a
        failed read of the log has left undone."""
        if self.behind:
            self.start_writing()
        if self.must_be_used_by is not None and now > self.must_be_used_by:
            self.on_idle()
        if now > self.next_heartbeat:
            self.next_heartbeat = now + self.heartbeat
            for subscription in self.subscriptions.values():
                if subscription.live and self.has_room:
                    self.tell(subscription.position_frame())

    def close(self) -> None:
        for stream in list(self.subscriptions):
            self.unsubscribe(stream)
        self.hub.connections.discard(self)
        if self.writing is not None:
            self.writing.cancel()
