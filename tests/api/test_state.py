"""The board as it is and as it was, through HTTP."""

from typing import Any

import pytest
from django.core.management import call_command

from plans import history
from plans.models import Checkpoint
from realtime.models import Event
from tests.api.answers import act, done, refused, task_of, wrong_fields

URL = "/api/v1/projects/pixel-jumper/state/"
EVENTS = "/api/v1/projects/pixel-jumper/events/"


def state(client: Any, **query: Any) -> dict[str, Any]:
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    return response.json()


def statuses(shown: dict[str, Any]) -> dict[str, str]:
    return {task["code"]: task["status"] for task in shown["tasks"]}


def test_a_new_project_has_an_empty_board(as_alice, project):
    shown = state(as_alice)
    assert (shown["seq"], shown["plan"], shown["tasks"], shown["contexts"]) == (1, None, [], [])
    assert shown["project"]["brief"]["genre"] == "platformer"
    assert shown == state(as_alice, at=1)


def test_the_past_stays_as_it_was_while_the_work_goes_on(as_alice, accepted):
    began = state(as_alice)
    done(as_alice, task_of(accepted, "T-001"))
    assert statuses(state(as_alice))["T-001"] == "done"
    assert statuses(state(as_alice, at=began["seq"]))["T-001"] == "pending"
    assert state(as_alice, at=began["seq"]) == began


def test_it_tells_each_field_of_the_work(as_alice, accepted):
    task = task_of(accepted, "T-001")
    act(as_alice, task, "start")
    act(as_alice, task, "progress", percent=60, note="soon")
    act(as_alice, task, "block", reason="No sounds yet", kind="asset")
    seq = state(as_alice)["seq"]
    act(as_alice, task, "unblock")
    shown = state(as_alice, at=seq)
    told = shown["tasks"][0]
    assert (told["status"], told["progress"], told["blocked_reason"]) == ("blocked", 60, "No sounds yet")
    assert told["started_at"] and told["completed_at"] is None
    assert shown["project"]["current_task_code"] is None


def test_a_dropped_task_is_still_on_the_board(as_alice, accepted, propose):
    before = state(as_alice)
    second = propose({"title": "Set up", "code": "T-001"}, base=accepted)
    as_alice.post(f"/api/v1/plans/{second.pk}/accept/")
    now = state(as_alice)
    assert statuses(now) == {"T-001": "pending", "T-002": "dropped", "T-003": "dropped"}
    assert (before["plan"]["version"], now["plan"]["version"]) == (1, 2)
    assert state(as_alice, at=before["seq"]) == before
    as_alice.post(EVENTS, {"type": "chat", "payload": {"text": "x"}})
    assert state(as_alice, at=now["seq"]) == now


def test_the_active_contexts_and_artifacts_are_told(as_alice, accepted):
    contexts = "/api/v1/projects/pixel-jumper/contexts/"
    first = as_alice.post(contexts, {"content": {"summary": "one"}}).json()
    seq = state(as_alice)["seq"]
    second = as_alice.post(contexts, {"content": {"summary": "two"}}).json()
    artifact = {"type": "png", "category": "asset", "path": "hero.png", "sha256": "0" * 64, "size_bytes": 7}
    act(as_alice, task_of(accepted, "T-001"), "artifacts", **artifact)
    assert [context["id"] for context in state(as_alice, at=seq)["contexts"]] == [first["id"]]
    now = state(as_alice)
    assert [context["id"] for context in now["contexts"]] == [second["id"]]
    assert now["artifacts"][0] | {"task": "T-001", **artifact} == now["artifacts"][0]
    assert state(as_alice, at=now["seq"]) == now


@pytest.mark.parametrize("at", ["0", "-1", "x", "99", "9223372036854775808"])
def test_a_seq_that_there_is_not_is_refused_by_name(as_alice, project, at):
    assert wrong_fields(as_alice.get(URL, {"at": at})) == {"at"}


