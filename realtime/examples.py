"""An example of every message, made from its declaration: new messages have one without anybody writing it."""

from typing import Any

import orjson
from pydantic import BaseModel

from realtime.event_types import Payload
from realtime.frames import EventFrame

EVENT_ID = "5d2e0f11-7c1e-4b7a-9d0b-3f6f1f0f8a52"
CURSOR = "132-5d2e0f11"
TIME = "2026-11-23T04:30:00.000Z"

SAMPLES: dict[tuple[str, str], Any] = {
    ("after", "string"): CURSOR,
    ("artifact_id", "integer"): 7,
    ("artifact_type", "string"): "png",
    ("at", "string"): "2026-12-01",
    ("category", "string"): "screenshot",
    ("changes", "object"): {"status": "in_progress"},
    ("code", "string"): "T-003",
    ("connection_id", "string"): "0c0a1f5e-2c53-4a0e-8f5c-6f1f6f0d1a11",
    ("context_id", "integer"): 9,
    ("correlation_id", "string"): "3b0f6c1e9a7d4c52",
    ("current_task", "string"): "T-003",
    ("cursor", "string"): CURSOR,
    ("frames", "array"): [
        {"type": "position", "stream": "project:pixel-jumper", "seq": 132, "cursor": CURSOR},
        {"type": "pong", "reply_to": "3", "server_time": TIME},
    ],
    ("heartbeat_seconds", "number"): 25,
    ("id", "string"): EVENT_ID,
    ("id", "integer"): 42,
    ("key", "string"): "my-1",
    ("message", "string"): "There is no such task in the plan.",
    ("missed", "integer"): 9,
    ("name", "string"): "Main",
    ("path", "string"): "shots/jump.png",
    ("payload", "object"): {"text": "The jump feels right now."},
    ("plan_id", "integer"): 12,
    ("prev", "integer"): 131,
    ("project_id", "string"): "pixel-jumper",
    ("recovered", "boolean"): True,
    ("reply_to", "string"): "1",
    ("retry_after_ms", "integer"): 1200,
    ("seq", "integer"): 132,
    ("server_time", "string"): TIME,
    ("source", "string"): "template-default",
    ("status", "string"): "in_progress",
    ("stream", "string"): "project:pixel-jumper",
    ("summary", "string"): "Jumping first, then gems.",
    ("task", "string"): "T-003",
    ("task_code", "string"): "T-003",
    ("task_id", "integer"): 42,
    ("tasks", "integer"): 9,
    ("text", "string"): "The jump feels right now.",
    ("timestamp", "string"): TIME,
    ("title", "string"): "Let the hero jump",
    ("type", "string"): "chat",
    ("types", "array"): ["task.*"],
    ("user", "string"): "ada",
    ("validation_status", "string"): "valid",
    ("version", "integer"): 2,
}
"""What a field of this name and type may hold. What has none gets its default, else the plainest value of its type."""

TELLING: dict[str, dict[str, Any]] = {
    "Error": {"code": "unknown_stream", "message": "There is no stream 'project:nowhere' that you can see."},
    "ActorShape": {"kind": "user", "id": "1", "name": "ada"},
    "Ping": {"id": "3"},
    "Publish": {"id": "4"},
    "Subscribe": {"id": "1"},
    "Unsubscribe": {"id": "2"},
    "error": {"kind": "plan", "code": "model_unreachable", "message": "The model did not answer."},
    "action": {"name": "unity.scene.create", "status": "succeeded", "data": {"scene": "Main"}},
    "project": {"action": "status", "changes": {"status": "active"}},
    "scene": {"path": "Assets/Main.unity"},
    "plan.refined": {"instructions": "Gems first.", "understood": ["T-003 comes before T-002."]},
    "task.progress": {"percent": 60, "note": "The hero jumps.", "changes": {"progress": 60}},
    "task.blocked": {"reason": "The sprite sheet is missing.", "kind": "asset", "changes": {"status": "blocked"}},
    "task.completed": {
        "acceptance": [{"criterion": "The hero jumps", "met": True}],
        "changes": {"status": "done", "progress": 100},
        "current_task": "T-004",
    },
    "task.changed": {"fields": {"title": {"from": "Jump", "to": "Let the hero jump"}}},
}
"""Values of single messages that tell more, by the name of the class or the type of the event."""

PLAINEST = {"string": "…", "integer": 1, "number": 1, "boolean": False, "object": {}, "array": [], "null": None}


def example_of(declared: type[BaseModel]) -> dict[str, Any]:
    """The message as it could be sent; an event in its envelope."""
    if not issubclass(declared, Payload):
        return filled(declared)
    task = {} if declared.type.startswith(("task.", "artifact.")) else {"task_id": None, "task_code": None}
    payload = filled(declared) | TELLING.get(declared.type, {})
    return filled(EventFrame) | {"type": declared.type, "payload": payload, "causation_id": None} | task


def filled(declared: type[BaseModel]) -> dict[str, Any]:
    schema = declared.model_json_schema()
    value = value_of("", schema, schema.get("$defs", {}))
    return orjson.loads(orjson.dumps(value))  # its own, all through: YAML writes parts that are shared as aliases


def value_of(name: str, schema: dict[str, Any], parts: dict[str, Any]) -> Any:
    """A value that a schema allows for a field of this name."""
    if "$ref" in schema:
        return value_of(name, parts[schema["$ref"].rsplit("/", 1)[-1]], parts)
    if "properties" in schema:
        own = {field: value_of(field, of, parts) for field, of in schema["properties"].items()}
        return own | TELLING.get(schema["title"], {})
    if "const" in schema or "enum" in schema:
        return schema.get("const") or next(filter(None, schema["enum"]))
    kinds = [option.get("type", "") for option in schema.get("anyOf", [schema])]
    samples = [SAMPLES[name, kind] for kind in kinds if (name, kind) in SAMPLES]
    if samples or "default" in schema:
        return samples[0] if samples else schema["default"]
    if schema.get("type") == "array":
        return [value_of(name, schema["items"], parts)]
    return value_of(name, schema["anyOf"][0], parts) if "anyOf" in schema else PLAINEST[schema["type"]]
