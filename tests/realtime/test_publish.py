"""What clients say over a socket."""

from typing import Any

import pytest

from tests.realtime.conftest import Api
from tests.realtime.test_streams import events, subscribe


def publish(socket: Any, project: str, type: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    socket.send(command="publish", id="p", project_id=project, type=type, payload=payload, **more)
    return socket.until(lambda frame: frame.get("reply_to") == "p")[-1]


@pytest.mark.parametrize(
    ("type", "payload"),
    [
        ("chat", {"text": "Hola 👋🏽, \u202bمرحبا\u202c"}),
        ("action", {"name": "unity.scene.create", "status": "succeeded", "data": {"scene": "Main"}}),
        ("update", {"text": "half way"}),
        ("scene", {"name": "Main", "path": "Assets/Main.unity"}),
        ("timeline", {"title": "Vertical slice", "at": "2026-12-01"}),
        ("log", {"level": "warning", "text": "shader missing"}),
    ],
)
def test_each_client_type_arrives_as_it_was_said(api: Api, project: str, type: str, payload: dict[str, Any]) -> None:
    with api.socket() as socket:
        subscribe(socket, f"project:{project}")
        socket.send(command="publish", id="p", project_id=project, type=type, payload=payload)
        frames = socket.take(2)
    event = next(frame for frame in frames if frame["type"] == type)
    answer = next(frame for frame in frames if frame["type"] == "published")
    assert payload.items() <= event["payload"].items()
    assert event["actor"]["kind"] == "user"
    assert (answer["reply_to"], answer["seq"], answer["id"]) == ("p", event["seq"], event["id"])


def test_a_key_makes_a_retry_harmless(api: Api, project: str) -> None:
    with api.socket() as socket:
        first = publish(socket, project, "chat", {"text": "once"}, key="k1")
        again = publish(socket, project, "chat", {"text": "once"}, key="k1")
        other = publish(socket, project, "chat", {"text": "something else"}, key="k1")
    assert again["seq"] == first["seq"]
    assert other["code"] == "idempotency_mismatch"
    assert api.get(f"projects/{project}/")["seq"] == first["seq"]


def test_a_publication_about_a_task_reaches_the_tasks_stream(api: Api, planned: str) -> None:
    task = api.get(f"projects/{planned}/tasks/")["results"][0]
    with api.socket(f"/ws/tasks/{task['id']}/") as watcher, api.socket() as speaker:
        watcher.take(2)
        publish(speaker, planned, "chat", {"text": "about it"}, task=task["code"])
        event = events(watcher, 1)[0]
    assert (event["task_code"], event["task_id"]) == (task["code"], task["id"])


@pytest.mark.parametrize(
    ("type", "payload", "more", "named"),
    [
        ("plan.accepted", {"text": "x"}, {}, "type"),
        ("chat", {"txt": "x"}, {}, "txt"),
        ("chat", {}, {}, "text"),
        ("update", {}, {}, "payload"),
        ("log", {"text": "x", "level": "loud"}, {}, "level"),
        ("chat", {"text": "x"}, {"task": "T-999"}, "task"),
    ],
)
def test_what_is_not_declared_is_refused_by_name(
    api: Api, project: str, type: str, payload: dict[str, Any], more: dict[str, Any], named: str
) -> None:
    with api.socket() as socket:
        error = publish(socket, project, type, payload, **more)
    assert error["type"] == "error"
    assert named in error["message"]
    assert api.get(f"projects/{project}/")["seq"] == 1


def test_a_viewer_and_a_token_that_only_reads_cannot_publish(api: Api, project: str, someone: Api) -> None:
    api.post(f"projects/{project}/members/", {"user": someone.name, "role": "viewer"}, expect=201)
    with someone.socket() as socket:
        assert publish(socket, project, "chat", {"text": "hi"})["code"] == "forbidden"
    reader = api.post("tokens/", {"name": "reader", "scopes": ["read"]}, expect=201)["token"]
    with Api(api.server, reader).socket() as socket:
        assert publish(socket, project, "chat", {"text": "hi"})["code"] == "forbidden"


def test_an_agents_token_speaks_as_an_agent(api: Api, project: str) -> None:
    made = api.post("tokens/", {"name": "Robin", "scopes": ["agent"]}, expect=201)
    with Api(api.server, made["token"]).socket() as socket:
        subscribe(socket, f"project:{project}")
        socket.send(command="publish", project_id=project, type="chat", payload={"text": "hello"})
        event = next(frame for frame in socket.take(2) if frame["type"] == "chat")
    assert event["actor"] == {"kind": "ai", "id": made["id"], "name": "Robin"}