def test_a_viewer_may_look_and_a_stranger_learns_nothing(as_vera, as_charlie, accepted, client):
    assert state(as_vera, at=1)["seq"] == 1
    for query in ({}, {"at": 1}, {"at": 99}):
        refused(as_charlie.get(URL, query), 404, "not_found")
    refused(client.get(URL), 401, "not_authenticated")


@pytest.fixture
def often(monkeypatch):
    """A checkpoint at every tenth event."""
    monkeypatch.setattr(history, "EVERY", 10)


def chat(client: Any, count: int) -> None:
    said = [{"type": "chat", "payload": {"text": "x"}}] * count
    assert client.post(EVENTS, said).status_code == 201


def test_the_cost_of_a_state_does_not_grow_with_the_log(
    as_alice, accepted, often, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        chat(as_alice, 90)
    assert list(Checkpoint.objects.values_list("seq", flat=True)) == list(range(10, 100, 10))
    with django_assert_max_num_queries(9):
        state(as_alice, at=94)
    with django_assert_max_num_queries(16):
        state(as_alice)


def test_a_log_without_checkpoints_gets_them_by_being_read(as_alice, accepted, often):
    chat(as_alice, 40)
    assert not Checkpoint.objects.exists()
    state(as_alice, at=35)
    assert list(Checkpoint.objects.values_list("seq", flat=True)) == [10, 20, 30]


def test_what_a_trimmed_log_has_led_to_is_not_forgotten(as_alice, accepted, often):
    done(as_alice, task_of(accepted, "T-001"))
    seen = [state(as_alice)]
    for body in ({"title": "A"}, {"title": "B"}, {"title": "C"}):
        chat(as_alice, 15)
        as_alice.patch("/api/v1/projects/pixel-jumper/", {"name": body["title"]})
        seen.append(state(as_alice))
    kept_from = seen[2]["seq"]
    call_command("prune_events", "--keep", str(seen[-1]["seq"] - kept_from + 1), verbosity=0)
    assert Event.objects.order_by("seq").first().seq == kept_from
    assert [state(as_alice, at=each["seq"]) for each in seen[2:]] == seen[2:]
    for each in seen[:2]:
        problem = refused(as_alice.get(URL, {"at": each["seq"]}), 410, "cursor_lost")
        assert (problem["reason"], problem["seq"]) == ("trimmed", seen[-1]["seq"])
    assert not Checkpoint.objects.filter(seq__lt=kept_from - 1).exists()


def test_a_log_that_came_in_trimmed_admits_what_it_does_not_know(as_alice, accepted):
    call_command("prune_events", "--keep", "2", verbosity=0)
    Checkpoint.objects.all().delete()
    seq = state(as_alice)["seq"]
    assert refused(as_alice.get(URL, {"at": seq}), 410, "cursor_lost")["reason"] == "trimmed"
    assert statuses(state(as_alice)) == {"T-001": "pending", "T-002": "pending", "T-003": "pending"}
    history.keep_now(accepted.project)
    assert state(as_alice, at=seq) == state(as_alice)


def test_an_event_that_comes_in_between_is_not_torn_apart(as_alice, alice, accepted, monkeypatch):
    """What is read while somebody writes is read again, so that seq and board belong together."""
    read, names = history.board_now, ["first", "second"]

    def interrupted(project_id: str) -> Any:
        board = read(project_id)
        if names:
            as_alice.patch("/api/v1/projects/pixel-jumper/", {"name": names.pop(0)})
        return board

    monkeypatch.setattr(history, "board_now", interrupted)
    shown = state(as_alice)
    assert shown["project"]["name"] == "second"
    assert shown == state(as_alice, at=shown["seq"])


def test_where_somebody_always_writes_the_project_waits_for_the_reader(as_alice, accepted, monkeypatch):
    read, count = history.board_now, []

    def interrupted(project_id: str) -> Any:
        count.append(1)
        if len(count) <= history.LOOKS:
            as_alice.patch("/api/v1/projects/pixel-jumper/", {"name": f"No. {len(count)}"})
        return read(project_id)

    monkeypatch.setattr(history, "board_now", interrupted)
    shown = state(as_alice)
    assert len(count) == history.LOOKS + 1
    assert shown == state(as_alice, at=shown["seq"])
