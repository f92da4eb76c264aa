"""The text of all documents of a project or a task, for subscribers of its log that asked for `sections`."""

from typing import cast

import orjson

from documents.models import Document
from documents.places import Place, parse_cursor
from documents.reading import read_open_start
from documents.streaming import DocumentFeed, SectionSubscription, stream_of
from gamedev_gateway.core.errors import GatewayError
from realtime import access
from realtime.connection import Subscription
from realtime.event_types import DocumentDeleted, DocumentStarted
from realtime.feeds import Feed, LogLostItsEnd
from realtime.history import EventFilter
from realtime.threads import in_database
from realtime.wire import Bundle


class Follower(Subscription):
    """Watches a log for runs that begin, and attaches their documents' streams to the subscription that asked for them.

    It sends nothing itself, so it is never behind nor held back; and it is no watcher of its own: it goes with its
    subscription. What it attaches is held with that, whenever it is in doubt whether its reader may still see the log.
    """

    def __init__(self, parent: Subscription) -> None:
        told_of = frozenset({DocumentStarted.type, DocumentDeleted.type})
        wanted = EventFilter(told_of, parent.wanted.task_code)
        super().__init__(parent.connection, parent.stream, parent.feed, wanted, parent.feed.position, 0)
        parent.feed.watchers.discard(self)
        self.parent = parent
        self.followed: dict[int, SectionSubscription | None] = {}

    def hold(self) -> None:
        """Nothing to do: each document is looked at before it is attached."""

    def release(self) -> None:
        """Nothing to do."""

    def offer(self, bundle: Bundle, *, at: int, prev: int) -> None:
        for text in bundle.texts:
            event = orjson.loads(text)
            told = event["payload"]
            if event["type"] == DocumentDeleted.type:
                self.let_go(told["document_id"])
            else:
                self.follow_soon(told["document_id"], parse_cursor(told["cursor"]))

    def follow_soon(self, document_id: int, place: Place | None) -> None:
        if document_id not in self.followed:
            self.followed[document_id] = None
            self.feed.hub.start(self.follow(document_id, place))

    async def follow(self, document_id: int, place: Place | None) -> None:
        """Attach a document's stream, from where it stood when its run began; this process may hear of that later."""
        async with self.feed.hub.kept_feed(stream_of(document_id)) as followed:
            feed = cast(DocumentFeed, followed)
            place = place or feed.place
            try:
                await in_database(access.find, stream_of(document_id), self.connection.actor)
                await feed.reach(place)
            except (GatewayError, LogLostItsEnd):
                self.followed.pop(document_id, None)
                return
            if document_id in self.followed and not self.parent.has_ended:
                attached = SectionSubscription(self.connection, self.stream, feed, place)
                self.followed[document_id] = attached
                self.parent.attach(attached)

    def let_go(self, document_id: int) -> None:
        """A document is gone."""
        attached = self.followed.pop(document_id, None)
        if attached is not None:
            self.parent.attached.remove(attached)
            attached.end()


async def follow_sections(subscription: Subscription) -> None:
    """Attach what is written now, from the start of the draft that is being written, and what will be."""
    follower = Follower(subscription)
    subscription.attached.append(follower)
    follower.go_live()
    for document_id, place in await in_database(
        documents_being_written, subscription.feed, subscription.wanted.task_code
    ):
        follower.follow_soon(document_id, place)


def documents_being_written(log: Feed, task_code: str | None) -> list[tuple[int, Place]]:
    """The documents that a run is writing, each with the place where its open draft begins."""
    documents = Document.objects.filter(project=log.name.partition(":")[2], status=Document.Status.GENERATING)
    if task_code is not None:
        documents = documents.filter(task_code=task_code)
    return [(document_id, read_open_start(document_id)) for document_id in documents.values_list("pk", flat=True)]


def register() -> None:
    access.register_sections(follow_sections)
