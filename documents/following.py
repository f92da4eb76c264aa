"""The text of all documents of a project or a task, for subscribers of its log that asked for `sections`."""

import orjson

from documents.models import Document
from documents.places import Place, parse_cursor
from documents.reading import read_open_start
from documents.streaming import DocumentFeed, SectionSubscription, stream_of
from gamedev_gateway.core.errors import GatewayError
from realtime import access
from realtime.connection import Subscription
from realtime.event_types import DocumentStarted
from realtime.feeds import Feed
from realtime.history import EventFilter
from realtime.threads import in_database
from realtime.wire import Bundle


class Follower(Subscription):
    """Watches a log for runs that begin, and attaches their documents' streams to the subscription that asked for them.

    It sends nothing itself, so it is never behind; and it is no watcher of its own: it goes with its subscription.
    """

    def __init__(self, parent: Subscription) -> None:
        wanted = EventFilter(frozenset({DocumentStarted.type}), parent.wanted.task_code)
        super().__init__(parent.connection, parent.stream, parent.feed, wanted, parent.feed.position, 0)
        parent.feed.watchers.discard(self)
        self.parent = parent
        self.followed: set[int] = set()

    def offer(self, bundle: Bundle, *, at: int, prev: int) -> None:
        for text in bundle.texts:
            told = orjson.loads(text)["payload"]
            self.follow_soon(told["document_id"], parse_cursor(told["cursor"]))

    def follow_soon(self, document_id: int, place: Place | None) -> None:
        if document_id not in self.followed:
            self.followed.add(document_id)
            self.feed.hub.start(self.follow(document_id, place))

    async def follow(self, document_id: int, place: Place | None) -> None:
        """Attach a document's stream, from where it stood when its run began."""
        hub, log = self.feed.hub, self.feed
        doubts = log.doubts
        async with hub.kept_feed(stream_of(document_id)) as feed:
            try:
                await in_database(access.find, stream_of(document_id), self.connection.actor)
            except GatewayError:
                self.followed.discard(document_id)
                return
            if self.parent.has_ended or not isinstance(feed, DocumentFeed):
                return
            attached = SectionSubscription(self.connection, self.stream, feed, log, place or feed.place)
            self.parent.attached.append(attached)
            if log.doubts != doubts:
                hub.doubt([attached])
            else:
                self.connection.serve(attached)


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
