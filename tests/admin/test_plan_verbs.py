"""Refine and compare in the admin, and what pictures and other pages tell of plans."""

import pytest

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.diff_words import Part, diff_words
from plans.models import TaskPlan
from plans.operations import NewTask, Split
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


@pytest.mark.parametrize("verb", ["change", "agree", "refine", "rebase", "compare", "pictures"])
def test_a_stranger_does_not_learn_of_a_plan(charlie_admin, proposed, verb):
    assert charlie_admin.get(page(proposed, verb)).status_code in (302, 404)
    assert "Set up the project" not in charlie_admin.get("/admin/plans/taskplan/").content.decode()


def test_a_viewer_reads_and_compares_but_does_not_decide(vera_admin, proposed):
    assert "tasks-0-title" not in vera_admin.get(page(proposed, "change")).content.decode()
    for verb in ("agree", "compare", "pictures"):
        assert vera_admin.get(page(proposed, verb)).status_code == 200
    assert vera_admin.post(page(proposed, "refine"), {"instructions": "x"}).status_code == 403
    assert vera_admin.post(page(proposed, "rebase")).status_code == 403
    assert vera_admin.post(page(proposed, "agree"), {"do": "accept", "seen": "1-"}).status_code == 403
    assert vera_admin.post(page(proposed, "change"), {}).status_code == 403
    assert TaskPlan.objects.get(pk=proposed.pk).status == "proposed"


def test_comparing_tells_what_was_split_what_waits_for_what_and_the_totals(alice_admin, alice, propose):
    before = propose({"title": "Walk", "estimates": {"time_hours": 3}}, {"title": "Win", "dependencies": ["T-001"]})
    after = propose({"code": "T-001", "title": "Walk"}, {"code": "T-002", "title": "Win"}, base=before)
    split = Split(op="split", code="T-001", into=[NewTask(title="Walk left"), NewTask(title="Walk right")])
    services.edit_plan(after, [split], actor=Actor.person(alice))
    shown = alice_admin.get(page(after, "compare"), {"against": before.pk}).content.decode()
    assert "split into T-001, T-003" in shown
    assert "<del>T-002 waits for T-001</del>" in shown
    assert "<td>11</td><td>16</td>" in shown, "the critical path; a task without an estimate counts as 8 hours"


def test_the_pictures_are_there_with_the_analysis_in_words(alice_admin, accepted):
    shown = alice_admin.get(page(accepted, "pictures")).content.decode()
    for picture in (f"/api/v1/plans/{accepted.pk}/graph.svg", f"/api/v1/plans/{accepted.pk}/gantt.svg"):
        assert f'<img src="{picture}"' in shown
        answer = alice_admin.get(picture)  # with the session of the admin
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert "lets T-002, T-003 begin" in shown
    assert "waits for T-001" in shown
    project = alice_admin.get(f"/admin/plans/project/{accepted.project_id}/change/").content.decode()
    assert f'<img src="/api/v1/projects/{accepted.project_id}/burnup.svg"' in project


def test_whoever_is_no_member_is_told_how_to_see_the_pictures(admin_client, accepted):
    shown = admin_client.get(page(accepted, "pictures")).content.decode()
    assert "<img" not in shown
    assert "add yourself under “People”" in shown


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
