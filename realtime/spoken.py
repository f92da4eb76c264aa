"""What clients say: chat, action, update, scene, timeline, log. Many at once cost little more than one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.bulk import insert_many
from gamedev_gateway.core.correlation import correlation_id
from gamedev_gateway.core.errors import GatewayError, IdempotencyMismatch, InvalidInput, invalid_input_from
from realtime.event_types import CLIENT_TYPES, REGISTRY, Payload
from realtime.models import Event, Stream, event_ids
from realtime.publishing import TaskRef, announce_after_commit, encode_members, project_stream, take_next_seq


@dataclass(frozen=True)
class Spoken:
    """An event that a client wants published. The author's `key` makes a retry harmless."""

    project_id: str
    type: str
    payload: Any
    actor: Actor
    task_code: str | None = None
    key: str | None = None
    correlation_id: str = field(default_factory=correlation_id)

    @property
    def author(self) -> str:
        return f"{self.actor.kind}:{self.actor.id}"


Meaning = tuple[str, dict[str, Any], str | None]
"""What an event tells: its type, its payload, its task's code. Two with the same key must tell the same."""


def publish_spoken(
    project_id: str, spoken: Sequence[Spoken], find_task: Callable[[str], TaskRef]
) -> list[Event | GatewayError]:
    """Append to one project's log, in the caller's transaction. For each the event, or what is wrong with it.

    With a key that its author has used before: the event that was stored then.
    """
    known = find_by_keys(project_id, spoken)
    ids = iter(event_ids(len(spoken)))
    new: list[tuple[Event, Spoken, Meaning, TaskRef | None]] = []
    results: list[Event | GatewayError] = []
    for said in spoken:
        try:
            task = find_task(said.task_code) if said.task_code else None
            payload = parse_client_payload(said.type, said.payload).model_dump(mode="json")
            meaning = said.type, payload, task.code if task else None
            event, told = known.get((said.author, said.key), (None, meaning))
            if told != meaning:
                raise IdempotencyMismatch
            if event is None:
                event = new_event(next(ids), said, task)
                new.append((event, said, meaning, task))
            if said.key is not None:
                known[said.author, said.key] = event, meaning
            results.append(event)
        except GatewayError as error:
            results.append(error)
    append(project_id, new)
    return results


def new_event(event_id: UUID, said: Spoken, task: TaskRef | None) -> Event:
    return Event(
        uuid=event_id,
        type=said.type,
        task_code=task.code if task else "",
        author=said.author,
        key=said.key,
        correlation_id=said.correlation_id,
    )


def append(project_id: str, new: Sequence[tuple[Event, Spoken, Meaning, TaskRef | None]]) -> None:
    if not new:
        return
    stream_id, last = take_next_seq(project_stream(project_id), len(new))
    for seq, (event, said, (_, payload, code), task) in enumerate(new, last - len(new) + 1):
        event.stream_id, event.seq = stream_id, seq
        event.body = encode_members(
            event,
            project_id,
            payload,
            actor=said.actor.as_json(),
            task_id=task.id if task else None,
            task_code=code,
            causation_id=None,
        )
    events = [event for event, *_ in new]
    insert_many(Event, events)
    announce_after_commit(project_id, events)


def find_by_keys(project_id: str, spoken: Sequence[Spoken]) -> dict[tuple[str, str | None], tuple[Event, Meaning]]:
    """What was stored with the keys that are used here, by author and key. The log's row stays locked from this look on."""
    keys = {said.key for said in spoken if said.key is not None}
    if not keys:
        return {}
    Stream.objects.select_for_update().filter(name=project_stream(project_id)).first()
    authors = {said.author for said in spoken}
    stored = Event.objects.filter(stream__name=project_stream(project_id), author__in=authors, key__in=keys)
    return {(event.author, event.key): (event, meaning_of(event)) for event in stored}


def meaning_of(event: Event) -> Meaning:
    told = event.as_dict()
    return told["type"], told["payload"], told["task_code"]


def parse_client_payload(event_type: str, payload: Any) -> Payload:
    if event_type not in CLIENT_TYPES:
        raise InvalidInput({"type": [f"Clients publish {', '.join(sorted(CLIENT_TYPES))}; all else is the gateway's."]})
    try:
        return REGISTRY[event_type].model_validate(payload)
    except ValidationError as error:
        raise invalid_input_from(error, "payload") from error
