"""History from elsewhere: events that happened before they came into this log."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.bulk import insert_many
from realtime.event_types import Payload
from realtime.models import Event, event_ids
from realtime.publishing import TaskRef, encode, project_stream, take_next_seq


class PastEvent(NamedTuple):
    """Something that happened at a time of its own."""

    payload: Payload
    actor: Actor
    timestamp: datetime
    correlation_id: str
    task: TaskRef | None = None


@transaction.atomic(savepoint=False)
def append_history(project_id: str, past: Sequence[PastEvent]) -> list[Event]:
    """Append a page of past events to a project's log, in this order and with their own times.

    No doorbell rings and no receiver runs: it is history, and those who watch find it when the heads are read again.
    The events given back are known by their seq, not by a row's id.
    """
    if not past:
        return []
    stream_id, last = take_next_seq(project_stream(project_id), len(past))
    first = last - len(past) + 1
    ids = event_ids(len(past))
    events = [
        stored_event(project_id, stream_id, seq, *pair) for seq, pair in enumerate(zip(past, ids, strict=True), first)
    ]
    insert_many(Event, events)
    return events


def stored_event(project_id: str, stream_id: int, seq: int, item: PastEvent, event_id: UUID) -> Event:
    event = Event(
        stream_id=stream_id,
        seq=seq,
        uuid=event_id,
        type=item.payload.type,
        task_code=item.task.code if item.task else "",
        author=f"{item.actor.kind}:{item.actor.id}",
        correlation_id=item.correlation_id,
        timestamp=item.timestamp,
    )
    event.body = encode(event, project_id, item.payload, actor=item.actor, task=item.task, causation_id=None)
    return event
