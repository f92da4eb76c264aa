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

COALESCE = 0.05
"""Seconds that text waits for more of it."""
TOGETHER = 0.004
"""What becomes due so soon after is stored in the same transaction."""
RETRY_AFTER = 0.5
log = structlog.get_logger("gateway.feeding")


@dataclass(frozen=True)
class Piece:
    feed: "DraftFeed"
    text: str
    size: int


class DraftFeed:
    """A draft that is being written. `lost` when it is no longer its writer's: cancelled, ended, or taken up by another."""

    def __init__(self, draft_id: int, document_id: int, section_id: int, number: int) -> None:
        self.draft_id = draft_id
        self.document_id = document_id
        self.section_id = section_id
        self.number = number
        self.length = 0
        self.lost = False
        self.due = 0.0
        self.waiting: list[str] = []
        self.stored = threading.Condition()

    def add(self, text: str) -> None:
        """Take text from the writer, from any thread; it never waits."""
        if text and not self.lost:
            appender.take(self, text)

    def flush(self) -> None:
        """Wait until everything that was added is stored, or the draft is lost."""
        appender.hurry(self)
        with self.stored:
            self.stored.wait_for(lambda: self.lost or not self.waiting)


class Appender:
    """The thread that stores text, started with the first text."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.feeds: set[DraftFeed] = set()
        self.thread: threading.Thread | None = None
        self.stopping = False

    def take(self, feed: DraftFeed, text: str) -> None:
        with self.changed:
            feed.waiting.append(text)
            if feed not in self.feeds:
                self.feeds.add(feed)
                self.changed.notify()
            if self.thread is None:
                self.thread = threading.Thread(target=self.run, name="documents-appender", daemon=True)
                self.thread.start()

    def hurry(self, feed: DraftFeed) -> None:
        with self.changed:
            feed.due = 0.0
            self.changed.notify()

    def stop(self) -> None:
        """End the thread and its connection; what waits is stored first."""
        with self.changed:
            self.stopping, thread = True, self.thread
            self.changed.notify()
        if thread is not None:
            thread.join()
        self.stopping, self.thread = False, None

    def run(self) -> None:
        while feeds := self.wait_for_due():
            pieces = [self.gather(feed) for feed in feeds]
            try:
                close_old_connections()
                lost = store(pieces)
            except Exception:
                log.exception("text_not_stored", drafts=len(pieces))
                time.sleep(RETRY_AFTER)
            else:
                self.settle(pieces, lost)
        connections.close_all()

    def wait_for_due(self) -> list[DraftFeed]:
        """The feeds whose text is due; none when the thread is to end."""
        with self.changed:
            while True:
                now = time.monotonic()
                if self.stopping:
                    return list(self.feeds)
                soonest = min((feed.due for feed in self.feeds), default=None)
                if soonest is not None and soonest <= now:
                    return [feed for feed in self.feeds if feed.due <= now + TOGETHER]
                self.changed.wait(None if soonest is None else soonest - now)

    def gather(self, feed: DraftFeed) -> Piece:
        with self.changed:
            text = "".join(feed.waiting)
            feed.waiting = [text]
        return Piece(feed, text, len(text.encode()))

    def settle(self, pieces: Sequence[Piece], lost: set[int]) -> None:
        """After the commit: send what is stored, and let each feed wait for its next turn."""
        for piece in pieces:
            feed = piece.feed
            if feed.draft_id in lost:
                feed.lost = True
            else:
                streaming.ring_text(feed.document_id, feed.section_id, feed.number, feed.length, piece.text)
        with self.changed:
            for piece in pieces:
                feed = piece.feed
                feed.length += piece.size
                feed.due = time.monotonic() + COALESCE
                del feed.waiting[0]
                if feed.lost or not feed.waiting:
                    feed.waiting.clear()
                    self.feeds.discard(feed)
        for piece in pieces:
            with piece.feed.stored:
                piece.feed.stored.notify_all()


@transaction.atomic
def store(pieces: Sequence[Piece]) -> set[int]:
    """Append each piece to its draft, where that still is being written and ends where we left off. Gives the others' ids."""
    lost = set()
    with database.cursor() as cursor:
        for piece in pieces:
            cursor.execute(
                "UPDATE drafts SET text = text || %s, length = length + %s"
                " WHERE id = %s AND length = %s AND status = 'writing'",
                [piece.text, piece.size, piece.feed.draft_id, piece.feed.length],
            )
            if cursor.rowcount != 1:
                lost.add(piece.feed.draft_id)
    return lost


appender = Appender()
