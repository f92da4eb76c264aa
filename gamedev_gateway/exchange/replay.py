"""The events of an export into the log of a new project: the same seq, id, time and words, with the ids of here."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pydantic import ValidationError

from gamedev_gateway.exchange.errors import ExchangeError, first_error
from gamedev_gateway.exchange.refs import Targets, swap_payload
from gamedev_gateway.exchange.shape import EventShape, LogShape
from realtime.event_types import REGISTRY
from realtime.models import Event, Stream
from realtime.publishing import encode_members, project_stream

BATCH = 500
Placed = tuple[str, Event]


def restore_events(project_id: str, log: LogShape, events: Iterable[tuple[str, Any]], targets: Targets) -> int:
    """Store the events page by page, in the caller's transaction; returns how many."""
    name = project_stream(project_id)
    Stream.objects.get_or_create(name=name)
    stream = Stream.objects.select_for_update().get(name=name)
    if stream.head:
        raise ExchangeError(f"There is a log of {project_id!r} already; import under another name with --id.")
    count = 0
    found = rows(project_id, stream, log, events, targets)
    while page := list(islice(found, BATCH)):
        refuse_used_keys(stream, page)
        Event.objects.bulk_create([event for _, event in page])
        count += len(page)
    if count != log.head - log.first + 1:
        raise ExchangeError(f"events: The log ends at {log.head}, but the events end at {log.first + count - 1}.")
    Stream.objects.filter(pk=stream.pk).update(head=log.head)
    return count


def rows(
    project_id: str, stream: Stream, log: LogShape, events: Iterable[tuple[str, Any]], targets: Targets
) -> Iterator[Placed]:
    for seq, (place, given) in enumerate(events, start=log.first):
        try:
            shape = EventShape.model_validate(given)
            if shape.seq != seq or seq > log.head:
                raise ExchangeError(f"seq: {shape.seq} cannot be here, after {seq - 1} and up to {log.head}.")
            yield place, row(project_id, stream, shape, targets)
        except ValidationError as error:
            path, text = first_error(error)
            raise ExchangeError(f"{place}: {'.'.join(map(str, path))}: {text}") from error
        except ExchangeError as error:
            raise ExchangeError(f"{place}: {error.detail}") from error


def row(project_id: str, stream: Stream, shape: EventShape, targets: Targets) -> Event:
    actor = targets.actor(shape.actor.model_dump())
    event = Event(
        stream=stream,
        seq=shape.seq,
        uuid=shape.id,
        type=shape.type,
        task_code=shape.task_code or "",
        author=f"{actor['kind']}:{actor['id']}"[:120],
        key=shape.key,
        correlation_id=shape.correlation_id,
        timestamp=shape.timestamp,
    )
    event.body = encode_members(
        event,
        project_id,
        payload_of(shape, targets),
        actor=actor,
        task_id=targets.id("task", shape.task_id) if shape.task_id else None,
        task_code=shape.task_code,
        causation_id=str(shape.causation_id) if shape.causation_id else None,
    )
    return event


def payload_of(shape: EventShape, targets: Targets) -> dict[str, Any]:
    """The payload with the ids of here. It must be one that this gateway could have published."""
    payload = swap_payload(shape.type, shape.payload, targets.id)
    try:
        REGISTRY[shape.type].model_validate(payload)
    except ValidationError as error:
        path, text = first_error(error)
        raise ExchangeError(f"payload.{'.'.join(map(str, path))}: {text}") from error
    return payload


def refuse_used_keys(stream: Stream, page: Iterable[Placed]) -> None:
    """An author's key names one event of a log."""
    keyed = [(place, event) for place, event in page if event.key is not None]
    stored = Event.objects.filter(stream=stream, key__in=[event.key for _, event in keyed])
    used = set(stored.values_list("author", "key"))
    for place, event in keyed:
        if (event.author, event.key) in used:
            raise ExchangeError(f"{place}: key: Its author has used {event.key!r} before.")
        used.add((event.author, event.key))
