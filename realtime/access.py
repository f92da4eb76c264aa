"""Who may watch and publish what. The apps that own a kind of stream say so here; `realtime` itself knows no domain."""

from collections.abc import Iterable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from uuid import UUID

from django.db import transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import GatewayError, NotFound
from realtime.feeds import Feed, Followed, open_log
from realtime.history import EventFilter
from realtime.models import Event
from realtime.spoken import Spoken

if TYPE_CHECKING:
    from realtime.connection import Connection, Subscription
    from realtime.hub import Hub


class UnknownStream(NotFound):
    """No such stream, or not yours to see."""

    code = "unknown_stream"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no stream {name!r} that you can see.")


@dataclass(frozen=True)
class Visible:
    """What a reader of a stream gets: the log behind it, and the part of it that is shown.

    `serve`, for a stream that is no part of a log, begins a subscription to it; the log then only says who may see it.
    """

    log: str
    task_code: str | None = None
    serve: "Serve | None" = None

    def filter(self, types: frozenset[str] | None) -> EventFilter:
        return EventFilter(types, self.task_code)


class Serve(Protocol):
    async def __call__(
        self, connection: "Connection", stream: str, after: str | None, reply_to: Any, log: Feed
    ) -> "Subscription":
        """Begin a subscription, from what the client sent as `after`, and tell it so."""


class OpenFeed(Protocol):
    async def __call__(self, hub: "Hub", stream: str) -> Followed:
        """Begin to follow a stream, from where it is now."""


class Order(Protocol):
    def __call__(self, document_id: int, actor: Actor) -> int:
        """Carry out a command about a document, or raise the GatewayError that says why not. Gives the run's id; 0 when nothing
        was to be done."""


class FollowSections(Protocol):
    async def __call__(self, subscription: "Subscription") -> None:
        """Attach to a subscription of a log the text that is written for the same project or task."""


class StreamKind(Protocol):
    """One kind of stream, e.g. `project`, as its app declares it. Synchronous: runs in a database thread."""

    def find(self, key: str, actor: Actor) -> Visible | None:
        """What the actor sees under this key; None when there is nothing, or nothing for this actor."""


class Publisher(Protocol):
    def __call__(self, spoken: Sequence[Spoken]) -> list[Event | GatewayError]:
        """Publish what clients say, within the caller's transaction. For each the event, or what is wrong with it."""


class Credential(NamedTuple):
    """What a socket was opened with: the uid of a token, or the key of a session, or, by a ticket, just the user."""

    user_id: int
    token_uid: UUID | None = None
    session_key: str | None = None


class CredentialCheck(Protocol):
    def __call__(self, credentials: Set[Credential]) -> Set[Credential]:
        """Those of the credentials of open sockets that no longer hold."""


_kinds: dict[str, StreamKind] = {}
_publishers: list[Publisher] = []
_checks: list[CredentialCheck] = []
_openers: dict[str, OpenFeed] = {}
_orders: dict[str, Order] = {}
_followers: list[FollowSections] = []


def register_kind(name: str, kind: StreamKind) -> None:
    _kinds[name] = kind


def register_feed(name: str, opener: OpenFeed) -> None:
    """Say how a stream of this kind is followed, where it is no log."""
    _openers[name] = opener


def register_sections(follow: FollowSections) -> None:
    _followers[:] = [follow]


def register_order(name: str, order: Order) -> None:
    _orders[name] = order


def register_publisher(publisher: Publisher) -> None:
    _publishers[:] = [publisher]


def register_credential_check(check: CredentialCheck) -> None:
    _checks[:] = [check]


def find(stream: str, actor: Actor) -> Visible:
    """What an actor sees of a stream; UnknownStream when that is nothing."""
    kind, _, key = stream.partition(":")
    visible = _kinds[kind].find(key, actor) if kind in _kinds else None
    if visible is None:
        raise UnknownStream(stream)
    return visible


def find_all(asked: Iterable[tuple[str, Actor]]) -> set[tuple[str, Actor]]:
    """Those of (stream, actor) where the actor sees the stream."""
    seen = set()
    for stream, actor in asked:
        with suppress(UnknownStream):
            find(stream, actor)
            seen.add((stream, actor))
    return seen


def find_invalid(credentials: Set[Credential]) -> Set[Credential]:
    return _checks[0](credentials) if _checks else set()


@transaction.atomic(savepoint=False)
def publish(spoken: Sequence[Spoken]) -> list[Event | GatewayError]:
    """Publish what clients say: all that can be, in one transaction. For each the event, or what is wrong with it."""
    return _publishers[0](spoken)


def publish_one(said: Spoken) -> Event:
    """Publish what one client says, or raise what is wrong with it."""
    [result] = publish([said])
    if isinstance(result, GatewayError):
        raise result
    return result


def feed_opener(stream: str) -> OpenFeed:
    return _openers.get(stream.partition(":")[0], open_log)


def order(name: str, document_id: int, actor: Actor) -> int:
    return _orders[name](document_id, actor)


async def follow_sections(subscription: "Subscription") -> None:
    for follow in _followers:
        await follow(subscription)
