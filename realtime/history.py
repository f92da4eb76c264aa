"""Reading the log: positions, filters, pages. Synchronous; async callers cross once, at the door."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import starmap
from typing import Literal, NamedTuple

from django.db.models import Max, QuerySet, Subquery

from gamedev_gateway.core.errors import GatewayError, InvalidInput
from realtime.event_types import ALL_TYPES
from realtime.models import Event, Stream, make_cursor

PAGE = 200
CURSOR = re.compile(r"(0|[1-9][0-9]{0,17})(?:-([0-9a-f]{8}))?")
START = "0"
"""The position before the first event that is kept."""
Trouble = Literal["rewound", "trimmed"]


class CursorLost(GatewayError):
    """The log cannot continue from this position: it never gave it out, or no longer keeps what follows.

    `seq` is the head, from where a reader can go on after having read the state anew.
    """

    code, http_status, title = "cursor_lost", 410, "The log cannot go on from this position"

    def __init__(self, reason: Trouble, seq: int) -> None:
        super().__init__("Read the state anew and go on from its cursor.", reason=reason, seq=seq)


class Trimmed(CursorLost):
    """Events between this position and `kept_from`, the first that is still kept, have been trimmed."""

    def __init__(self, kept_from: int, head: int) -> None:
        super().__init__("trimmed", head)
        self.kept_from = kept_from


class LoggedEvent(NamedTuple):
    """An event as it travels: what a filter looks at, and its bytes."""

    seq: int
    type: str
    task_code: str
    body: str

    @property
    def cursor(self) -> str:
        return self.body.partition('"cursor":"')[2].partition('"')[0]

    @property
    def published_at(self) -> float:
        """Seconds since the epoch: what the last member of the body says, `"timestamp":"2026-11-23T04:30:00.000Z"}`."""
        _, _, text = self.body.rpartition('"timestamp":"')
        return datetime.fromisoformat(text[:-2]).timestamp()

    def frame(self, stream: str, prev: int) -> str:
        return frame_text(stream, prev, self.body)


def frame_text(stream: str, prev: int, body: str) -> str:
    return f'{{"stream":"{stream}","prev":{prev},{body}'


def chained(events: Sequence[LoggedEvent], stream: str, prev: int) -> list[str]:
    """Events as frames of a stream, each with the seq of the one before it; `prev` is the one before the first."""
    before = [prev, *(event.seq for event in events)]
    return [event.frame(stream, seq) for event, seq in zip(events, before, strict=False)]


def logged(event: Event) -> LoggedEvent:
    return LoggedEvent(event.seq, event.type, event.task_code, event.body)


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
    trouble: Trouble | None = None


def parse_cursor(text: str) -> tuple[int, str | None]:
    """(seq, first digits of the event's id or None) of a cursor or a plain seq."""
    match = CURSOR.fullmatch(text)
    if match is None:
        raise InvalidInput({"after": ["Give a cursor that this log gave you, a seq, or 0 for the beginning."]})
    return int(match[1]), match[2]


def locate(stream: Stream, after: str) -> Position:
    """The position that a cursor names; `0` is the one before the first event that is kept.

    One that this log never gave out is answered with the head and `rewound`, one with trimmed events after it, or whose own
    event is trimmed so that nobody can tell, with the head and `trimmed`.
    """
    seq, mark = parse_cursor(after)
    if seq > stream.head:
        return Position(stream.head, "rewound")
    if after == START:
        return Position(stream.kept_from - 1)
    oldest = stream.kept_from - 1 if mark is None else stream.kept_from
    if stream.kept_from > 1 and seq < oldest:
        return Position(stream.head, "trimmed")
    if mark is not None:
        event_uuid = Event.objects.filter(stream=stream, seq=seq).values_list("uuid", flat=True).first()
        if event_uuid is None or event_uuid.hex[:8] != mark:
            return Position(stream.head, "rewound")
    return Position(seq)


def find_stream(name: str) -> Stream:
    """The stream, with its head as of now; an empty one where nothing was published yet."""
    return Stream.objects.get_or_create(name=name)[0]


def read_head(name: str) -> tuple[int, int, str]:
    """(stream id, head, the head's cursor) of a stream, as of now."""
    stream = find_stream(name)
    return stream.pk, stream.head, cursor_at(stream.pk, stream.head)


def cursor_at(stream_id: int, seq: int) -> str:
    event_uuid = Event.objects.filter(stream_id=stream_id, seq=seq).values_list("uuid", flat=True).first()
    return make_cursor(seq, event_uuid) if event_uuid else str(seq)


def read_page(
    stream_id: int, after: int, limit: int = PAGE, wanted: EventFilter | None = None, up_to: int | None = None
) -> list[LoggedEvent]:
    """The next events after a seq, oldest first. Trimmed when there is a hole between that seq and them."""
    page = read_kept(stream_id, after, limit, wanted, up_to)
    if not page or page[0].seq != after + 1:
        refuse_hole(stream_id, after)
    return page


def read_kept(
    stream_id: int, after: int, limit: int, wanted: EventFilter | None, up_to: int | None
) -> list[LoggedEvent]:
    """The same of what is kept, whatever was before it."""
    events = Event.objects.filter(stream_id=stream_id, seq__gt=after)
    if up_to is not None:
        events = events.filter(seq__lte=up_to)
    if wanted is not None:
        events = wanted.apply(events)
    return [*starmap(LoggedEvent, events.order_by("seq").values_list(*LoggedEvent._fields)[:limit])]


def read_bodies(stream_id: int, after: int, up_to: int) -> list[tuple[int, str]]:
    """(seq, body) of the events that are kept between two seqs: for pages that begin where no reader has to stand."""
    events = Event.objects.filter(stream_id=stream_id, seq__gt=after, seq__lte=up_to)
    return list(events.order_by("seq").values_list("seq", "body"))


def refuse_hole(stream_id: int, after: int) -> None:
    """Raise Trimmed when events after a seq have been trimmed.

    Ask it after the page was read, not before: the mark only rises, in the transaction that deletes, so if it leaves no hole
    now, there was none in the page.
    """
    mark = Stream.objects.filter(pk=stream_id).values_list("kept_from", "head").first()
    if mark is not None and mark[0] > after + 1:
        raise Trimmed(*mark)


def read_page_before(stream_id: int, before: int, limit: int, wanted: EventFilter) -> list[LoggedEvent]:
    """The last events before a seq, oldest first. Trimmed when those right before it are gone."""
    events = wanted.apply(Event.objects.filter(stream_id=stream_id, seq__lt=before)).order_by("-seq")[:limit]
    page = [*starmap(LoggedEvent, reversed(events.values_list(*LoggedEvent._fields)))]
    if not page:
        refuse_hole(stream_id, before - 1)
    return page


def count_after(stream: Stream, after: int, wanted: EventFilter, *, up_to: int) -> int:
    """How many events a reader with this filter missed after a seq, up to another."""
    if wanted.passes_all:
        return max(up_to - after, 0)
    return wanted.apply(Event.objects.filter(stream=stream, seq__gt=after, seq__lte=up_to)).count()


def previous_seq(stream_id: int, before: int, wanted: EventFilter) -> int:
    """The seq of the last event before `before` that a reader with this filter gets.

    When none is kept, the seq before the first event that is: 0 in a whole log; in a trimmed one nobody can say what was there.
    """
    if wanted.passes_all:
        return before - 1
    last = last_seq(stream_id, before, wanted)
    if last is None:
        kept_from = Stream.objects.filter(pk=stream_id).values_list("kept_from", flat=True).first()
        return (kept_from or 1) - 1
    return last


def last_seq(stream_id: int, before: int, wanted: EventFilter) -> int | None:
    """One index look-up for each type asked for: its cost does not depend on how long the log is."""
    events = Event.objects.filter(stream_id=stream_id, seq__lt=before)
    if wanted.task_code is not None:
        return wanted.apply(events).aggregate(last=Max("seq"))["last"]
    last_of_each = [
        Subquery(events.filter(type=name).order_by("-seq").values("seq")[:1]) for name in wanted.types or ()
    ]
    found = Stream.objects.filter(pk=stream_id).values_list(*last_of_each).first() or ()
    return max((seq for seq in found if seq is not None), default=None)


def read_heads(stream_ids: Iterable[int]) -> dict[int, int]:
    return dict(Stream.objects.filter(pk__in=list(stream_ids)).values_list("pk", "head"))
