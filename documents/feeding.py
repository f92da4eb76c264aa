"""Text on its way from a writer into its draft.

What a writer gives is coalesced: the first piece goes at once, what follows every `COALESCE` seconds. One thread of the
process stores what is due for all drafts in one transaction, then tells those who watch: the batch grows with the load, and
nothing is sent that is not stored.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.db import close_old_connections, connections, transaction
from django.db import connection as database

from documents import streaming
from documents.models import Draft

COALESCE = 0.05
"""Seconds that text waits for more of it."""
TOGETHER = 0.004
"""What becomes due so soon after is stored in the same transaction."""
RETRY_AFTER = 0.5
APPEND = (
    "UPDATE drafts SET text = text || %s, length = length + %s WHERE id = %s AND length = %s AND status = 'writing'"
)
log = structlog.get_logger("gateway.feeding")


UNSTORABLE = dict.fromkeys((0, *range(0xD800, 0xE000)), "\N{REPLACEMENT CHARACTER}")
"""NUL, which PostgreSQL does not keep, and halves of characters, which have no UTF-8."""


@dataclass(frozen=True)
class Piece:
    """Text that is appended at byte `start` of its draft; `size` in bytes."""

    feed: "DraftFeed"
    start: int
    text: str
    size: int


class DraftFeed:
    """A draft that is being written. `lost` when it is no longer its writer's: cancelled, ended, or taken up by another.

    `length` in bytes of what is stored; `taken` is on its way there, `waiting` is not yet.
    """

    def __init__(self, draft_id: int, document_id: int, section_id: int, number: int) -> None:
        self.draft_id = draft_id
        self.document_id = document_id
        self.section_id = section_id
        self.number = number
        self.length = 0
        self.lost = False
        self.due = 0.0
        self.pause = COALESCE
        self.taken: Piece | None = None
        self.waiting: list[str] = []
        self.stored = threading.Condition()

    def add(self, text: str) -> None:
        """Take text from the writer, from any thread; it never waits.

        No lock: text is added before the look at who waits, and `move_on` looks at the text after it has let the feed go, so
        that one of the two sees the other.
        """
        if text and not self.lost:
            self.waiting.append(text)
            if self not in appender.feeds:
                appender.take(self)

    def flush(self) -> None:
        """Wait until everything that was added is stored, or the draft is lost."""
        appender.hurry(self)
        with self.stored:
            self.stored.wait_for(lambda: self.lost or self.is_empty)

    @property
    def is_empty(self) -> bool:
        return self.taken is None and not self.waiting


class Appender:
    """The thread that stores text, started with the first text."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.feeds: set[DraftFeed] = set()
        self.thread: threading.Thread | None = None
        self.stopping = False

    def take(self, feed: DraftFeed) -> None:
        """Store the feed's text when it is due: at once, if it has waited for none lately."""
        with self.changed:
            feed.due = max(feed.due, time.monotonic())
            if feed not in self.feeds:
                self.feeds.add(feed)
                self.changed.notify()
            self.start()

    def hurry(self, feed: DraftFeed) -> None:
        """Let the feed wait no longer, for anything."""
        with self.changed:
            feed.due = feed.pause = 0.0
            self.changed.notify()
            self.start()

    def start(self) -> None:
        if self.feeds and (self.thread is None or not self.thread.is_alive()):
            self.thread = threading.Thread(target=self.run, name="documents-appender", daemon=True)
            self.thread.start()

    def stop(self) -> None:
        """End the thread and its connection; what waits is stored first."""
        with self.changed:
            self.stopping, thread = True, self.thread
            self.changed.notify()
        if thread is not None:
            thread.join()
        self.stopping = False

    def run(self) -> None:
        while feeds := self.wait_for_due():
            try:
                close_old_connections()
                pieces = [self.gather(feed) for feed in feeds]
                self.settle(pieces, store(pieces))
            except Exception:
                log.exception("text_not_stored", drafts=len(feeds))
                time.sleep(RETRY_AFTER)
        connections.close_all()

    def wait_for_due(self) -> list[DraftFeed]:
        """The feeds whose text is due; none when the thread is to end."""
        with self.changed:
            while True:
                now = time.monotonic()
                if self.stopping:
                    self.thread = self.thread if self.feeds else None
                    return list(self.feeds)
                soonest = min((feed.due for feed in self.feeds), default=None)
                if soonest is not None and soonest <= now:
                    return [feed for feed in self.feeds if feed.due <= now + TOGETHER]
                self.changed.wait(None if soonest is None else soonest - now)

    def gather(self, feed: DraftFeed) -> Piece:
        """What is stored next of a feed: the same as before when that could not be stored."""
        with self.changed:
            if feed.taken is None:
                count = len(feed.waiting)  # more may be added meanwhile
                text = "".join(feed.waiting[:count]).translate(UNSTORABLE)
                feed.taken = Piece(feed, feed.length, text, len(text.encode()))
                del feed.waiting[:count]
            return feed.taken

    def settle(self, pieces: Sequence[Piece], lost: set[int]) -> None:
        """After the commit: send what is stored, and let each feed wait for its next turn."""
        for piece in pieces:
            feed = piece.feed
            if feed.draft_id in lost:
                feed.lost = True
            else:
                streaming.ring_text(feed.document_id, feed.section_id, feed.number, piece.start, piece.text)
        with self.changed:
            for piece in pieces:
                self.move_on(piece)
        for piece in pieces:
            with piece.feed.stored:
                piece.feed.stored.notify_all()

    def move_on(self, piece: Piece) -> None:
        feed = piece.feed
        feed.length += piece.size
        feed.due = max(feed.due + feed.pause, time.monotonic())
        feed.taken = None
        if feed.lost:
            feed.waiting.clear()
        self.feeds.discard(feed)
        if feed.waiting:
            self.feeds.add(feed)


@transaction.atomic
def store(pieces: Sequence[Piece]) -> set[int]:
    """Append each piece to its draft, where that still is being written and ends where we left off. Gives the others' ids."""
    in_order = sorted(pieces, key=lambda piece: piece.feed.draft_id)
    with database.cursor() as cursor:
        cursor.executemany(APPEND, [[piece.text, piece.size, piece.feed.draft_id, piece.start] for piece in in_order])
        return set() if cursor.rowcount == len(pieces) else find_lost(pieces)


def find_lost(pieces: Sequence[Piece]) -> set[int]:
    """The drafts that do not have their piece. One may have had it before: an answer to a commit can get lost on its way."""
    ends = {piece.feed.draft_id: piece.start + piece.size for piece in pieces}
    open_drafts = Draft.objects.filter(pk__in=ends, status=Draft.Status.WRITING).values_list("pk", "length")
    return ends.keys() - {draft_id for draft_id, length in open_drafts if length == ends[draft_id]}


appender = Appender()
