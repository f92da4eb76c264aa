"""What a proposal changes, who wanted it, and taking a part of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.authorship import stored_operation
from plans.models import TaskPlan
from plans.operations import operations_adapter, repeat_operations
from tests.api.answers import accept, act, done, event_types, events, refused, task_of, wrong_fields
from tests.conftest import CHAIN

KEPT = [{"code": f"T-00{number}", **task} for number, task in enumerate(CHAIN, start=1)]


def url(plan: TaskPlan | int, what: str = "") -> str:
    pk = plan if isinstance(plan, int) else plan.pk
    return f"/api/v1/plans/{pk}/{f'{what}/' if what else ''}"


def edit(client, plan, *ops, reason=""):
    response = client.patch(url(plan), {"ops": list(ops), "reason": reason})
    assert response.status_code == 200, response.content
    return response.json()


def title(code: str, text: str) -> dict:
    return {"op": "update", "code": code, "fields": {"title": text}}


def add(text: str, *dependencies: str) -> dict:
    return {"op": "add", "task": {"title": text, "dependencies": list(dependencies)}}


def take(client, plan, *codes):
    return client.post(url(plan, "accept"), {"only": list(codes)})


def taken(client, plan, *codes) -> dict:
    response = take(client, plan, *codes)
    assert response.status_code == 200, response.content
    return response.json()


def changes(client, plan) -> dict[str, dict]:
    return {change["code"]: change for change in client.get(url(plan, "changes")).json()["changes"]}


def operations(client, plan) -> list[dict]:
    return client.get(url(plan, "operations"), {"limit": 200}).json()["results"]


def is_its_base_and_its_operations(client, pk: int) -> bool:
    plan = TaskPlan.objects.get(pk=pk)
    ops = [stored_operation.validate_python(row["op"]) for row in operations(client, pk)]
    return repeat_operations(plan.base.specs() if plan.base else [], ops) == plan.specs()


@pytest.fixture
def draft(propose, accepted):
    """A proposal that says what the active plan says, to be edited."""
    return propose(*KEPT, base=accepted)


@pytest.fixture
def rich(as_alice, as_bob, draft):
    """Two authors' changes: a title, a new pair of tasks, and a task left out."""
    edit(as_bob, draft, title("T-002", "Let the hero leap"), reason="Leaping is the game.")
    edit(as_alice, draft, add("Boss", "T-002"), add("Ending", "T-004"), {"op": "drop", "code": "T-003"})
    return draft


# A version is its base and operations


def test_each_edit_is_kept_with_its_author_and_reason(as_alice, rich):
    found = operations(as_alice, rich)
    assert [(row["number"], row["op"]["op"], row["author"]["name"], row["reason"]) for row in found] == [
        (1, "update", "bob", "Leaping is the game."),
        (2, "add", "alice", ""),
        (3, "add", "alice", ""),
        (4, "drop", "alice", ""),
    ]
    assert found[1]["op"]["task"]["code"] == "T-004"
    assert is_its_base_and_its_operations(as_alice, rich.pk)


def test_whatever_made_a_version_it_is_its_base_and_its_operations(as_alice, rich, project):
    refined = as_alice.post(url(rich, "refine"), {"instructions": "Add a boss fight"}).json()
    assert {row["reason"] for row in operations(as_alice, refined["id"])} == {"Add a boss fight"}
    whole = as_alice.post(
        "/api/v1/projects/pixel-jumper/plans/",
        {"tasks": [{"code": "T-002", "title": "Only this"}], "base": refined["id"], "reason": "Smaller"},
    ).json()
    assert {row["reason"] for row in operations(as_alice, whole["id"])} == {"Smaller"}
    for plan in project.plans.all():
        assert is_its_base_and_its_operations(as_alice, plan.pk), plan


def test_what_a_version_was_made_from_never_changes(as_alice, draft, propose):
    made = propose(*KEPT[:2], base=draft)
    assert as_alice.get(url(draft)).json()["status"] == "superseded"
    assert as_alice.get(url(made)).json()["continues"] == draft.pk
    refused(as_alice.patch(url(draft), {"summary": "x"}), 409, "not_proposed")


