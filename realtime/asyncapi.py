"""The sockets as an AsyncAPI 3 document, made from the declarations that frames and events are made from."""

from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from realtime import commands, event_types, frames
from realtime.examples import example_of

COMMANDS: list[type[BaseModel]] = [
    commands.Subscribe,
    commands.Unsubscribe,
    commands.Ping,
    commands.Publish,
    commands.Generate,
    commands.Cancel,
]
TYPES_PARAMETER = "Event types, separated by commas; `task.*` stands for all of a family."
AFTER_PARAMETER = "A cursor, a seq, or 0 for the first kept event; absent: only what is new."


def asyncapi_document() -> dict[str, Any]:
    """The whole document, as plain data."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Gamedev gateway: sockets",
            "version": "1",
            "description": "Live events of a project or task, replayed from any position, in order and without a hole.",
        },
        "servers": {
            "local": {"host": "127.0.0.1:8000", "protocol": "ws", "security": [{"type": "http", "scheme": "bearer"}]}
        },
        "defaultContentType": "application/json",
        "channels": channels(),
        "operations": {
            "command": operation("receive", "What a client may ask.", COMMANDS),
            "answer": operation("send", "What the gateway sends, besides events.", frames.SENT),
            "event": operation("send", "What happened.", list(event_types.REGISTRY.values())),
        },
        "components": {"messages": messages(), "schemas": schemas()},
    }


def as_yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def channels() -> dict[str, Any]:
    everything = {name: {"$ref": f"#/components/messages/{name}"} for name in messages()}
    return {
        "socket": {
            "address": "/ws/",
            "description": "One socket, many subscriptions. The sockets of one project, task or document, "
            "`/ws/projects/{id}/?after=&types=&sections=`, `/ws/tasks/{id}/?after=&types=&sections=` and "
            "`/ws/documents/{id}/?after=&generate=`, speak the same and are subscribed when they open. "
            f"`after`: {AFTER_PARAMETER} `types`: {TYPES_PARAMETER}",
            "messages": everything,
        }
    }


def operation(action: str, summary: str, declared: list[Any]) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/socket"},
        "messages": [{"$ref": f"#/channels/socket/messages/{message_name(each)}"} for each in declared],
    }


def message_name(declared: type[BaseModel]) -> str:
    """Events are named by their type, commands and frames by their class."""
    if issubclass(declared, event_types.Payload):
        return declared.type
    return f"command.{declared.__name__}" if issubclass(declared, commands.Command) else f"frame.{declared.__name__}"


def messages() -> dict[str, Any]:
    declared = [*COMMANDS, *frames.SENT, *event_types.REGISTRY.values()]
    return {message_name(each): message(each) for each in declared}


def message(declared: Any) -> dict[str, Any]:
    name = message_name(declared)
    payload = event_schema(declared) if issubclass(declared, event_types.Payload) else reference(declared)
    return {
        "name": name,
        "summary": (declared.__doc__ or name).strip().split("\n")[0],
        "payload": payload,
        "examples": [{"payload": example_of(declared)}],
    }


def event_schema(payload: type[event_types.Payload]) -> dict[str, Any]:
    """The envelope, with this type's payload in it."""
    own = {"type": {"const": payload.type}, "payload": reference(payload)}
    return {"allOf": [reference(frames.EventFrame), {"type": "object", "properties": own}]}


def reference(declared: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema_name(declared)}"}


def schema_name(declared: type[BaseModel]) -> str:
    return f"Payload_{declared.__name__}" if issubclass(declared, event_types.Payload) else declared.__name__


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = {}
    everything: list[type[BaseModel]] = [*COMMANDS, *frames.SENT, frames.EventFrame, *event_types.REGISTRY.values()]
    for declared in everything:
        _, definitions = models_json_schema([(declared, "validation")], ref_template="#/components/schemas/{model}")
        parts = definitions.get("$defs", {})
        found[schema_name(declared)] = parts.pop(declared.__name__)
        found.update(parts)
    return dict(sorted(found.items()))
