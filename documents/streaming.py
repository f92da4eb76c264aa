"""Documents' streams over sockets. As with the log: at the place → send, behind → read what is stored."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from documents import reading
from documents.models import Document
from documents.places import Place, parse_cursor
from documents.reading import Stretch
from documents.texts import Text, joined
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans.streams import parse_id, role_in
from realtime import access, doorbell, frames
from realtime.access import Visible
from realtime.connection import Connection, Subscription
from realtime.feeds import Feed, Followed, LogLostItsEnd
from realtime.history import EventFilter
from realtime.publishing import project_stream
from realtime.threads import in_database
from realtime.wire import Bundle, bundles_of

if TYPE_CHECKING:
    from realtime.hub import Hub


def ring(document_id: int) -> None:
    """Tell those who watch that a draft has begun or ended, or the summary or the run's state has changed."""
    doorbell.ring(stream_of(document_id), [Text()])


def ring_text(document_id: int, section_id: int, number: int, start: int, text: str) -> None:
    """Tell those who watch of text that is stored."""
    doorbell.ring(stream_of(document_id), [Text(section_id, number, start, text)])


def stream_of(document_id: int) -> str:
    return f"document:{document_id}"


class DocumentFeed(Followed):
    """A document's stream as one process follows it."""

    def __init__(self, hub: "Hub", name: str, document_id: int, place: Place) -> None:
        super().__init__(hub, name)
        self.document_id = document_id
        self.move(place)
        self.live: dict[str, set[SectionSubscription]] = {}
        self.heard: list[Text] = []
        self.reading: asyncio.Task[None] | None = None
        self.look_again = False
        self.has_followed = False

    def move(self, place: Place) -> None:
        self.place = place
        self.position = self.known_head = place.draft

    @staticmethod
    def decode(news: Sequence[Any]) -> Sequence[Text]:
        return [Text(*piece) for piece in news]

    def hear(self, news: Sequence[Text]) -> None:
        """What is heard within one turn of the event loop goes out together, so that a busy loop sends fewer and larger pieces.
        During a reading it is kept until that is over, and then followed on with."""
        if not self.heard and self.reading is None:
            self.hub.loop.call_soon(self.flush)
        self.heard += news

    def flush(self) -> None:
        if self.reading is None:
            self.take_heard()

    def take_heard(self) -> None:
        heard, self.heard = self.heard, []
        for piece in joined([piece for piece in heard if not self.has(piece)]):
            self.take(piece)

    def take(self, piece: Text) -> None:
        if self.follows(piece):
            self.give_text(piece)
        elif not self.has(piece):
            self.look()

    def follows(self, piece: Text) -> bool:
        place = self.place
        return (piece.draft, piece.start, False) == (place.draft, place.offset, place.ended)

    def has(self, piece: Text) -> bool:
        """Whether a reading has brought it already."""
        end = piece.start + len(piece.text.encode())
        return bool(piece.text) and (piece.draft, end) <= (self.place.draft, self.place.offset)

    def give_text(self, piece: Text) -> None:
        self.has_followed = True
        after = self.place._replace(offset=piece.start + len(piece.text.encode()))
        self.give(
            after,
            lambda stream: list(
                reading.chunk_frames(stream, self.document_id, piece.section_id, piece.draft, piece.start, piece.text)
            ),
        )

    def look(self) -> None:
        """Read what is stored after the place: now, or once more when a reading is under way."""
        self.look_again = True
        if self.reading is None:
            self.reading = self.hub.start(self.read())

    def look_now_and_then(self) -> None:
        """Only when it is quiet: text that has followed since the last time proves that no hint before it was lost. A hundred
        documents that are being written would else be read in one go, and their text wait for that."""
        quiet, self.has_followed = not self.has_followed, False
        if quiet:
            self.look()

    async def read(self) -> None:
        try:
            while self.look_again:
                self.look_again = False
                if await self.read_page():
                    self.look_again = True
                self.take_heard()
        finally:
            self.reading, self.heard = None, []

    async def read_page(self) -> bool:
        """Read and hand on some drafts. Whether there are more."""
        before = self.place
        stretch = await in_database(reading.read_after, self.document_id, before, self.name)
        if stretch.gone:
            self.hub.doubt(self.watchers)
        if stretch.frames or stretch.place > before:
            self.give(stretch.place, stretch.labelled)
        return stretch.more and stretch.place > before

    async def reach(self, place: Place) -> None:
        """Wait until this place, which the document has, has been handed on: this process may hear of it later than others."""
        while self.place.of_text < place.of_text:
            before = self.place
            self.look()
            if self.reading is not None:
                await asyncio.shield(self.reading)
            if self.place == before:
                raise LogLostItsEnd(self.name)

    def give(self, after: Place, frames_for: Callable[[str], Sequence[frames.Frame]]) -> None:
        """Send frames to those who are live, and move on."""
        before = self.place
        self.move(after)
        for stream, members in tuple(self.live.items()):
            bundles = bundles_of([frame.model_dump_json() for frame in frames_for(stream)])
            for member in tuple(members):
                member.offer_from(bundles, before)


