"""The old log rows as history of our logs: page by page, in the order in which they happened."""

from collections import deque
from collections.abc import Callable, Iterator

from django.db import transaction

from gamedev_gateway.core.correlation import ACCEPTABLE
from gamedev_gateway.legacy.arrival import Arrival
from gamedev_gateway.legacy.happenings import actor_of, payload_of
from gamedev_gateway.legacy.ledger import pages
from gamedev_gateway.legacy.old_file import name_of
from gamedev_gateway.legacy.reading import Reading, is_iso
from gamedev_gateway.legacy.timetable import TIMES, Moment, timetable_of
from plans.models import Project
from realtime.event_types import ClientPayload, Log
from realtime.imported import PastEvent, append_history

REMEMBERED_WORDS = 50
Progress = Callable[[int], object]


class Echoes:
    """The first version wrote what was said in two places. The second is a line of the log, so that nothing is said twice."""

    def __init__(self) -> None:
        self.words: deque[tuple[str, str, str]] = deque(maxlen=REMEMBERED_WORDS)

    def told_once(self, payload: ClientPayload, table: str) -> ClientPayload:
        if payload.type != "chat":
            return payload
        speaker = actor_of(payload).kind
        for words in self.words:
            if words[1] == payload.text and words[0] == speaker and words[2] != table:
                self.words.remove(words)
                return Log(text=payload.text, data={**payload.data, "echo": True})
        self.words.append((speaker, payload.text, table))
        return payload


def place_log(arrival: Arrival, progress: Progress) -> None:
    timetable = timetable_of(arrival)
    try:
        for project_id, moments in timetable.projects():
            place_history(arrival, project_id, moments, progress)
    finally:
        timetable.close()


def place_history(arrival: Arrival, project_id: str, moments: Iterator[Moment], progress: Progress) -> None:
    echoes = Echoes()
    for page in pages(moments):
        pairs = [past_event(arrival, project_id, moment, echoes) for moment in page]
        store_page(arrival, project_id, pairs)
        progress(len(page))


def past_event(arrival: Arrival, project_id: str, moment: Moment, echoes: Echoes) -> tuple[Reading, PastEvent]:
    reading = Reading(arrival.old.row_numbered(moment.table, moment.number))
    check_time(reading, moment)
    payload = echoes.told_once(payload_of(reading), moment.table)
    placed = arrival.tasks.get(name_of(reading.raw("task_id")))
    task = placed.ref if placed is not None and placed.project_id == project_id else None
    named = name_of(reading.raw("correlation_id"))
    correlation = named if ACCEPTABLE.fullmatch(named) else arrival.correlation_id
    return reading, PastEvent(payload, actor_of(payload), moment.at, correlation, task)


def check_time(reading: Reading, moment: Moment) -> None:
    column = TIMES[moment.table]
    value = reading.raw(column)
    if value is None:
        reading.note(f"{column} was NULL; the neighbouring {moment.at} was taken.")
    elif not isinstance(value, str) or not is_iso(value):
        reading.time(column, moment.at)


@transaction.atomic(savepoint=False)
def store_page(arrival: Arrival, project_id: str, pairs: list[tuple[Reading, PastEvent]]) -> None:
    """A page of events with its rows of the ledger, in one short transaction; none when the project was deleted meanwhile."""
    if not Project.objects.filter(pk=project_id).exists():
        return
    events = append_history(project_id, [event for _, event in pairs])
    for (reading, _), event in zip(pairs, events, strict=True):
        arrival.ledger.remember(reading, "event", event.seq, project_id, told=True)
    arrival.ledger.flush()
