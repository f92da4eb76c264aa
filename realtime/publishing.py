"""Appending to the log. There is one way, and it is part of the transaction that it tells of."""

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.bulk import insert_many
from gamedev_gateway.core.correlation import correlation_id
from realtime import doorbell
from realtime.event_types import Payload
from realtime.history import logged
from realtime.models import Event, Stream, make_cursor
from realtime.signals import event_committed


class TaskRef(NamedTuple):
    """The task that an event is about."""

    id: int
    code: str


def project_stream(project_id: str) -> str:
    """The name of a project's log."""
    return f"project:{project_id}"


def publish(
    project_id: str,
    payload: Payload,
    *,
    actor: Actor,
    task: TaskRef | None = None,
    key: str | None = None,
    causation_id: uuid.UUID | None = None,
) -> Event:
    """Append one event to a project's log, as the last statement of a service's transaction.

    The stream's row is locked from here until commit: nothing slow may follow.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An event is published in the transaction that it tells of.")
    stream_id, seq = take_next_seq(project_stream(project_id))
    event = Event(
        stream_id=stream_id,
        seq=seq,
        type=payload.type,
        task_code=task.code if task else "",
        author=f"{actor.kind}:{actor.id}",
        key=key,
        correlation_id=correlation_id(),
    )
    event.body = encode(event, project_id, payload, actor=actor, task=task, causation_id=causation_id)
    event.save(force_insert=True)
    announce_after_commit(project_id, [event])
    return event


class Told(NamedTuple):
    """One of several events that are published together."""

    payload: Payload
    actor: Actor
    task: TaskRef | None
    correlation_id: str


def publish_all(project_id: str, told: Sequence[Told]) -> None:
    """The same for several events of one project, in their order, with few statements."""
    if not told:
        return
    stream_id, last = take_next_seq(project_stream(project_id), len(told))
    events = []
    for seq, each in enumerate(told, last - len(told) + 1):
        event = Event(
            stream_id=stream_id,
            seq=seq,
            type=each.payload.type,
            task_code=each.task.code if each.task else "",
            author=f"{each.actor.kind}:{each.actor.id}",
            correlation_id=each.correlation_id,
        )
        event.body = encode(event, project_id, each.payload, actor=each.actor, task=each.task, causation_id=None)
        events.append(event)
    insert_many(Event, events)
    announce_after_commit(project_id, events)


def announce_after_commit(project_id: str, events: Sequence[Event]) -> None:
    """Ring for events that the transaction has appended, once it is committed, and run what must follow them."""

    def announce() -> None:
        doorbell.ring(project_stream(project_id), [logged(event) for event in events])
        for event in events:
            event_committed.send_robust(sender=event.type, event=event, project_id=project_id)

    transaction.on_commit(announce, robust=True)


def take_next_seq(name: str, count: int = 1) -> tuple[int, int]:
    """(stream id, seq) of the next event, or of the last of the next `count`; locks the stream's row until commit."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE streams SET head = head + %s WHERE name = %s RETURNING id, head", [count, name])
        row = cursor.fetchone()
    if row is None:
        Stream.objects.get_or_create(name=name)
        return take_next_seq(name, count)
    return row


def encode(
    event: Event,
    project_id: str,
    payload: Payload,
    *,
    actor: Actor,
    task: TaskRef | None,
    causation_id: uuid.UUID | None,
) -> str:
    """The event's JSON without its opening brace."""
    return encode_members(
        event,
        project_id,
        payload.model_dump(mode="json"),
        actor=actor.as_json(),
        task_id=task.id if task else None,
        task_code=task.code if task else None,
        causation_id=str(causation_id) if causation_id else None,
    )


def encode_members(
    event: Event,
    project_id: str,
    payload: dict[str, Any],
    *,
    actor: dict[str, Any],
    task_id: int | None,
    task_code: str | None,
    causation_id: str | None,
) -> str:
    """The same from plain data. The order of the members is part of the format."""
    members: dict[str, Any] = {
        "type": event.type,
        "seq": event.seq,
        "cursor": make_cursor(event.seq, event.uuid),
        "id": event.uuid,
        "project_id": project_id,
        "task_id": task_id,
        "task_code": task_code,
        "payload": payload,
        "actor": actor,
        "correlation_id": event.correlation_id,
        "causation_id": causation_id,
        "timestamp": event.timestamp.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return orjson.dumps(members).decode()[1:]
