"""History from elsewhere: events that happened before they came into this log."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.bulk import insert_many
from realtime.event_types import Payload
from realtime.models import Event
from realtime.publishing import TaskRef, encode, project_stream, take_next_seq


class PastEvent(NamedTuple):
    """Something that happened at a time of its own."""

    payload: Payload
    actor: Actor
    timestamp: datetime
    correlation_id: str
    task: TaskRef | None = None


@transaction.atomic
def append_history(project_id: str, past: Sequence[PastEvent]) -> list[Event]:
    """Append a page of past events to a project's log, in this order and with their own times.

    No doorbell rings and no receiver runs: it is history, and those who watch find it when the heads are read again.
    The events given back are known by their seq, not by a row's id.
    """
    if not past:
        return []
    stream_id, last = take_next_seq(project_stream(project_id), len(past))
    first = last - len(past) + 1
    events = [stored_event(project_id, stream_id, seq, item) for seq, item in enumerate(past, first)]
    insert_many(events)
    return events


def stored_event(project_id: str, stream_id: int, seq: int, item: PastEvent) -> Event:
    event = Event(
        stream_id=stream_id,
        seq=seq,
        type=item.payload.type,
        task_code=item.task.code if item.task else "",
        author=f"{item.actor.kind}:{item.actor.id}",
        correlation_id=item.correlation_id,
        timestamp=item.timestamp,
    )
    event.body = encode(event, project_id, item.payload, actor=item.actor, task=item.task, causation_id=None)
    return event