class SectionSubscription(Subscription):
    """A document's stream as one socket watches it. `place` says how far it was served when it left the live feed.

    It also watches the log of the document's project, which tells when somebody leaves it; unless it is attached to a
    subscription that does.
    """

    feed: DocumentFeed  # type: ignore[assignment]

    def __init__(
        self, connection: Connection, stream: str, feed: DocumentFeed, place: Place | None, log: Feed | None = None
    ) -> None:
        super().__init__(connection, stream, feed, EventFilter(), 0, 0)  # type: ignore[arg-type]
        self.place = place
        self.log = log
        if log is not None:
            log.watchers.add(self)

    @property
    def caught_up(self) -> bool:
        return self.place is not None and self.place >= self.feed.place

    def offer_from(self, bundles: Sequence[Bundle], before: Place) -> None:
        """Take live frames, all of them, or fall behind at the place before them."""
        if not self.live:
            return
        if self.connection.has_room:
            for bundle in bundles:
                self.connection.deliver(bundle)
        else:
            self.leave_live(before)
            self.connection.serve(self)

    def go_live(self) -> None:
        self.live = True
        self.feed.live.setdefault(self.stream, set()).add(self)

    def leave_live(self, place: Place) -> None:
        self.live = False
        self.place = place
        members = self.feed.live.get(self.stream, set())
        members.discard(self)
        if not members:
            self.feed.live.pop(self.stream, None)

    def hold(self) -> None:
        if self.live:
            self.leave_live(self.feed.place)
        super().hold()

    async def read_on(self) -> list[Bundle]:
        up_to = self.feed.place
        if self.place is None:
            stretch: Stretch = await in_database(reading.read_current, self.feed.document_id, self.stream, up_to)
        else:
            stretch = await in_database(reading.read_after, self.feed.document_id, self.place, self.stream, up_to)
        self.place = stretch.place
        return bundles_of([frame.model_dump_json() for frame in stretch.frames])

    async def find_head(self) -> tuple[int, str]:
        place = await in_database(reading.read_place, self.feed.document_id)
        return place.draft, place.cursor

    def position_frame(self) -> frames.Position:
        place = self.feed.place
        return frames.Position(stream=self.stream, seq=place.draft, cursor=place.cursor)

    def end(self) -> None:
        if self.live:
            self.leave_live(self.feed.place)
        self.feed.watchers.discard(self)
        self.connection.behind.pop(self, None)
        self.feed.hub.leave(self.feed)
        if self.log is not None:
            self.log.watchers.discard(self)
            self.feed.hub.leave(self.log)


async def subscribe(
    connection: Connection, stream: str, after: str | None, reply_to: Any, log: Feed
) -> SectionSubscription:
    """Serve a document's stream: from a cursor on, or its current drafts and then what is live."""
    async with connection.hub.kept_feed(stream) as followed:
        feed = cast(DocumentFeed, followed)
        place, trouble = await in_database(find_place, stream, connection.actor, after)
        if place is not None:
            await feed.reach(place)
        told = frames.Subscribed(
            reply_to=reply_to,
            stream=stream,
            seq=feed.place.draft,
            cursor=feed.place.cursor,
            recovered=trouble is None,
            reason=trouble,
            missed=feed.place.draft - (place.draft if place else 0),
        )
        subscription = SectionSubscription(connection, stream, feed, place, log)
        connection.begin(subscription, told)
        return subscription


def find_place(stream: str, actor: Actor, after: str | None) -> tuple[Place | None, Literal["rewound"] | None]:
    """(where to begin: None for the current drafts, why the cursor given cannot be continued). UnknownStream when it may
    not be seen any more."""
    access.find(stream, actor)
    if after is None:
        return None, None
    place = parse_cursor(after)
    if place is None:
        raise InvalidInput(
            {"after": ["Give a cursor of this document's stream, such as 12.164, or 0 for the beginning."]}
        )
    known = reading.has_been_at(int(stream.partition(":")[2]), place)
    return (place, None) if known else (None, "rewound")


async def open_feed(hub: "Hub", stream: str) -> DocumentFeed:
    document_id = int(stream.partition(":")[2])
    return DocumentFeed(hub, stream, document_id, await in_database(reading.read_place, document_id))


class DocumentStreams:
    """The kind of stream that is called document:<id>."""

    def find(self, key: str, actor: Actor) -> Visible | None:
        if (document_id := parse_id(key)) is None:
            return None
        project_id = Document.objects.filter(pk=document_id).values_list("project", flat=True).first()
        if project_id is None or role_in(project_id, actor) is None:
            return None
        return Visible(project_stream(project_id), serve=subscribe)


def register() -> None:
    access.register_kind("document", DocumentStreams())
    access.register_feed("document", open_feed)