def test_the_reason_of_an_edit_is_told(as_bob, draft, project):
    edit(as_bob, draft, title("T-001", "Begin"), reason="Shorter")
    assert events(project, "plan.edited")[-1]["payload"]["reason"] == "Shorter"


def test_an_edit_that_changes_nothing_leaves_no_operation(as_bob, draft):
    edit(as_bob, draft, {"op": "move", "code": "T-001", "idx": 0})
    assert operations(as_bob, draft) == []


# What it changes


def test_changes_say_what_by_whom_and_why(as_alice, rich, accepted):
    answer = as_alice.get(url(rich, "changes")).json()
    assert (answer["plan"], answer["against"]) == (rich.pk, accepted.pk)
    found = {change["code"]: change for change in answer["changes"]}
    assert {code: change["kind"] for code, change in found.items()} == {
        "T-002": "changed",
        "T-003": "dropped",
        "T-004": "added",
        "T-005": "added",
    }
    leap = found["T-002"]
    assert leap["sentence"] == "“Let the hero leap” says something new in title."
    assert [(said["author"]["name"], said["reason"]) for said in leap["said_by"]] == [("bob", "Leaping is the game.")]
    assert found["T-003"]["sentence"] == "“Place the gems” is left out."


def test_changes_say_what_must_be_taken_together(as_alice, rich):
    found = changes(as_alice, rich)
    assert found["T-005"]["needs"] == {"T-004": "T-005 waits for T-004, which only this proposal adds."}
    assert found["T-004"]["needs"] == {}


def test_a_part_that_would_wait_in_a_circle_needs_the_way_out(as_alice, draft):
    edit(
        as_alice,
        draft,
        {"op": "update", "code": "T-002", "fields": {"dependencies": []}},
        {"op": "update", "code": "T-001", "fields": {"dependencies": ["T-002"]}},
        {"op": "move", "code": "T-003", "idx": 0},
    )
    found = changes(as_alice, draft)
    assert list(found["T-001"]["needs"]) == ["T-002"]
    assert list(refused(take(as_alice, draft, "T-001"), 409, "needs_more")["needs"]["T-001"]) == ["T-002"]
    assert "gets another place" in found["T-003"]["sentence"]


def test_changes_warn_of_work_that_has_begun(as_alice, accepted, rich):
    act(as_alice, task_of(accepted, "T-001"), "start")
    done_task = task_of(accepted, "T-001")
    act(as_alice, done_task, "complete", acceptance=[{"criterion": "The project opens", "met": True}])
    act(as_alice, task_of(accepted, "T-002"), "start")
    done(as_alice, task_of(accepted, "T-003"))
    found = changes(as_alice, rich)
    assert found["T-003"]["warning"].startswith("T-003 is done; it would be left out")
    assert found["T-002"]["warning"].startswith("T-002 is in progress; it stays so")
    assert found["T-004"]["warning"] == ""


def test_overlaps_with_other_proposals_are_listed_before_anybody_accepts(as_alice, accepted, rich, propose):
    other = propose(KEPT[0], KEPT[1] | {"title": "Let the hero fly"}, KEPT[2], base=accepted)
    (found,) = as_alice.get(url(rich, "overlaps")).json()["proposals"]
    assert (found["plan"], found["author"]["name"]) == (other.pk, "alice")
    assert found["tasks"] == [{"code": "T-002", "here": ["title"], "there": ["title"], "agree": False}]
    assert changes(as_alice, rich)["T-002"]["overlaps"][0]["plan"] == other.pk
    accept(as_alice, other.pk)
    assert as_alice.get(url(rich, "overlaps")).json()["proposals"] == []


def test_what_a_proposal_changes_costs_the_same_with_little_and_with_much(as_alice, accepted, rich, propose):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            as_alice.get(url(rich, "changes"))
            as_alice.get(url(rich, "overlaps"))
            as_alice.get(url(rich, "comments"))
            as_alice.get(url(rich, "reviews"))
            as_alice.get(url(rich, "consensus"))
            as_alice.get(url(rich, "diff"))
        return len(queries)

    def fill() -> None:
        propose(*KEPT, {"title": "More"}, base=accepted)
        edit(as_alice, rich, add("And more"), title("T-001", f"Begin {TaskPlan.objects.count()}"))
        as_alice.post(url(rich, "comments"), {"body": "Hm", "code": "T-001"})
        as_alice.post(url(rich, "reviews"), {"verdict": "advise"})

    fill()
    few = cost()
    for _ in range(3):
        fill()
    assert cost() == few


