"""Refine, accept and compare in the admin, and what other pages tell of plans."""

import pytest

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.diff_words import Part, diff_words
from plans.models import TaskPlan
from tests.admin.conftest import events_of, told


def page(plan: TaskPlan, verb: str) -> str:
    return f"/admin/plans/taskplan/{plan.pk}/{verb}/"


def test_refining_leads_to_the_new_version_and_tells_what_was_understood(alice_admin, proposed):
    answer = alice_admin.post(page(proposed, "refine"), {"instructions": "drop T-003. Paint the moon."}, follow=True)
    made = proposed.project.plans.first()
    assert answer.redirect_chain[-1][0] == f"/admin/plans/taskplan/{made.pk}/change/"
    assert made.base == proposed
    assert any("T-003" in text for text in told(answer))
    assert any(text.startswith("Not understood") for text in told(answer))
    assert events_of(proposed.project)[-1].type == "plan.refined"


def test_instructions_are_needed(alice_admin, proposed):
    answer = alice_admin.post(page(proposed, "refine"), {"instructions": ""})
    assert "This field is required" in answer.content.decode()


def test_the_page_of_accepting_shows_what_changes_against_the_active_plan(alice_admin, alice, accepted):
    made = services.generate_now(
        accepted.project, "refine", {"plan": accepted.pk, "instructions": "drop T-003"}, actor=Actor.person(alice)
    )
    shown = alice_admin.get(page(made, "accept")).content.decode()
    assert "compared with the active plan, v1" in shown
    assert "<del>Place the gems</del>" in shown


def accept(client, plan, **changed):
    seen = client.get(page(plan, "accept")).context["form"]["seen"].value()
    return client.post(page(plan, "accept"), {"seen": seen, **changed}, follow=True)


def test_accepting_makes_it_the_active_plan(bob_admin, proposed):
    answer = accept(bob_admin, proposed)
    assert told(answer) == ["Version 1 is the active plan now."]
    assert TaskPlan.objects.get(pk=proposed.pk).status == "accepted"


def test_what_was_edited_since_it_was_looked_at_is_not_accepted(alice_admin, proposed):
    answer = accept(alice_admin, proposed, seen="0-")
    assert "edited since you looked" in told(answer)[0]
    assert TaskPlan.objects.get(pk=proposed.pk).status == "proposed"


def test_accepting_twice_is_told_not_a_crash(alice_admin, accepted):
    answer = accept(alice_admin, accepted)
    assert answer.status_code == 200
    assert "only a proposed version" in told(answer)[0]


def test_a_stale_base_is_told_before_and_after_accepting(alice_admin, alice, accepted):
    actor = Actor.person(alice)
    asked = {"plan": accepted.pk, "instructions": "drop T-003"}
    stale, other = (services.generate_now(accepted.project, "refine", asked, actor=actor) for _ in range(2))
    services.accept_plan(other, actor=actor)
    assert "no longer active" in alice_admin.get(page(stale, "accept")).content.decode()
    assert "no longer active" in told(accept(alice_admin, stale))[0]


def test_comparing_shows_field_by_field_what_changed(alice_admin, propose):
    before = propose({"title": "Jump high", "acceptance": ["It jumps"]}, {"title": "Run"})
    after = propose({"code": "T-001", "title": "Jump higher", "acceptance": ["It flies"]}, {"title": "Swim"})
    shown = alice_admin.get(page(after, "compare"), {"against": before.pk}).content.decode()
    for part in ("Jump <del>high</del><ins>higher</ins>", "<li><del>It jumps</del></li><li><ins>It flies</ins></li>"):
        assert part in shown
    assert "From v1 (proposed) to v2 (proposed)" in shown


def test_without_a_word_a_version_is_compared_with_the_one_before(alice_admin, propose):
    propose({"title": "a"})
    newer = propose({"title": "b"})
    assert "From v1" in alice_admin.get(page(newer, "compare")).content.decode()


def test_a_lone_version_has_nothing_to_be_compared_with(alice_admin, proposed):
    assert "no other version" in alice_admin.get(page(proposed, "compare")).content.decode()


def test_versions_of_other_projects_are_no_choice(alice_admin, proposed, charlie):
    elsewhere = services.create_project(
        name="Elsewhere", brief=proposed.project.parsed_brief, actor=Actor.person(charlie), owner=charlie
    )
    foreign = services.generate_now(elsewhere, "plan", {}, actor=Actor.person(charlie))
    shown = alice_admin.get(page(proposed, "compare"), {"against": foreign.pk})
    assert shown.context["diff"] is None


@pytest.mark.parametrize("verb", ["change", "accept", "refine", "compare"])
def test_a_stranger_does_not_learn_of_a_plan(charlie_admin, proposed, verb):
    assert charlie_admin.get(page(proposed, verb)).status_code in (302, 404)
    assert "Set up the project" not in charlie_admin.get("/admin/plans/taskplan/").content.decode()


@pytest.mark.parametrize("verb", ["accept", "refine"])
def test_a_viewer_reads_and_compares_but_does_not_decide(vera_admin, proposed, verb):
    assert "tasks-0-title" not in vera_admin.get(page(proposed, "change")).content.decode()
    assert vera_admin.get(page(proposed, "compare")).status_code == 200
    assert vera_admin.post(page(proposed, verb), {"instructions": "x", "seen": "1-"}).status_code == 403
    assert vera_admin.post(page(proposed, "change"), {}).status_code == 403
    assert TaskPlan.objects.get(pk=proposed.pk).status == "proposed"


def test_a_member_without_staff_rights_does_not_get_in(client, alice, proposed):
    client.force_login(alice)
    assert client.get(page(proposed, "change")).status_code == 302


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("", "", []),
        ("same", "same", [Part("same", "same")]),
        ("one two three", "six five three", [Part("gone", "one two"), Part("new", "six five"), Part("same", " three")]),
        ("a", "", [Part("gone", "a")]),
        ("<b>", "<i>", [Part("same", "<"), Part("gone", "b"), Part("new", "i"), Part("same", ">")]),
    ],
)
def test_words_are_told_apart(before, after, parts):
    assert diff_words(before, after) == parts
