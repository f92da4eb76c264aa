"""A proposal is carried over to what was accepted while it was open, and no edit is lost in silence."""

import pytest

from plans.models import Comment
from tests.api.answers import accept, act, done, event_types, events, refused, task_of, wrong_fields
from tests.api.test_agreement import (
    KEPT,
    add,
    edit,
    is_its_base_and_its_operations,
    operations,
    taken,
    title,
    url,
)


def rebase(client, plan, **body):
    return client.post(url(plan, "rebase"), body)


def rebased(client, plan, **body) -> dict:
    response = rebase(client, plan, **body)
    assert response.status_code == 201, response.content
    return response.json()


def titles(plan: dict) -> dict[str, str]:
    return {task["code"]: task["title"] for task in plan["tasks"] if task["status"] != "dropped"}


@pytest.fixture
def mine(as_bob, accepted, propose):
    """Bob's proposal, made before the others' was accepted."""
    plan = propose(*KEPT, base=accepted)
    edit(as_bob, plan, title("T-002", "Let the hero leap"), reason="Leaping is the game.")
    edit(as_bob, plan, add("Boss", "T-002"))
    return plan


@pytest.fixture
def theirs(as_alice, accepted, propose, mine):
    """Another version, accepted meanwhile: other words for T-003, and a new task."""
    plan = propose(*KEPT, base=accepted)
    edit(as_alice, plan, title("T-003", "Scatter the gems"), add("Music"))
    accept(as_alice, plan.pk)
    return plan


def test_both_sides_changes_are_there_afterwards(as_bob, mine, theirs):
    refused(as_bob.post(url(mine, "accept")), 409, "stale_base")
    plan = rebased(as_bob, mine)
    assert (plan["base"], plan["continues"], plan["status"]) == (theirs.pk, mine.pk, "proposed")
    assert titles(plan) == {
        "T-001": "Set up the project",
        "T-002": "Let the hero leap",
        "T-003": "Scatter the gems",
        "T-004": "Music",
        "T-005": "Boss",
    }
    assert as_bob.get(url(mine)).json()["status"] == "superseded"
    assert is_its_base_and_its_operations(as_bob, plan["id"])
    accept(as_bob, plan["id"])


def test_a_new_task_whose_code_was_taken_gets_another_and_that_is_told(as_bob, mine, theirs, project):
    plan = rebased(as_bob, mine)
    told = events(project, "plan.rebased")[-1]["payload"]
    assert told["renumbered"] == {"T-004": "T-005"}
    assert (told["plan_id"], told["continues"], told["base"]) == (plan["id"], mine.pk, theirs.pk)
    assert [task["code"] for task in told["diff"]["added"]] == ["T-005"]
    boss = next(task for task in plan["tasks"] if task["code"] == "T-005")
    assert boss["dependencies"] == ["T-002"]


def test_authors_and_reasons_are_carried_over(as_alice, mine, theirs):
    plan = rebased(as_alice, mine)
    leap = next(row for row in operations(as_alice, plan["id"]) if row["op"].get("code") == "T-002")
    assert (leap["author"]["name"], leap["reason"]) == ("bob", "Leaping is the game.")
    assert plan["author"]["name"] == mine.author["name"]


def test_comments_follow_a_task_that_is_numbered_anew(as_bob, mine, theirs):
    as_bob.post(url(mine, "comments"), {"body": "Which boss?", "code": "T-004", "field": "title"})
    plan = rebased(as_bob, mine)
    (comment,) = as_bob.get(url(plan["id"], "comments")).json()["results"]
    assert comment["anchor"] == {"plan": mine.pk, "code": "T-004", "field": "title"}
    assert comment["now"] == {"code": "T-005", "present": True, "changed": False}
    assert as_bob.get(f"/api/v1/comments/{comment['id']}/").json()["now"]["code"] == "T-005"
    reply = as_bob.post(url(plan["id"], "comments"), {"body": "The last.", "in_reply_to": comment["id"]}).json()
    assert reply["anchor"]["code"] == "T-005"
    assert Comment.objects.count() == 2


@pytest.fixture
def clashing(as_bob, as_alice, mine, accepted, propose):
    edit(as_bob, mine, title("T-003", "Hide the gems"))
    theirs = propose(*KEPT, base=accepted)
    edit(as_alice, theirs, title("T-003", "Scatter the gems"))
    accept(as_alice, theirs.pk)
    return mine


def test_a_conflict_is_shown_and_nothing_is_changed(as_bob, clashing, project):
    before = event_types(project)
    (conflict,) = refused(rebase(as_bob, clashing), 409, "conflicts")["conflicts"]
    assert (conflict["id"], conflict["kind"], conflict["code"]) == ("T-003.title", "field", "T-003")
    assert (conflict["base"], conflict["mine"], conflict["theirs"]) == (
        "Place the gems",
        "Hide the gems",
        "Scatter the gems",
    )
    assert event_types(project) == before
    assert as_bob.get(url(clashing)).json()["status"] == "proposed"


