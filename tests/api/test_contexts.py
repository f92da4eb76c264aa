import pytest

from contexts.models import Context
from tests.api.answers import accept, act, done, event_types, events, refused, task_of, wrong_fields

URL = "/api/v1/projects/pixel-jumper/contexts/"
GLOBAL_MEMBERS = {"summary", "current_task", "done_tasks", "pending_tasks", "decisions", "open_questions", "risks"}


def write(client, content, **which):
    response = client.post(URL, {"content": content, **which})
    assert response.status_code == 201, response.content
    return response.json()


def active(client, **which):
    return client.get(f"{URL}active/", which)


def test_a_context_written_by_hand_becomes_the_active_one(as_bob, accepted, project):
    made = write(as_bob, {"summary": "We build the first level."})
    assert (made["version"], made["is_active"], made["source"]) == (1, True, "manual-edit")
    assert (made["scope"], made["task"], made["created_by"]) == ("global", None, "user")
    assert active(as_bob).json() == made
    assert events(project, "context.updated")[0]["payload"]["context_id"] == made["id"]
    assert as_bob.get("/api/v1/projects/pixel-jumper/").json()["active_context"] == made["id"]


def test_every_global_context_has_what_readers_rely_on(as_alice, accepted):
    made = write(as_alice, {"summary": "Ours", "mood": "good"})["content"]
    assert made["summary"] == "Ours"
    assert made["mood"] == "good"
    assert made.keys() >= GLOBAL_MEMBERS
    assert (made["current_task"], made["pending_tasks"]) == ("T-001", 3)


def test_a_member_of_another_type_is_refused(as_alice, project):
    body = {"content": {"risks": "none", "summary": 5, "decisions": []}}
    assert wrong_fields(as_alice.post(URL, body)) == {"content.risks", "content.summary"}


def test_a_new_version_keeps_the_old_ones(as_alice, project):
    first, second = write(as_alice, {"summary": "one"}), write(as_alice, {"summary": "two"})
    assert second["version"] == 2
    old = as_alice.get(f"/api/v1/contexts/{first['id']}/").json()
    assert (old["is_active"], old["content"]["summary"]) == (False, "one")
    assert [item["version"] for item in as_alice.get(URL).json()["results"]] == [2, 1]


def test_a_rollback_activates_the_old_version_again(as_alice, project):
    first, second = write(as_alice, {"summary": "one"}), write(as_alice, {"summary": "two"})
    assert as_alice.post(f"/api/v1/contexts/{first['id']}/activate/").json()["is_active"] is True
    assert active(as_alice).json()["id"] == first["id"]
    assert as_alice.get(f"/api/v1/contexts/{second['id']}/").json()["is_active"] is False
    assert as_alice.get("/api/v1/projects/pixel-jumper/").json()["active_context"] == first["id"]
    assert events(project, "context.updated")[-1]["payload"]["rolled_back"] is True
    before = event_types(project)
    as_alice.post(f"/api/v1/contexts/{first['id']}/activate/")
    assert event_types(project) == before, "the active one activated again is no change"
    assert write(as_alice, {"summary": "three"})["version"] == 3


def test_a_tasks_context_never_disturbs_another_ones(as_alice, accepted):
    everything = write(as_alice, {"summary": "all"})
    one = write(as_alice, {"summary": "jump"}, scope="task", task="T-002")
    other = write(as_alice, {"summary": "gems"}, scope="task", task="T-003")
    write(as_alice, {"summary": "leap"}, scope="task", task="T-002")
    as_alice.post(f"/api/v1/contexts/{one['id']}/activate/")
    assert active(as_alice, scope="task", task="T-002").json()["id"] == one["id"]
    assert active(as_alice, scope="task", task="T-003").json()["id"] == other["id"]
    assert active(as_alice).json()["id"] == everything["id"]
    assert other["version"] == 1


@pytest.mark.parametrize(
    "which",
    [
        {"scope": "task"},
        {"scope": "task", "task": "T-099"},
        {"scope": "global", "task": "T-001"},
        {"scope": "task", "task": "x" * 17},
        {"scope": "task", "task": ["T-001"]},
    ],
)
def test_scope_and_task_fit_together(as_alice, accepted, which):
    assert wrong_fields(as_alice.post(URL, {"content": {}, **which})) == {"task"}
    assert wrong_fields(as_alice.post(f"{URL}generate/", which)) == {"task"}


@pytest.mark.parametrize("content", [None, [], "words", 5, [{"summary": "x"}]])
def test_content_is_an_object(as_alice, project, content):
    assert wrong_fields(as_alice.post(URL, {"content": content})) == {"content"}


