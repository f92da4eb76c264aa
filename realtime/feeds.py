"""A stream as one process follows it.

A feed's position says up to which seq it has handed events on. News that begins right after it is handed on; older news is
dropped; anything else is a gap, read from the log once for all who wait. So each event is handed on once and in order,
whatever the channel layer loses, doubles or reorders. What comes within one turn of the event loop goes out together.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from realtime import history
from realtime.event_types import MemberChanged
from realtime.history import EventFilter, LoggedEvent
from realtime.threads import in_database
from realtime.wire import MOST_FRAMES, Bundle, portions

if TYPE_CHECKING:
    from realtime.connection import Subscription
    from realtime.hub import Hub


class Audience:
    """The live subscriptions that get the same frames: those with one stream and one filter.

    `prev` is the seq of their last frame: the log and the filter determine it, so it is the same for all of them.
    """

    def __init__(self, stream: str, wanted: EventFilter, prev: int) -> None:
        self.stream = stream
        self.wanted = wanted
        self.prev = prev
        self.members: set[Subscription] = set()

    def hand_on(self, events: Sequence[LoggedEvent]) -> int:
        """Give the events to every member. Returns how many frames went out."""
        events = events if self.wanted.passes_all else [event for event in events if self.wanted.matches(event)]
        if not events:
            return 0
        delivered = 0
        for some in portions(events, size_of, most=MOST_FRAMES):
            before, self.prev = self.prev, some[-1].seq
            bundle = Bundle(history.chained(some, self.stream, before))
            for member in tuple(self.members):
                member.offer(bundle, at=some[0].seq - 1, prev=before)
            delivered += len(some) * len(self.members)
        return delivered


def size_of(event: LoggedEvent) -> int:
    return len(event.body)


class LogLostItsEnd(Exception):
    """Events that the log had a moment ago are gone: it was restored, or deleted."""


class Followed(ABC):
    """Something that one process follows on behalf of its sockets. `awaited` counts those who are about to watch."""

    position: int
    known_head: int

    def __init__(self, hub: "Hub", name: str) -> None:
        self.hub = hub
        self.name = name
        self.watchers: set[Subscription] = set()
        self.awaited = 0

    @staticmethod
    @abstractmethod
    def decode(news: Sequence[Any]) -> Sequence[Any]:
        """News as it comes from another process, as `hear` takes it."""

    @abstractmethod
    def hear(self, news: Sequence[Any]) -> None:
        """News, in whatever order and however often it comes."""

    @abstractmethod
    def look(self) -> None:
        """Find out in the database what is new: a hint may have been lost."""

    def look_now_and_then(self) -> None:
        """Called every few seconds: the last hint may have been lost, which no gap would tell."""
        self.look()


class Feed(Followed):
    """A log. `doubts` counts how often it was asked anew who may see the stream."""

    def __init__(self, hub: "Hub", name: str, stream_id: int, head: int, cursor: str) -> None:
        super().__init__(hub, name)
        self.stream_id = stream_id
        self.position = head
        self.cursor = cursor
        self.known_head = head
        self.heard: list[LoggedEvent] = []
        self.doubts = 0
        self.audiences: dict[tuple[str, EventFilter], Audience] = {}
        self.reading: asyncio.Task[None] | None = None

    # What comes in

    @staticmethod
    def decode(news: Sequence[Any]) -> Sequence[LoggedEvent]:
        return [LoggedEvent(*event) for event in news]

    def look(self) -> None:
        self.hub.start(self.hub.read_heads_of([self]))

    def hear(self, news: Sequence[LoggedEvent]) -> None:
        """News of this stream, in whatever order and however often it comes."""
        if self.reading is None:
            self.hear_in_order(news)
        self.hear_of_head(news[-1].seq)

    def hear_in_order(self, news: Sequence[LoggedEvent]) -> None:
        if not self.heard:
            self.hub.loop.call_soon(self.flush)
        following = self.position + len(self.heard) + 1
        for event in news:
            if event.seq == following:
                self.heard.append(event)
                following += 1

    def hear_of_head(self, head: int) -> None:
        self.known_head = max(self.known_head, head)
        if self.known_head > self.position + len(self.heard) and self.reading is None:
            self.reading = self.hub.start(self.read_gap())

    async def read_gap(self) -> None:
        self.flush()
        try:
            while self.known_head > self.position:
                try:
                    page = await in_database(history.read_page, self.stream_id, self.position)
                except history.Trimmed as trouble:
                    self.pass_over(trouble.kept_from - 1)
                    continue
                if not page:
                    self.known_head = self.position
                self.hub.figures.healed += len(page)
                self.hand_on(page)
        finally:
            self.reading = None

    def pass_over(self, seq: int) -> None:
        """Go on after events that were trimmed before this process heard of them: their readers are told."""
        self.position, self.cursor = seq, str(seq)
        for subscription in tuple(self.watchers):
            if subscription.live and subscription.feed is self:
                subscription.connection.on_lost(subscription, "trimmed")

    async def reach(self, seq: int) -> None:
        """Wait until this seq, which the log has, has been handed on."""
        while self.position < seq:
            before = self.position
            self.hear_of_head(seq)
            if self.reading is not None:
                await asyncio.shield(self.reading)
                if self.position == before:
                    raise LogLostItsEnd(self.name)
            else:
                await asyncio.sleep(0)

    # What goes out

    def flush(self) -> None:
        heard, self.heard = self.heard, []
        self.hand_on(heard)

    def hand_on(self, events: Sequence[LoggedEvent]) -> None:
        """Give events that follow the position to the live subscriptions.

        After a change of members nobody gets anything until it is known who may still see the stream.
        """
        start = 0
        for place, event in enumerate(events):
            if event.type == MemberChanged.type:
                self.give(events[start : place + 1])
                start = place + 1
                self.doubt()
        self.give(events[start:])

    def give(self, events: Sequence[LoggedEvent]) -> None:
        if not events:
            return
        self.position, self.cursor = events[-1].seq, events[-1].cursor
        frames = sum(audience.hand_on(events) for audience in tuple(self.audiences.values()))
        self.hub.figures.note(events, frames)

    # Who may watch, and who is live

    def doubt(self) -> None:
        self.doubts += 1
        self.hub.doubt(self.watchers)

    def admit(self, subscription: "Subscription") -> None:
        key = subscription.stream, subscription.wanted
        if key not in self.audiences:
            self.audiences[key] = Audience(subscription.stream, subscription.wanted, subscription.prev)
        self.audiences[key].members.add(subscription)

    def dismiss(self, subscription: "Subscription") -> None:
        key = subscription.stream, subscription.wanted
        if audience := self.audiences.get(key):
            audience.members.discard(subscription)
            if not audience.members:
                del self.audiences[key]

    def prev_of(self, subscription: "Subscription") -> int:
        """The seq of a live subscription's last frame."""
        return self.audiences[subscription.stream, subscription.wanted].prev


async def open_log(hub: "Hub", stream: str) -> Feed:
    return Feed(hub, stream, *await in_database(history.read_head, stream))
