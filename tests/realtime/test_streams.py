"""What a subscription promises: in order, nothing missing, nothing twice, and no seam between past and present."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.realtime.conftest import Api, Socket

EVENT_MEMBERS = {
    "type",
    "stream",
    "seq",
    "prev",
    "cursor",
    "id",
    "project_id",
    "task_id",
    "task_code",
    "payload",
    "actor",
    "correlation_id",
    "causation_id",
    "timestamp",
}


def subscribe(socket: Socket, stream: str, **options: Any) -> dict[str, Any]:
    """The `subscribed` frame; what comes before it is skipped."""
    socket.send(command="subscribe", id="s", stream=stream, **options)
    return socket.until(lambda frame: frame["type"] in {"subscribed", "error"})[-1]


def events(socket: Socket, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        frame = socket.next()
        if frame["type"] != "position":
            found.append(frame)
    return found


def texts(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["payload"]["text"] for frame in frames]


def test_subscribed_comes_first_then_the_past_then_the_present(api: Api, project: str) -> None:
    for number in range(5):
        api.chat(project, f"past {number}")
    with api.socket(f"/ws/projects/{project}/?after=0") as socket:
        welcome, subscribed = socket.take(2)
        api.chat(project, "present")
        frames = events(socket, 7)
    assert (welcome["type"], subscribed["type"]) == ("welcome", "subscribed")
    assert (subscribed["seq"], subscribed["missed"], subscribed["recovered"]) == (6, 6, True)
    assert [frame["seq"] for frame in frames] == [1, 2, 3, 4, 5, 6, 7]
    assert [frame["prev"] for frame in frames] == [0, 1, 2, 3, 4, 5, 6]
    assert texts(frames[1:]) == [*(f"past {number}" for number in range(5)), "present"]
    assert all(frame.keys() == EVENT_MEMBERS for frame in frames)


def test_history_over_rest_equals_what_the_socket_sent(api: Api, planned: str) -> None:
    history = api.get(f"projects/{planned}/events/?limit=200")["results"]
    with api.socket(f"/ws/projects/{planned}/?after=0") as socket:
        socket.take(2)
        assert events(socket, len(history)) == history


def test_without_a_position_only_what_is_new_comes(api: Api, project: str) -> None:
    api.chat(project, "before")
    with api.socket() as socket:
        subscribed = subscribe(socket, f"project:{project}")
        api.chat(project, "after")
        frame = events(socket, 1)[0]
    assert (subscribed["seq"], subscribed["missed"]) == (2, 0)
    assert (frame["seq"], frame["prev"], texts([frame])) == (3, 2, ["after"])


def test_a_cursor_and_a_plain_seq_continue_where_they_say(api: Api, project: str) -> None:
    cursor = api.chat(project, "one")["cursor"]
    api.chat(project, "two")
    for position in (cursor, cursor.split("-")[0], int(cursor.split("-")[0])):
        with api.socket() as socket:
            assert subscribe(socket, f"project:{project}", after=position)["missed"] == 1
            assert texts(events(socket, 1)) == ["two"]


@pytest.mark.parametrize("position", ["2-00000000", "99", "99-12345678"])
def test_a_position_that_the_log_never_gave_out_is_not_a_silent_hole(api: Api, project: str, position: str) -> None:
    api.chat(project, "one")
    with api.socket() as socket:
        subscribed = subscribe(socket, f"project:{project}", after=position)
        live = api.chat(project, "still live")
        frame = events(socket, 1)[0]
    assert (subscribed["recovered"], subscribed["reason"], subscribed["seq"]) == (False, "rewound", 2)
    assert (frame["seq"], frame["prev"]) == (live["seq"], 2)


def test_a_type_filter_skips_and_prev_proves_that_nothing_else_was_skipped(api: Api, planned: str) -> None:
    history = api.get(f"projects/{planned}/events/?limit=200")["results"]
    wanted = [event["seq"] for event in history if event["type"].startswith(("plan.", "chat"))]
    with api.socket() as socket:
        subscribed = subscribe(socket, f"project:{planned}", after=0, types=["plan.*", "chat"])
        past = events(socket, len(wanted))
        api.post(f"projects/{planned}/events/", {"type": "log", "payload": {"text": "unwanted"}}, expect=201)
        said = api.chat(planned, "wanted")
        present = events(socket, 1)
    assert subscribed["missed"] == len(wanted)
    assert [frame["seq"] for frame in past] == wanted
    assert [frame["prev"] for frame in [*past, *present]] == [0, *wanted]
    assert present[0]["seq"] == said["seq"]


def test_a_filtered_reader_that_resumes_from_a_position_frame_is_told_its_true_predecessor(
    api: Api, project: str
) -> None:
    first = api.chat(project, "first")["seq"]
    api.post(f"projects/{project}/events/", {"type": "log", "payload": {"text": "x"}}, expect=201)
    with api.socket() as socket:
        subscribe(socket, f"project:{project}", types=["chat"])
        position = socket.until(lambda frame: frame["type"] == "position")[-1]
    second = api.chat(project, "second")["seq"]
    assert position["seq"] == second - 1
    with api.socket() as socket:
        subscribe(socket, f"project:{project}", types=["chat"], after=position["cursor"])
        frame = events(socket, 1)[0]
    assert (frame["seq"], frame["prev"]) == (second, first)


def test_an_unknown_type_in_a_filter_is_named(api: Api, project: str) -> None:
    with api.socket() as socket:
        error = subscribe(socket, f"project:{project}", types=["tusk.*"])
    assert error["code"] == "invalid"
    assert "tusk.*" in error["message"]


def test_a_task_stream_has_the_tasks_events_alone_and_follows_its_code(api: Api, planned: str) -> None:
    tasks = api.get(f"projects/{planned}/tasks/")["results"]
    first, second = tasks[0], tasks[1]
    with api.socket(f"/ws/tasks/{first['id']}/?after=0") as socket:
        socket.take(2)
        api.post(f"tasks/{first['id']}/start/", expect=200)
        api.post(f"tasks/{second['id']}/block/", {"reason": "no graphics card"}, expect=200)
        started = events(socket, 1)[0]
        plan = api.get(f"projects/{planned}/plans/active/")
        refined = api.post(f"plans/{plan['id']}/refine/", {"instructions": "add a task for localisation"}, expect=201)
        accepted = api.post(f"plans/{refined['id']}/accept/", expect=200)
        now = next(task for task in accepted["tasks"] if task["code"] == first["code"])
        api.post(f"tasks/{now['id']}/progress/", {"percent": 40}, expect=200)
        progress = events(socket, 1)[0]
    assert (started["type"], started["task_code"], started["stream"]) == (
        "task.started",
        first["code"],
        f"task:{first['id']}",
    )
    assert (progress["type"], progress["task_id"], progress["payload"]["percent"]) == ("task.progress", now["id"], 40)
    assert progress["prev"] == started["seq"]


def test_one_socket_watches_many_streams(api: Api, planned: str) -> None:
    other = api.post("projects/", {"name": "Another game"}, expect=201)["id"]
    with api.socket() as socket:
        subscribe(socket, f"project:{planned}")
        subscribe(socket, f"project:{other}")
        api.chat(planned, "here")
        api.chat(other, "there")
        found = {frame["stream"]: frame["payload"]["text"] for frame in events(socket, 2)}
        socket.send(command="unsubscribe", id="u", stream=f"project:{other}")
        answer = socket.until(lambda frame: frame["type"] == "unsubscribed")[-1]
        api.chat(other, "unheard")
        api.chat(planned, "heard")
        last = events(socket, 1)[0]
    assert found == {f"project:{planned}": "here", f"project:{other}": "there"}
    assert (answer["reply_to"], answer["stream"]) == ("u", f"project:{other}")
    assert texts([last]) == ["heard"]


def test_a_second_subscription_to_the_same_stream_is_refused(api: Api, project: str) -> None:
    with api.socket() as socket:
        subscribe(socket, f"project:{project}")
        assert subscribe(socket, f"project:{project}")["code"] == "invalid"


def test_an_idle_subscription_gets_position_frames(api: Api, project: str) -> None:
    with api.socket() as socket:
        subscribe(socket, f"project:{project}")
        position = socket.next()
    assert (position["type"], position["stream"], position["seq"]) == ("position", f"project:{project}", 1)


def test_a_reader_that_asked_for_batches_gets_the_past_in_few_frames(api: Api, project: str) -> None:
    said = [{"type": "chat", "payload": {"text": str(number)}} for number in range(500)]
    api.post(f"projects/{project}/events/", said, expect=201)
    with api.socket(f"/ws/projects/{project}/?after=0", subprotocols=["gateway.v1", "gateway.v1.batch"]) as socket:
        assert socket.connection.subprotocol == "gateway.v1.batch"
        frames: list[dict[str, Any]] = []
        messages = 0
        while not frames or frames[-1].get("seq") != 501 or frames[-1]["type"] == "subscribed":
            frame = socket.next()
            messages += 1
            frames += frame["frames"] if frame["type"] == "batch" else [frame]
    assert [frame["seq"] for frame in frames if "prev" in frame] == list(range(1, 502))
    assert messages < 20


def test_a_removed_member_is_told_and_closed(api: Api, project: str, someone: Api) -> None:
    member = api.post(f"projects/{project}/members/", {"user": someone.name, "role": "viewer"}, expect=201)
    with someone.socket(f"/ws/projects/{project}/") as socket:
        socket.take(2)
        api.http.delete(f"/api/v1/projects/{project}/members/{member['id']}/").raise_for_status()
        frames = socket.until(lambda frame: frame["type"] == "resync")
        api.chat(project, "not for them")
        rest, code = socket.to_the_end()
    assert frames[-1]["reason"] == "revoked"
    assert not any("not for them" in str(frame) for frame in rest)
    assert code == 4404


def test_revoking_a_token_closes_its_sockets(api: Api, project: str) -> None:
    made = api.post("tokens/", {"name": "short"}, expect=201)
    with api.socket(
        f"/ws/projects/{project}/", additional_headers={"Authorization": f"Bearer {made['token']}"}
    ) as socket:
        socket.take(2)
        api.http.delete(f"/api/v1/tokens/{made['id']}/").raise_for_status()
        assert socket.to_the_end()[1] == 4401


def test_a_token_that_expires_closes_its_sockets(api: Api, project: str) -> None:
    made = api.post("tokens/", {"name": "ages ago"}, expect=201)
    with Api(api.server, made["token"]).socket(f"/ws/projects/{project}/") as socket:
        socket.take(2)
        with closing(sqlite3.connect(api.server.database_url.removeprefix("sqlite:///"), timeout=30)) as database:
            database.execute("UPDATE access_tokens SET expiry = '2020-01-01' WHERE name = 'ages ago'")
            database.commit()
        assert socket.to_the_end()[1] == 4401


@pytest.mark.parametrize("scopes", [["read", "write"], ["agent"]])
def test_a_lesser_role_counts_at_once_on_open_sockets(api: Api, project: str, someone: Api, scopes: list[str]) -> None:
    member = api.post(f"projects/{project}/members/", {"user": someone.name, "role": "editor"}, expect=201)
    token = someone.post("tokens/", {"name": "theirs", "scopes": scopes}, expect=201)["token"]
    with Api(api.server, token).socket(f"/ws/projects/{project}/") as socket:
        socket.take(2)
        said = {"command": "publish", "project_id": project, "type": "chat", "payload": {"text": "hi"}}
        socket.send(**said, id="may")
        may = socket.until(lambda frame: frame.get("reply_to") == "may")[-1]
        path = f"/api/v1/projects/{project}/members/{member['id']}/"
        api.http.patch(path, json={"role": "viewer"}).raise_for_status()
        socket.send(**said, id="may not")
        may_not = socket.until(lambda frame: frame.get("reply_to") == "may not")[-1]
        api.chat(project, "a viewer hears this")
        assert socket.until(lambda frame: frame["type"] == "chat" and frame["actor"]["name"] == "admin")
    assert may["type"] == "published"
    assert may_not["code"] == "forbidden"
