"""Who may watch and publish what. The apps that own a kind of stream say so here; `realtime` itself knows no domain."""

from dataclasses import dataclass
from typing import Any, Protocol

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import NotFound
from realtime.history import EventFilter
from realtime.models import Event


class UnknownStream(NotFound):
    """No such stream, or not yours to see."""

    code = "unknown_stream"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no stream {name!r} that you can see.")


@dataclass(frozen=True)
class Visible:
    """What a reader of a stream gets: the log behind it, and the part of it that is shown."""

    log: str
    task_code: str | None = None

    def filter(self, types: frozenset[str] | None) -> EventFilter:
        return EventFilter(types, self.task_code)


class StreamKind(Protocol):
    """One kind of stream, e.g. `project`, as its app declares it. Synchronous: runs in a database thread."""

    def find(self, key: str, actor: Actor) -> Visible | None:
        """What the actor sees under this key; None when there is nothing, or nothing for this actor."""


class Publisher(Protocol):
    def __call__(
        self, project_id: str, event_type: str, payload: Any, *, actor: Actor, task_code: str | None, key: str | None
    ) -> Event:
        """Publish a client's event, or raise the GatewayError that says why not."""


_kinds: dict[str, StreamKind] = {}
_publishers: list[Publisher] = []


def register_kind(name: str, kind: StreamKind) -> None:
    _kinds[name] = kind


def register_publisher(publisher: Publisher) -> None:
    _publishers[:] = [publisher]


def find(stream: str, actor: Actor) -> Visible:
    """What an actor sees of a stream; UnknownStream when that is nothing."""
    kind, _, key = stream.partition(":")
    visible = _kinds[kind].find(key, actor) if kind in _kinds else None
    if visible is None:
        raise UnknownStream(stream)
    return visible


def publish(project_id: str, event_type: str, payload: Any, **rest: Any) -> Event:
    return _publishers[0](project_id, event_type, payload, **rest)
