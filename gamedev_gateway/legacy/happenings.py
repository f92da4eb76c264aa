"""What an old log row tells, as the payload of one of our events. The whole old row travels in `data.legacy`."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from pydantic import ValidationError

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.legacy.arrival import FIRST_VERSION
from gamedev_gateway.legacy.old_file import name_of, plain
from gamedev_gateway.legacy.reading import UNREADABLE, Reading, clean, parse_json
from realtime.event_types import CLIENT_TYPES, REGISTRY, Action, Chat, ClientPayload, Log, Timeline

LONGEST_TEXT, LONGEST_SHORT = 20_000, 500
PEOPLE = {"user", "human", "person"}
AGENTS = {"agent", "assistant", "ai", "model", "bot"}
PACKED = {
    "timeline_events": {"args_json": "args", "result_json": "result"},
    "agent_messages": {"tool_args_json": "args", "tool_result_json": "result"},
    "artifacts": {"meta_json": "meta"},
    "event_log": {"payload_json": "payload"},
}
"""Columns that hold JSON, with their names in an event's data."""

WRITERS = {ascii_only: json.JSONEncoder(ensure_ascii=ascii_only) for ascii_only in (True, False)}
"""The two ways in which the first version wrote JSON."""


class Happening:
    """One old log row on its way to an event: its words, its data, who did it."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.table = reading.row.table
        self.row = {name: plain(value) for name, value in reading.row.values.items()}
        self.data: dict[str, Any] = {}
        self.unpacked: dict[str, dict[str, Any]] = {}
        self.told = ""
        for column, name in PACKED.get(self.table, {}).items():
            self.unpack(column, name)

    def unpack(self, column: str, name: str) -> None:
        """JSON as JSON. The text goes only where it can be made again to the last byte; else it stays in the row."""
        text = self.row.get(column)
        if not isinstance(text, str) or (value := parse_json(text)) is UNREADABLE:
            if isinstance(text, str) and text.strip():
                self.reading.note(f"{column} is not JSON; it is kept as text.")
            return
        self.data[name] = value
        for ascii_only in (True, False):
            if WRITERS[ascii_only].encode(value) == text:
                self.unpacked[column] = {"in": name, "ascii": ascii_only}
                del self.row[column]
                return

    def text(self, column: str) -> str:
        """A column's text as the event's. What is too long is cut there and whole in the row."""
        value = self.row.get(column)
        if not isinstance(value, str):
            return self.reading.text(column, required=True)
        if len(value) > LONGEST_TEXT:
            self.reading.note(f"{column} is too long for one text; it is whole in data.legacy.row.")
            return value[: LONGEST_TEXT - 1] + "…"
        self.told = column
        del self.row[column]
        return value

    def whole_data(self, **more: Any) -> dict[str, Any]:
        legacy: dict[str, Any] = {"table": self.table, "key": self.reading.row.key, "row": self.row}
        if self.told:
            legacy["text"] = self.told
        if self.unpacked:
            legacy["unpacked"] = self.unpacked
        return {**more, **self.data, "legacy": legacy}


def original_row(payload: dict[str, Any]) -> dict[str, Any]:
    """The old row that an event was made from, made again from its payload."""
    legacy = payload["data"]["legacy"]
    row = dict(legacy["row"])
    if "text" in legacy:
        row[legacy["text"]] = payload["text"]
    for column, how in legacy.get("unpacked", {}).items():
        row[column] = WRITERS[how["ascii"]].encode(payload["data"][how["in"]])
    return row


def short(value: Any) -> str:
    return clean(name_of(value))[:LONGEST_SHORT]


def said(text: str, role: str, happening: Happening) -> ClientPayload:
    """Words as chat; without a word it is a line of the log."""
    data = happening.whole_data(role=role)
    return Chat(text=text, data=data) if text else Log(data=data)


def told_by_chat(happening: Happening) -> ClientPayload:
    return said(happening.text("content"), short(happening.reading.raw("role")), happening)


def told_by_agent(happening: Happening) -> ClientPayload:
    reading = happening.reading
    role, tool = short(reading.raw("role")), short(reading.raw("tool_name"))
    if tool or role.lower() == "tool":
        return Action(name=tool, text=happening.text("content"), data=happening.whole_data(role=role))
    return said(happening.text("content"), role, happening)


def told_by_timeline(happening: Happening) -> ClientPayload:
    row = happening.reading.row.values
    return Timeline(title=short(row.get("tool")), data=happening.whole_data(status=short(row.get("status"))))


def told_by_session(happening: Happening) -> ClientPayload:
    provider = short(happening.reading.raw("provider"))
    return Log(text=f"A session with {provider or 'an unnamed provider'} began.", data=happening.whole_data())


def told_by_artifact(happening: Happening) -> ClientPayload:
    row = happening.reading.row.values
    return Log(text=f"Artifact {short(row.get('path'))} ({short(row.get('type'))})", data=happening.whole_data())


def told_by_log(happening: Happening) -> ClientPayload:
    """An event of the first version: of the same type where clients publish such events, else a line of the log."""
    name = short(happening.reading.raw("event_type"))
    text, role = words_of(happening.data.get("payload"))
    data = happening.whole_data(event_type=name, **({"role": role} if role else {}))
    if name in CLIENT_TYPES and (text or name != Chat.type):
        return cast(ClientPayload, REGISTRY[name].model_validate({"text": text, "data": data}))
    return Log(text=text, data=data)


def words_of(payload: Any) -> tuple[str, str]:
    """(text, role) of a stored payload, where it has them."""
    if not isinstance(payload, dict):
        return "", ""
    text = next((payload[name] for name in ("content", "text", "message") if isinstance(payload.get(name), str)), "")
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…", short(payload.get("role"))


TELLERS: dict[str, Callable[[Happening], ClientPayload]] = {
    "chat_messages": told_by_chat,
    "agent_messages": told_by_agent,
    "timeline_events": told_by_timeline,
    "sessions": told_by_session,
    "artifacts": told_by_artifact,
    "event_log": told_by_log,
}


def payload_of(reading: Reading) -> ClientPayload:
    """The declared payload that a row becomes; one that no declaration takes is a line of the log, whole in its data."""
    try:
        return TELLERS[reading.row.table](Happening(reading))
    except ValidationError as error:
        reading.note(f"It is a line of the log: {error.errors()[0]['msg']}.")
        return Log(data=Happening(Reading(reading.row)).whole_data())


def actor_of(payload: ClientPayload) -> Actor:
    """Who did it: a person, an agent, or the first version itself."""
    return actor_called(str(payload.data.get("role", "")))


@lru_cache(maxsize=1_000)
def actor_called(role: str) -> Actor:
    if role.lower() in PEOPLE:
        return Actor("user", "legacy", role)
    if role.lower() in AGENTS:
        return Actor("ai", "legacy", role)
    return FIRST_VERSION