@pytest.mark.parametrize(
    ("decided", "text"),
    [
        ({"resolutions": [{"id": "T-003.title", "take": "mine"}]}, "Hide the gems"),
        ({"resolutions": [{"code": "T-003", "field": "title", "take": "theirs"}]}, "Scatter the gems"),
        ({"resolutions": [{"id": "T-003.title", "take": "value", "value": "Strew the gems"}]}, "Strew the gems"),
        ({"policy": "mine"}, "Hide the gems"),
        ({"policy": "theirs"}, "Scatter the gems"),
    ],
)
def test_a_conflict_is_decided_and_told(as_bob, clashing, project, decided, text):
    plan = rebased(as_bob, clashing, **decided)
    assert titles(plan)["T-003"] == text
    assert [each["id"] for each in events(project, "plan.rebased")[-1]["payload"]["resolved"]] == ["T-003.title"]
    assert is_its_base_and_its_operations(as_bob, plan["id"])


def test_decisions_about_nothing_are_refused(as_bob, clashing):
    unknown = {"resolutions": [{"id": "T-001.title", "take": "mine"}], "policy": "mine"}
    assert wrong_fields(rebase(as_bob, clashing, **unknown)) == {"resolutions"}
    assert wrong_fields(rebase(as_bob, clashing, resolutions=[{"id": "x", "take": "both"}])) == {"resolutions.0.take"}
    assert wrong_fields(rebase(as_bob, clashing, policy="loudest")) == {"policy"}


def test_work_that_was_done_meanwhile_is_a_conflict_for_who_would_drop_it(as_bob, as_alice, accepted, mine, propose):
    edit(as_bob, mine, {"op": "drop", "code": "T-003"})
    other = propose(*KEPT, base=accepted)
    edit(as_alice, other, add("Music"))
    accept(as_alice, other.pk)
    done(as_alice, task_of(other, "T-001"))
    act(as_alice, task_of(other, "T-003"), "start")
    (conflict,) = refused(rebase(as_bob, mine), 409, "conflicts")["conflicts"]
    assert (conflict["kind"], conflict["code"]) == ("work", "T-003")


def test_there_is_nothing_to_rebase_onto_its_own_base(as_bob, mine, accepted):
    refused(rebase(as_bob, mine), 409, "already_based")
    refused(rebase(as_bob, mine, onto=accepted.pk), 409, "already_based")
    refused(rebase(as_bob, mine, onto=mine.pk), 409, "already_based")


def test_before_any_plan_is_accepted_there_is_nothing_to_rebase_onto(as_alice, proposed):
    refused(rebase(as_alice, proposed), 409, "already_based")


def test_a_proposal_goes_onto_an_accepted_plan_of_the_same_project(as_bob, mine, propose, theirs):
    other = propose({"title": "Another idea"})
    assert wrong_fields(rebase(as_bob, mine, onto=other.pk)) == {"onto"}
    assert wrong_fields(rebase(as_bob, mine, onto=10**6)) == {"onto"}
    assert rebased(as_bob, mine, onto=theirs.pk)["base"] == theirs.pk


def test_only_a_proposal_is_rebased(as_bob, mine, theirs):
    rebased(as_bob, mine)
    refused(rebase(as_bob, mine), 409, "not_proposed")


def test_a_plan_from_nothing_keeps_all_that_both_sides_wanted(as_alice, propose, project):
    one, two = propose({"title": "Jump"}), propose({"title": "Swim"}, {"title": "Dive", "dependencies": ["T-001"]})
    accept(as_alice, one.pk)
    refused(as_alice.post(url(two, "accept")), 409, "codes_taken")
    plan = rebased(as_alice, two)
    assert sorted(titles(plan).values()) == ["Dive", "Jump", "Swim"]
    assert accept(as_alice, plan["id"]).json()["stats"]["total"] == 3


def test_what_remains_of_a_proposal_is_rebased_like_any_other(as_alice, as_bob, mine, propose):
    answer = taken(as_alice, mine, "T-002")
    other = propose(
        *({"code": task["code"], "title": task["title"]} for task in answer["tasks"]), {"title": "Music"}, base=mine
    )
    accept(as_alice, other.pk)
    plan = rebased(as_bob, answer["remaining"])
    assert sorted(titles(plan).values()) == [
        "Boss",
        "Let the hero leap",
        "Music",
        "Place the gems",
        "Set up the project",
    ]


def test_viewers_do_not_rebase_and_strangers_find_nothing(as_vera, as_charlie, mine, theirs):
    refused(rebase(as_vera, mine), 403, "forbidden")
    refused(rebase(as_charlie, mine), 404, "not_found")


def test_a_rebase_of_something_edited_since_is_stale(as_bob, as_alice, mine, theirs):
    seen = as_alice.get(url(mine))["ETag"]
    edit(as_bob, mine, title("T-001", "Begin"))
    answer = as_alice.post(url(mine, "rebase"), {}, headers={"If-Match": seen})
    refused(answer, 412, "stale_version")
