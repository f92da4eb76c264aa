"""The context pack of a task over HTTP."""

from agents.packs import pack_for_task
from contexts.entries import add_entry, remove_entries
from contexts.services import get_active_context
from gamedev_gateway.core.actors import Actor
from plans import services
from tests.api.answers import refused, task_of, wrong_fields


def pack_of(client, task, budget=4_000):
    response = client.get(f"/api/v1/tasks/{task.pk}/context-pack/?budget={budget}")
    assert response.status_code == 200, response.content
    return response.json()


def test_it_has_the_task_its_criteria_and_its_neighbours_each_with_why(as_alice, accepted):
    items = pack_of(as_alice, task_of(accepted, "T-002"))["items"]
    assert [item["kind"] for item in items][:3] == ["task", "criteria", "dependency"]
    assert items[2]["ref"] == "T-001" and items[2]["why"] == "T-002 builds on it."
    assert all(item["why"] for item in items)
    first = pack_of(as_alice, task_of(accepted, "T-001"))["items"]
    assert [item["ref"] for item in first if item["kind"] == "dependent"] == ["T-002", "T-003"]


def test_it_is_the_same_until_something_is_new(as_alice, accepted, alice, project):
    task = task_of(accepted, "T-002")
    before = pack_of(as_alice, task)
    assert pack_of(as_alice, task)["hash"] == before["hash"]
    add_entry(
        project, "decisions", "Jumps are 2 m high.", why="It feels right.", code="T-002", actor=Actor.person(alice)
    )
    after = pack_of(as_alice, task)
    assert after["hash"] != before["hash"]
    [said] = [item for item in after["items"] if item["kind"] == "decision" and "2 m" in item["text"]]
    assert said["why"] == "It was decided for T-002."


def test_the_budget_holds_and_has_limits(as_alice, accepted):
    task = task_of(accepted, "T-001")
    for budget in (200, 800, 20_000):
        assert pack_of(as_alice, task, budget)["tokens"] <= budget
    for budget in (199, 20_001, "many"):
        response = as_alice.get(f"/api/v1/tasks/{task.pk}/context-pack/?budget={budget}")
        assert list(wrong_fields(response)) == ["budget"]


def test_work_left_by_others_is_in_it(as_alice, accepted, alice, project):
    task = services.start_task(task_of(accepted, "T-001"), actor=Actor.person(alice))
    services.register_artifact(task, actor=Actor.person(alice), type="scene", category="asset", path="Main.tscn")
    services.claim_task(task, actor=Actor.person(alice))
    services.release_task(task, actor=Actor.person(alice), handoff="Sound is missing.")
    texts = {item["kind"]: item["text"] for item in pack_of(as_alice, task)["items"]}
    assert texts["handoff"] == "Sound is missing." and "Main.tscn" in texts["artifact"]


def test_strangers_find_none_and_old_tasks_have_none(as_alice, as_charlie, proposed, alice):
    task = task_of(proposed, "T-001")
    refused(as_charlie.get(f"/api/v1/tasks/{task.pk}/context-pack/"), 404, "not_found")
    refused(as_alice.get(f"/api/v1/tasks/{task.pk}/context-pack/"), 409, "task_superseded")


def test_an_entry_said_again_is_no_new_version_and_can_be_taken_out(project, alice):
    person = Actor.person(alice)
    first = add_entry(project, "risks", "It may rain.", actor=person, why="Clouds.")
    assert add_entry(project, "risks", "It may rain.", actor=person, why="Clouds.") == first
    assert first.source == "manual-edit" and first.content["risks"][-1]["by"]["name"] == "alice"
    assert remove_entries(project, "risks", actor=person, text="It may snow.") is None
    remove_entries(project, "risks", actor=person, text="It may rain.")
    active = get_active_context(project)
    assert active is not None and active.version == 2 and active.content["risks"] == []


def test_a_task_without_anything_around_it_has_a_pack(propose, alice, project):
    plan = services.accept_plan(propose({"title": "Alone"}), actor=Actor.person(alice))
    packed = pack_for_task(task_of(plan, "T-001"))
    assert packed["items"][0]["kind"] == "task" and packed["left_out"] == []
