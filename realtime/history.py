"""Reading the log: positions, filters, pages. Synchronous; async callers cross once, at the door."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from django.db.models import Max, QuerySet, Subquery

from gamedev_gateway.core.errors import InvalidInput
from realtime.event_types import ALL_TYPES
from realtime.models import Event, Stream, make_cursor

PAGE = 200
CURSOR = re.compile(r"(0|[1-9][0-9]{0,17})(?:-([0-9a-f]{8}))?")
START = "0"
"""The cursor before the first event."""


class LoggedEvent(NamedTuple):
    """An event as it travels: what a filter looks at, and its bytes."""

    seq: int
    type: str
    task_code: str
    body: str
    cursor: str

    def frame(self, stream: str, prev: int) -> str:
        return f'{{"stream":"{stream}","prev":{prev},{self.body}'


def logged(event: Event) -> LoggedEvent:
    return LoggedEvent(event.seq, event.type, event.task_code, event.body, event.cursor)


@dataclass(frozen=True)
class EventFilter:
    """Which events a reader gets. `types` None: all."""

    types: frozenset[str] | None = None
    task_code: str | None = None

    def matches(self, event: LoggedEvent) -> bool:
        return (self.types is None or event.type in self.types) and (
            self.task_code is None or event.task_code == self.task_code
        )

    @property
    def passes_all(self) -> bool:
        return self.types is None and self.task_code is None

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        if self.types is not None:
            events = events.filter(type__in=self.types)
        if self.task_code is not None:
            events = events.filter(task_code=self.task_code)
        return events


def parse_types(patterns: Iterable[str] | None) -> frozenset[str] | None:
    """The event types that patterns such as `task.*` stand for; None for no patterns."""
    wanted = list(patterns or ())
    if not wanted:
        return None
    matched = {pattern: {name for name in ALL_TYPES if fnmatchcase(name, pattern)} for pattern in wanted}
    unknown = [pattern for pattern, names in matched.items() if not names]
    if unknown:
        raise InvalidInput({"types": [f"No event type matches {name!r}." for name in unknown]})
    return frozenset().union(*matched.values())


@dataclass(frozen=True)
class Position:
    """Where a reader starts. `trouble` says why the position asked for cannot be continued."""

    seq: int
    trouble: Literal["rewound", "trimmed"] | None = None


def parse_cursor(text: str) -> tuple[int, str | None]:
    """(seq, first digits of the event's id or None) of a cursor or a plain seq."""
    match = CURSOR.fullmatch(text)
    if match is None:
        raise InvalidInput({"after": ["Give a cursor that this log gave you, a seq, or 0 for the beginning."]})
    return int(match[1]), match[2]


def locate(stream: Stream, after: str) -> Position:
    """The position that a cursor names. One that this log never gave out is answered with the head and `rewound`."""
    seq, mark = parse_cursor(after)
    if seq > stream.head:
        return Position(stream.head, "rewound")
    if mark is not None:
        event_uuid = Event.objects.filter(stream=stream, seq=seq).values_list("uuid", flat=True).first()
        if event_uuid is None or event_uuid.hex[:8] != mark:
            return Position(stream.head, "rewound")
    return Position(seq)


def find_stream(name: str) -> Stream:
    """The stream, with its head as of now; an empty one where nothing was published yet."""
    return Stream.objects.get_or_create(name=name)[0]


def cursor_at(stream_id: int, seq: int) -> str:
    event_uuid = Event.objects.filter(stream_id=stream_id, seq=seq).values_list("uuid", flat=True).first()
    return make_cursor(seq, event_uuid) if event_uuid else str(seq)


def read_page(
    stream_id: int, after: int, limit: int = PAGE, wanted: EventFilter | None = None, up_to: int | None = None
) -> list[LoggedEvent]:
    """The next events after a seq, oldest first."""
    events = Event.objects.filter(stream_id=stream_id, seq__gt=after)
    if up_to is not None:
        events = events.filter(seq__lte=up_to)
    if wanted is not None:
        events = wanted.apply(events)
    return [logged(event) for event in events.order_by("seq")[:limit]]


def read_page_before(stream_id: int, before: int, limit: int, wanted: EventFilter) -> list[LoggedEvent]:
    """The last events before a seq, oldest first."""
    events = wanted.apply(Event.objects.filter(stream_id=stream_id, seq__lt=before)).order_by("-seq")[:limit]
    return [logged(event) for event in reversed(events)]


def count_after(stream: Stream, after: int, wanted: EventFilter, *, up_to: int) -> int:
    """How many events a reader with this filter missed after a seq, up to another."""
    if wanted.passes_all:
        return max(up_to - after, 0)
    return wanted.apply(Event.objects.filter(stream=stream, seq__gt=after, seq__lte=up_to)).count()


def previous_seq(stream_id: int, before: int, wanted: EventFilter) -> int:
    """The seq of the last event before `before` that a reader with this filter gets; 0 when there is none.

    One index look-up for each type asked for: its cost does not depend on how long the log is.
    """
    if wanted.passes_all:
        return before - 1
    events = Event.objects.filter(stream_id=stream_id, seq__lt=before)
    if wanted.task_code is not None:
        return wanted.apply(events).aggregate(last=Max("seq"))["last"] or 0
    last_of_each = [
        Subquery(events.filter(type=name).order_by("-seq").values("seq")[:1]) for name in wanted.types or ()
    ]
    found = Stream.objects.filter(pk=stream_id).values_list(*last_of_each).first() or ()
    return max((seq for seq in found if seq is not None), default=0)


def read_heads(stream_ids: Iterable[int]) -> dict[int, int]:
    return dict(Stream.objects.filter(pk__in=list(stream_ids)).values_list("pk", "head"))