# A part


def test_a_part_is_taken_and_the_rest_stays_a_proposal(as_alice, accepted, rich, project):
    answer = taken(as_alice, rich, "T-002", "T-004")
    assert (answer["status"], answer["base"]) == ("accepted", accepted.pk)
    assert [task["title"] for task in answer["tasks"]] == [
        "Set up the project",
        "Let the hero leap",
        "Boss",
        "Place the gems",
    ]
    rest = as_alice.get(url(answer["remaining"])).json()
    assert (rest["status"], rest["base"], rest["continues"]) == ("proposed", rich.pk, rich.pk)
    assert {code: change["kind"] for code, change in changes(as_alice, rest["id"]).items()} == {
        "T-003": "dropped",
        "T-005": "added",
    }
    assert is_its_base_and_its_operations(as_alice, rich.pk)
    assert is_its_base_and_its_operations(as_alice, rest["id"])
    assert [(row["op"]["op"], row["author"]["name"]) for row in operations(as_alice, rich)] == [
        ("update", "bob"),
        ("add", "alice"),
        ("move", "alice"),
    ]


def test_the_rest_can_be_taken_later_until_nothing_remains(as_alice, rich):
    rest = taken(as_alice, rich, "T-004", "T-002")["remaining"]
    last = taken(as_alice, rest, "T-003")["remaining"]
    answer = accept(as_alice, last).json()
    assert answer["remaining"] is None
    live = [task["code"] for task in answer["tasks"] if task["status"] != "dropped"]
    assert live == ["T-001", "T-002", "T-004", "T-005"]


def test_taking_every_change_is_taking_all(as_alice, rich):
    answer = taken(as_alice, rich, "T-002", "T-003", "T-004", "T-005")
    assert answer["remaining"] is None
    assert TaskPlan.objects.proposed().count() == 0


def test_a_part_is_told_first_then_each_task_then_the_rest(as_alice, rich, project):
    before = len(event_types(project))
    answer = taken(as_alice, rich, "T-002", "T-003")
    assert event_types(project)[before:] == ["plan.accepted", "task.changed", "task.dropped", "plan.created"]
    accepted_event, created = events(project, "plan.accepted")[-1], events(project, "plan.created")[-1]
    assert accepted_event["payload"]["remaining"] == answer["remaining"] == created["payload"]["plan_id"]
    assert [task["code"] for task in accepted_event["payload"]["diff"]["dropped"]] == ["T-003"]
    assert created["payload"]["continues"] == rich.pk


def test_what_else_is_needed_is_named_with_the_reason(as_alice, rich, project):
    before = event_types(project)
    problem = refused(take(as_alice, rich, "T-005"), 409, "needs_more")
    assert problem["needs"] == {"T-005": {"T-004": "T-005 waits for T-004, which only this proposal adds"}}
    assert "T-004" in problem["hint"]
    assert event_types(project) == before


def test_parts_of_a_split_are_taken_together(as_alice, draft):
    edit(as_alice, draft, {"op": "split", "code": "T-002", "into": [{"title": "Jump"}, {"title": "Land"}]})
    assert set(refused(take(as_alice, draft, "T-002"), 409, "needs_more")["needs"]["T-002"]) == {"T-004"}
    answer = taken(as_alice, draft, "T-002", "T-004")
    told = as_alice.get(url(answer["id"], "diff")).json()
    assert told["split"] == [{"code": "T-002", "into": ["T-002", "T-004"]}]


def test_codes_that_change_nothing_are_named_by_their_place(as_alice, rich):
    assert wrong_fields(take(as_alice, rich, "T-002", "T-001", "T-099")) == {"only.1", "only.2"}
    assert wrong_fields(as_alice.post(url(rich, "accept"), {"only": []})) == {"only"}


