"""The lines of `watch`: each says something."""

from typing import Any

import pytest

from gamedev_gateway.simulation.event_lines import line_of
from realtime.event_types import REGISTRY


def line(kind: str, payload: dict[str, Any], code: str | None = None) -> str:
    frame = {
        "type": kind,
        "seq": 7,
        "timestamp": "2026-01-02T03:04:05Z",
        "task_code": code,
        "actor": {"name": "Ann"},
        "payload": payload,
    }
    told = line_of(frame)
    assert told is not None
    return told.plain.partition("Ann")[2]


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        ("task.started", {"changes": {}}, ": started"),
        ("task.unblocked", {"changes": {}}, ": goes on"),
        ("task.reopened", {"reason": ""}, ": reopened"),
        ("task.completed", {"acceptance": []}, ": completed"),
        ("task.completed", {"acceptance": [{"met": True}]}, ": 1 criterion met"),
        ("project", {"action": "status", "changes": {"status": "consensus"}}, ": is consensus now"),
        ("project", {"action": "activated", "changes": {"active": True}}, ": activated"),
        ("project", {"action": "updated", "changes": {"brief": {}}}, ": updated: brief"),
        ("plan.created", {"version": 2, "summary": ""}, ": version 2"),
        ("artifact.created", {"path": "", "uri": "", "artifact_type": "scene"}, ": scene"),
        ("action", {"text": "", "data": {"a": {}}}, ""),
    ],
)
def test_every_event_says_something_and_nothing_twice(kind, payload, words):
    assert line(kind, payload) == words


@pytest.mark.parametrize("payload", REGISTRY.values(), ids=REGISTRY)
def test_every_type_of_event_says_what_it_is(payload):
    assert vars(payload)["__doc__"]
