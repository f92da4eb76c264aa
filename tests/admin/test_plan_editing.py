"""A proposal edited in the admin: one edit, one event, nothing typed is lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import TaskPlan
from plans.operations import ChangedFields, Drop, Update
from tests.admin.conftest import Sheet, events_of, told


@pytest.fixture
def filled(proposed) -> Sheet:
    return Sheet(proposed)


def codes(plan: TaskPlan) -> list[str]:
    return [spec.code for spec in TaskPlan.objects.get(pk=plan.pk).specs()]


def test_editing_reordering_adding_and_dropping_arrives_as_one_event_with_the_diff(alice_admin, filled, proposed):
    before = len(events_of(proposed.project))
    filled["T-002"].update(title="Let the heroine jump", idx=2)
    filled["T-003"].update(idx=1)
    filled["T-001"]["DELETE"] = "on"
    filled.add(title="Tune the camera", dependencies=["T-002"], acceptance="It follows\r\nIt never shakes")
    response = filled.send(alice_admin)
    assert response.status_code == 200, response.context["errors"]
    event, *others = events_of(proposed.project)[before:]
    assert (event.type, others) == ("plan.edited", [])
    payload = event.as_dict()["payload"]
    diff = payload["diff"]
    assert [task["code"] for task in diff["added"]] == ["T-004"]
    assert [task["code"] for task in diff["dropped"]] == ["T-001"]
    changed = {task["code"]: task["fields"] for task in diff["changed"]}
    assert changed["T-002"]["title"] == {"from": "Let the hero jump", "to": "Let the heroine jump"}
    assert diff["order"] == ["T-003", "T-002", "T-004"]
    assert event.as_dict()["actor"]["name"] == "alice"
    assert "1 added, 1 dropped" in told(response)[0]
    added = TaskPlan.objects.get(pk=proposed.pk).specs()[-1]
    assert added.acceptance == ["It follows", "It never shakes"]


def test_a_socket_is_rung_for_it(alice_admin, filled, django_capture_on_commit_callbacks):
    filled["T-001"]["title"] = "Set everything up"
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        filled.send(alice_admin)
    assert callbacks


def test_saving_without_a_change_publishes_nothing(alice_admin, filled, proposed):
    before = len(events_of(proposed.project))
    response = filled.send(alice_admin)
    assert told(response) == ["Nothing was changed."]
    assert len(events_of(proposed.project)) == before
    assert TaskPlan.objects.get(pk=proposed.pk).revision == proposed.revision


def test_texts_come_back_as_they_were_however_browsers_write_newlines(alice_admin, propose):
    plan = propose({"title": "One", "description": "first\n\nsecond", "acceptance": ["a\nb", "c"]})
    filled = Sheet(plan)
    filled["T-001"]["acceptance"] = "a\r\nb\r\nc"
    response = filled.send(alice_admin)
    assert told(response) == ["Nothing was changed."]


def test_the_summary_is_edited_too(alice_admin, filled, proposed):
    filled.head["summary"] = "Small and sharp"
    filled.send(alice_admin)
    event = events_of(proposed.project)[-1]
    assert event.type == "plan.edited"
    assert TaskPlan.objects.get(pk=proposed.pk).summary == "Small and sharp"


def test_a_cycle_is_refused_with_its_path_and_what_was_typed_is_kept(alice_admin, filled, proposed):
    before = len(events_of(proposed.project))
    filled["T-001"]["dependencies"] = ["T-002"]
    filled["T-003"]["title"] = "Typed in vain? No"
    response = filled.send(alice_admin)
    page = response.content.decode()
    assert "T-001 → T-002 → T-001" in page
    assert "Typed in vain? No" in page
    rows = {row.stored.code: row for row in response.context["adminform"].form.rows.forms}
    assert "T-001 → T-002 → T-001" in str(rows["T-001"].errors["dependencies"])
    assert "T-001 → T-002 → T-001" in str(rows["T-002"].errors["dependencies"])
    assert not rows["T-003"].errors
    assert len(events_of(proposed.project)) == before


def test_a_new_task_is_in_the_graph_as_well(alice_admin, filled, proposed):
    filled.add(title="Waits for nobody known", dependencies=["T-099"])
    page = filled.send(alice_admin).content.decode()
    assert "The plan has no task T-099" in page
    assert "Waits for nobody known" in page


def test_a_code_that_does_not_exist_is_told_at_its_field_and_kept(alice_admin, filled, proposed):
    """As a browser without scripts sends it: in the box beside the ticked codes."""
    filled["T-003"]["dependencies"] = ["T-001", "t-077"]
    response = filled.send(alice_admin)
    row = response.context["adminform"].form.rows.forms[2]
    assert "The plan has no task T-077" in str(row.errors["dependencies"])
    assert ("T-077", "no such task") in row.chips()
    assert TaskPlan.objects.get(pk=proposed.pk).revision == proposed.revision


def test_several_codes_may_be_typed_at_once(alice_admin, filled, proposed):
    filled["T-003"]["dependencies"] = ["", "t-001, T-002"]
    filled.send(alice_admin)
    assert TaskPlan.objects.get(pk=proposed.pk).specs()[2].dependencies == ["T-001", "T-002"]


def test_what_waited_for_a_dropped_task_waits_for_what_that_one_waited_for(alice_admin, propose):
    plan = propose({"title": "a"}, {"title": "b", "dependencies": ["T-001"]}, {"title": "c", "dependencies": ["T-002"]})
    filled = Sheet(plan)
    filled["T-002"]["DELETE"] = "on"
    filled.send(alice_admin)
    assert {spec.code: spec.dependencies for spec in TaskPlan.objects.get(pk=plan.pk).specs()} == {
        "T-001": [],
        "T-003": ["T-001"],
    }


def test_every_task_may_be_replaced_at_once_but_a_plan_keeps_one(alice_admin, filled, proposed):
    for row in filled.rows:
        row["DELETE"] = "on"
    assert "at least one task" in filled.send(alice_admin).content.decode()
    filled.add(title="A fresh start")
    filled.send(alice_admin)
    assert codes(proposed) == ["T-004"]


def test_an_added_row_left_empty_is_nothing(alice_admin, filled, proposed):
    filled.add()
    assert told(filled.send(alice_admin)) == ["Nothing was changed."]
    assert codes(proposed) == ["T-001", "T-002", "T-003"]


def test_one_place_typed_moves_that_task_and_the_others_close_up(alice_admin, filled, proposed):
    filled["T-001"]["idx"] = 2
    filled.send(alice_admin)
    assert codes(proposed) == ["T-002", "T-003", "T-001"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "This field is required"),
        ("title", "x" * 201, "at most 200 characters"),
        ("priority", 9, "less than or equal to 5"),
        ("story_points", 1000, "less than or equal to 100"),
        ("time_hours", "nan", "Enter a number"),
        ("dependencies", ["nonsense"], "should match pattern"),
    ],
)
def test_a_wrong_value_is_told_where_it_was_typed(alice_admin, filled, field, value, words):
    filled["T-002"][field] = value
    row = filled.send(alice_admin).context["adminform"].form.rows.forms[1]
    assert words in str(row.errors[field])


def test_an_edit_of_what_somebody_else_edited_is_refused_and_kept(alice_admin, bob, filled, proposed):
    other = Update(op="update", code="T-002", fields=ChangedFields(title="Bob was here"))
    services.edit_plan(proposed, [other], actor=Actor.person(bob))
    before = len(events_of(proposed.project))
    filled["T-001"]["title"] = "Alice was here"
    page = filled.send(alice_admin).content.decode()
    assert "Somebody edited this plan while you did" in page
    assert "Alice was here" in page
    assert len(events_of(proposed.project)) == before


def test_it_is_refused_as_kindly_when_a_task_was_dropped_meanwhile(alice_admin, bob, filled, proposed):
    services.edit_plan(proposed, [Drop(op="drop", code="T-001")], actor=Actor.person(bob))
    filled["T-001"]["title"] = "My words on T-001"
    page = filled.send(alice_admin).content.decode()
    assert "Somebody edited this plan while you did" in page
    assert "My words on T-001" in page


def test_a_plan_accepted_meanwhile_is_refused_and_what_was_typed_is_kept(alice_admin, alice, filled, proposed):
    services.accept_plan(proposed, actor=Actor.person(alice))
    filled["T-001"]["title"] = "Too late, not lost"
    page = filled.send(alice_admin).content.decode()
    assert "only a proposed version can be changed" in page
    assert "Too late, not lost" in page
    assert TaskPlan.objects.get(pk=proposed.pk).specs()[0].title == "Set up the project"


def test_an_accepted_plan_is_shown_to_read(alice_admin, accepted):
    page = alice_admin.get(f"/admin/plans/taskplan/{accepted.pk}/change/").content.decode()
    assert "Let the hero jump" in page
    assert 'name="tasks-' not in page
    assert 'name="_save"' not in page


def test_a_row_of_a_task_that_the_plan_does_not_have_is_refused(alice_admin, filled):
    filled.rows[1]["code"] = "T-001"
    assert "load the page again" in filled.send(alice_admin).content.decode()


def test_titles_cannot_smuggle_markup(alice_admin, propose, alice):
    evil = "<script>alert(1)</script>"
    plan = propose(
        {"title": evil, "description": evil, "acceptance": [evil]}, {"title": "b", "dependencies": ["T-001"]}
    )
    pages = [
        f"/admin/plans/taskplan/{plan.pk}/change/",
        f"/admin/plans/taskplan/{plan.pk}/agree/",
        "/admin/plans/taskplan/",
        f"/admin/plans/project/{plan.project_id}/change/",
    ]
    for url in pages:
        assert evil not in alice_admin.get(url).content.decode(), url
    services.accept_plan(plan, actor=Actor.person(alice))
    task = plan.tasks.get(code="T-001")
    for url in [*pages[::2], pages[3], f"/admin/plans/task/{task.pk}/change/", "/admin/plans/task/"]:
        assert evil not in alice_admin.get(url).content.decode(), url


def queries_of(client, method, *args) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = getattr(client, method)(*args)
    assert response.status_code in (200, 302)
    return len(queries)


def test_a_long_plan_takes_no_more_queries_than_a_short_one(alice_admin, propose):
    short = propose(*({"title": f"task {n}"} for n in range(3)))
    long = propose(*({"title": f"task {n}", "dependencies": ["T-001"] if n else []} for n in range(200)))
    shown = [queries_of(alice_admin, "get", f"/admin/plans/taskplan/{plan.pk}/change/") for plan in (short, long)]
    assert shown[0] == shown[1]
    sheets = [Sheet(plan) for plan in (short, long)]
    saved = []
    for one in sheets:
        for row in one.rows:
            row["title"] += " again"
        saved.append(queries_of(alice_admin, "post", one.url, one.data()))
    assert saved[1] - saved[0] <= 3, saved  # rows are written in batches
