"""The AsyncAPI document as a page for people, and as a file.

The page is a Django template: it needs no script, where AsyncAPI's own component is some megabytes of them with inline styles.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from realtime.asyncapi import as_yaml, asyncapi_document
from realtime.documentation import type_of

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ENVELOPE = "EventFrame"
WHOSE = {"receive": "You send, the gateway receives.", "send": "The gateway sends, you receive."}


@dataclass(frozen=True)
class Field:
    """One member of a message, in words."""

    name: str
    type: SafeString
    required: bool
    description: SafeString


@dataclass(frozen=True)
class Message:
    """One message. `word` is its `command` or `type` on the wire; schema and example are JSON text."""

    anchor: str
    word: str
    summary: SafeString
    fields: list[Field]
    schema: str
    example: str


@dataclass(frozen=True)
class Operation:
    """What goes one way: `events` come in an envelope, and their fields are those of the payload."""

    name: str
    summary: str
    direction: str
    events: bool
    messages: list[Message]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    document = document_here(request)
    shown = {"document": document, "operations": operations(), "envelope": envelope()}
    channels = [{**channel, "words": in_words(channel["description"])} for channel in document["channels"].values()]
    response = render(request, "realtime/ws_docs.html", {**shown, "channels": channels})
    response["Content-Security-Policy"] = POLICY
    return response


@require_safe
def yaml_file(request: HttpRequest) -> HttpResponse:
    return HttpResponse(as_yaml(document_here(request)), content_type="application/yaml")


@require_safe
def json_file(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document_here(request))


def document_here(request: HttpRequest) -> dict[str, Any]:
    """The document, with this server in it as its reader calls it."""
    (server,) = document()["servers"].values()
    here = {**server, "host": request.get_host(), "protocol": "wss" if request.is_secure() else "ws"}
    return {**document(), "servers": {"here": here}}


@cache
def document() -> dict[str, Any]:
    return asyncapi_document()


@cache
def operations() -> list[Operation]:
    return [operation_of(name, given) for name, given in document()["operations"].items()]


def operation_of(name: str, given: dict[str, Any]) -> Operation:
    declared = [document()["components"]["messages"][last_part(ref["$ref"])] for ref in given["messages"]]
    events = all("allOf" in message["payload"] for message in declared)
    return Operation(
        name, given["summary"].rstrip("."), WHOSE[given["action"]], events, [message_of(each) for each in declared]
    )


def message_of(given: dict[str, Any]) -> Message:
    schema = inlined(given["payload"])
    own = schema["allOf"][1]["properties"]["payload"] if "allOf" in schema else schema
    example = given["examples"][0]["payload"]
    word = example.get("command") or example["type"]
    return Message(
        given["name"], word, in_words(given["summary"]), list(fields_of(own)), as_json(schema), as_json(example)
    )


@cache
def envelope() -> Message:
    """What every event has around its payload."""
    schema = inlined(schemas()[ENVELOPE])
    return Message(ENVELOPE, "", in_words(schema["description"]), list(fields_of(schema)), as_json(schema), "")


def schemas() -> dict[str, Any]:
    return document()["components"]["schemas"]


def inlined(schema: Any) -> Any:
    """A schema with every part that it refers to in it, but for the envelope, which the page tells once."""
    if isinstance(schema, list):
        return [inlined(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    name = last_part(schema.get("$ref", ""))
    if name and name != ENVELOPE:
        return inlined(schemas()[name])
    return {key: inlined(value) for key, value in schema.items()}


def fields_of(schema: dict[str, Any]) -> Iterator[Field]:
    for name, field in schema.get("properties", {}).items():
        words = f"`{field['const']}`" if "const" in field else type_of(field, schemas())
        required = name in schema.get("required", []) or "const" in field
        yield Field(name, in_words(words), required, in_words(field.get("description", "")))


def last_part(reference: str) -> str:
    return reference.rsplit("/", 1)[-1]


def as_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def in_words(text: str) -> SafeString:
    """Text as HTML, what stands in `backticks` as code."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", conditional_escape(text)))  # noqa: S308  escaped first