def test_a_part_of_a_refined_refinement_is_measured_against_the_accepted_plan(as_alice, accepted, rich):
    refined = as_alice.post(url(rich, "refine"), {"instructions": "Add online multiplayer"}).json()
    found = changes(as_alice, refined["id"])
    assert {"T-002", "T-003", "T-004"} < found.keys()
    answer = taken(as_alice, refined["id"], "T-002")
    assert answer["base"] == accepted.pk
    assert [task["title"] for task in answer["tasks"]][1] == "Let the hero leap"
    assert is_its_base_and_its_operations(as_alice, refined["id"])


def test_a_part_of_a_plan_from_nothing_leaves_the_rest_of_the_active_one(as_alice, accepted, propose):
    plan = propose({"code": "T-001", "title": "Begin"}, {"title": "Boss"})
    assert changes(as_alice, plan)["T-003"]["kind"] == "dropped"
    answer = taken(as_alice, plan, "T-001")
    assert [task["title"] for task in answer["tasks"]] == ["Begin", "Let the hero jump", "Place the gems"]
    assert {task["status"] for task in answer["tasks"]} == {"pending"}


def test_a_part_of_the_first_plan_is_a_plan(as_alice, proposed):
    answer = taken(as_alice, proposed, "T-001")
    assert [task["code"] for task in answer["tasks"]] == ["T-001"]
    assert [task["code"] for task in accept(as_alice, answer["remaining"]).json()["tasks"]] == [
        "T-001",
        "T-002",
        "T-003",
    ]


def test_the_work_goes_on_in_the_part(as_alice, accepted, rich):
    done(as_alice, task_of(accepted, "T-001"))
    act(as_alice, task_of(accepted, "T-002"), "start")
    answer = taken(as_alice, rich, "T-002")
    assert [task["status"] for task in answer["tasks"]] == ["done", "in_progress", "pending"]


def test_what_is_done_is_not_left_out_without_a_word(as_alice, accepted, rich, project):
    done(as_alice, task_of(accepted, "T-001"))
    done(as_alice, task_of(accepted, "T-003"))
    accept(as_alice, rich.pk)
    assert events(project, "plan.accepted")[-1]["payload"]["work_dropped"] == [
        {"code": "T-003", "title": "Place the gems", "was": "done"}
    ]
    assert events(project, "task.dropped")[-1]["payload"]["was"] == "done"


def test_a_retry_of_a_part_takes_it_once(as_alice, rich):
    headers = {"Idempotency-Key": "part-1"}
    first = as_alice.post(url(rich, "accept"), {"only": ["T-002"]}, headers=headers)
    again = as_alice.post(url(rich, "accept"), {"only": ["T-002"]}, headers=headers)
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")


def test_viewers_and_agents_take_no_part_and_strangers_see_none(as_vera, as_charlie, alice, rich):
    refused(take(as_vera, rich, "T-002"), 403, "forbidden")
    refused(take(as_charlie, rich, "T-002"), 404, "not_found")
    for what in ("changes", "overlaps", "operations", "consensus", "comments", "reviews"):
        assert as_vera.get(url(rich, what)).status_code == 200
        refused(as_charlie.get(url(rich, what)), 404, "not_found")


# Codes of tasks that others were given


def test_a_plan_from_nothing_does_not_take_others_codes(as_alice, propose, project):
    one, two = propose({"title": "Jump"}), propose({"title": "Swim"})
    accept(as_alice, one.pk)
    assert refused(as_alice.post(url(two, "accept")), 409, "codes_taken")["codes"] == ["T-001"]
    assert as_alice.get(url(two)).json()["status"] == "proposed"


def test_a_version_beside_the_accepted_one_is_stale_though_nothing_older_was_accepted(
    as_alice, proposed, alice, project
):
    actor = Actor.person(alice)
    ops = operations_adapter.validate_python([title("T-001", "Begin")])
    told = {"instructions": "", "created_by": "user", "summary": "", "understood": [], "not_understood": []}
    one = services.planning.derive_plan(proposed, ops, actor=actor, **told)
    two = services.planning.derive_plan(proposed, ops[:0], actor=actor, **told)
    accept(as_alice, one.pk)
    assert refused(as_alice.post(url(two, "accept")), 409, "stale_base")["active_plan"] == one.pk
