"""What comes over the socket, as an application sees it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway_client.errors import ProtocolError


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a subscription. `data` is the frame as it came; `cursor`, where it has one, is what to resume after."""

    type: str
    stream: str
    cursor: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event(Frame):
    """One event of the log, as docs/events.md declares it. `prev` is the seq of the event before it here."""

    seq: int
    prev: int
    id: str
    project_id: str
    task_id: int | None
    task_code: str | None
    payload: Mapping[str, Any]
    actor: Mapping[str, str]
    correlation_id: str
    causation_id: str | None
    timestamp: str


@dataclass(frozen=True, slots=True)
class Published:
    """A published event is stored: its place in the project's log, and its id."""

    seq: int
    cursor: str
    id: str


EVENT_MEMBERS = [name for name in Event.__dataclass_fields__ if name != "data"]


def parse(text: str | bytes) -> list[dict[str, Any]]:
    """The frames in one message: those of a batch, or the one that it is. ProtocolError when it is no frame."""
    try:
        frame = json.loads(text)
        frames: list[dict[str, Any]] = frame["frames"] if frame["type"] == "batch" else [frame]
        if all(isinstance(each["type"], str) for each in frames):
            return frames
    except (ValueError, TypeError, KeyError):
        pass
    raise ProtocolError(f"This is not a frame: {text[:200]!r}")


def event_of(frame: Mapping[str, Any]) -> Event:
    try:
        return Event(data=frame, **{name: frame[name] for name in EVENT_MEMBERS})
    except KeyError as missing:
        raise ProtocolError(f"An event without {missing}: {dict(frame)!r}") from missing


def frame_of(frame: Mapping[str, Any], stream: str) -> Frame:
    """A frame that is no event, such as one of a section stream."""
    return Frame(frame["type"], stream, frame.get("cursor"), frame)
