"""The page about events, made from their declarations."""

import inspect
from typing import Any

from realtime.event_types import CLIENT_TYPES, REGISTRY, Payload

HEAD = """# Events

Every event has the same envelope (see [protocol.md](protocol.md)) and a payload that its type declares; nothing undeclared
is ever in it. This page is made from the declarations in `realtime/event_types.py` by
`python manage.py document_events > docs/events.md`.
"""


def events_as_markdown() -> str:
    ours = [payload for name, payload in REGISTRY.items() if name not in CLIENT_TYPES]
    clients = [payload for name, payload in REGISTRY.items() if name in CLIENT_TYPES]
    parts = [
        HEAD,
        "## What clients publish\n",
        *map(section, clients),
        "## What the gateway tells\n",
        *map(section, ours),
    ]
    return "\n".join(parts)


def section(payload: type[Payload]) -> str:
    schema = payload.model_json_schema()
    rows = [row(name, field, schema) for name, field in schema.get("properties", {}).items()]
    table = ["| field | type | |", "|---|---|---|", *rows, ""]
    return "\n".join([f"### `{payload.type}`\n", description_of(payload), "", *table])


def description_of(payload: type[Payload]) -> str:
    """The payload's own docstring; each type has one."""
    return inspect.cleandoc(vars(payload)["__doc__"]).replace("\n", " ")


def row(name: str, field: dict[str, Any], schema: dict[str, Any]) -> str:
    remarks = [] if name in schema.get("required", []) else ["optional."]
    remarks += [field["description"]] if "description" in field else []
    return f"| `{name}` | {type_of(field, schema.get('$defs', {}))} | {' '.join(remarks)} |"


def type_of(field: dict[str, Any], parts: dict[str, Any]) -> str:
    if "enum" in field:
        return " or ".join(f"`{value}`" if value else "empty" for value in field["enum"])
    if "anyOf" in field:
        return " or ".join(type_of(option, parts) for option in field["anyOf"])
    if "$ref" in field:
        part = parts[field["$ref"].rsplit("/", 1)[-1]]
        return f"object of {', '.join(f'`{name}`' for name in part['properties'])}"
    if field.get("type") == "array":
        return f"list of {type_of(field['items'], parts)}"
    return str(field.get("type", "any"))