def test_there_is_no_active_context_before_the_first(as_alice, accepted):
    refused(active(as_alice), 404, "not_found")
    refused(active(as_alice, task="T-001"), 404, "not_found")
    assert wrong_fields(active(as_alice, scope="galaxy")) == {"scope"}


def test_a_generated_context_tells_where_the_work_stands(as_alice, accepted, project):
    done(as_alice, task_of(accepted, "T-001"))
    act(as_alice, task_of(accepted, "T-003"), "block", reason="No gems")
    made = as_alice.post(f"{URL}generate/", {"scope": "global"})
    assert made.status_code == 201
    content = made.json()["content"]
    assert (made.json()["source"], made.json()["created_by"]) == ("template-default", "system")
    assert [task["code"] for task in content["done_tasks"]] == ["T-001"]
    assert (content["pending_tasks"], content["current_task"]) == (2, "T-002")
    assert any("No gems" in risk for risk in content["risks"])
    assert made.json()["based_on_seq"] == events(project, "context.generated")[0]["seq"] - 1


def test_what_people_decided_is_carried_on(as_alice, accepted):
    write(as_alice, {"decisions": ["Coyote time is 0.1 s"], "open_questions": ["Double jump?"], "risks": ["Too hard"]})
    content = as_alice.post(f"{URL}generate/", {}).json()["content"]
    assert "Coyote time is 0.1 s" in content["decisions"]
    assert content["open_questions"] == ["Double jump?"]
    assert "Too hard" in content["risks"]


def test_a_tasks_generated_context_names_its_neighbours(as_alice, accepted):
    content = as_alice.post(f"{URL}generate/", {"task": "T-002"}).json()["content"]
    assert content["acceptance"] == ["The hero jumps"]
    assert [task["code"] for task in content["waits_for"]] == ["T-001"]


def test_contexts_follow_a_completed_task_after_commit(as_alice, accepted, project, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        done(as_alice, task_of(accepted, "T-001"))
    fresh = active(as_alice).json()
    assert [task["code"] for task in fresh["content"]["done_tasks"]] == ["T-001"]
    assert fresh["created_by"] == "system"
    assert "done" in active(as_alice, task="T-001").json()["content"]["summary"]
    assert active(as_alice, task="T-002").status_code == 404
    completed = events(project, "task.completed")[0]
    told = events(project, "context.generated")
    assert [event["task_code"] for event in told if event["seq"] > completed["seq"]] == [None, "T-001"]
    assert {event["correlation_id"] for event in told[-2:]} == {completed["correlation_id"]}


def test_acceptance_brings_the_global_context_up_to_date(as_alice, proposed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        accept(as_alice, proposed.pk)
    assert active(as_alice).json()["content"]["pending_tasks"] == 3


def test_versions_are_compared(as_alice, project):
    write(as_alice, {"summary": "one", "gone": 1})
    second = write(as_alice, {"summary": "two", "new": 2})
    diff = as_alice.get(f"/api/v1/contexts/{second['id']}/diff/").json()
    assert (diff["added"], diff["removed"]) == ({"new": 2}, {"gone": 1})
    assert diff["changed"] == {"summary": {"from": "one", "to": "two"}}


def test_a_context_is_compared_with_versions_of_the_same_only(as_alice, accepted):
    whole = write(as_alice, {"summary": "all"})
    task = write(as_alice, {"summary": "jump"}, task="T-002")
    response = as_alice.get(f"/api/v1/contexts/{task['id']}/diff/", {"against": whole["id"]})
    assert wrong_fields(response) == {"against"}


def test_contexts_are_filtered(as_alice, accepted):
    write(as_alice, {"summary": "all"})
    write(as_alice, {"summary": "jump"}, task="T-002")
    assert [item["task"] for item in as_alice.get(URL, {"scope": "task"}).json()["results"]] == ["T-002"]
    assert as_alice.get(URL, {"task": "T-003"}).json()["results"] == []


def test_viewers_read_and_strangers_see_nothing(as_alice, as_vera, as_charlie, project):
    made = write(as_alice, {"summary": "one"})
    one = f"/api/v1/contexts/{made['id']}/"
    assert as_vera.get(one).json() == made
    refused(as_vera.post(URL, {"content": {}}), 403, "forbidden")
    refused(as_vera.post(f"{one}activate/"), 403, "forbidden")
    refused(as_charlie.get(one), 404, "not_found")
    refused(as_charlie.post(f"{one}activate/"), 404, "not_found")
    assert Context.objects.count() == 1
