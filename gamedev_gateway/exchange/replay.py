"""The events of an export into the log of a new project: the same seq, id, time and words, with the ids of here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pydantic import ValidationError

from gamedev_gateway.core.bulk import insert_many
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
        insert_many(Event, [event for _, event in page])
        count += len(page)
    if count != log.head - log.first + 1:
        raise ExchangeError(f"events: The log ends at {log.head}, but the events end at {log.first + count - 1}.")
    Stream.objects.filter(pk=stream.pk).update(head=log.head, kept_from=log.first)
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


def refuse_used_keys(stream: Stream, page: Sequence[Placed]) -> None:
    """An author's key names one event of a log."""
    keys: dict[str, set[str]] = defaultdict(set)
    for place, event in page:
        if event.key is not None:
            if event.key in keys[event.author]:
                raise key_used(place, event)
            keys[event.author].add(event.key)
    for author, used in keys.items():
        stored = (
            Event.objects.filter(stream=stream, author=author, key__in=used).order_by().values_list("key", flat=True)
        )
        for place, event in page if (before := set(stored)) else ():
            if event.author == author and event.key in before:
                raise key_used(place, event)


def key_used(place: str, event: Event) -> ExchangeError:
    return ExchangeError(f"{place}: key: Its author has used {event.key!r} before.")
