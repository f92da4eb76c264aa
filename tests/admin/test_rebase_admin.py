"""A proposal is carried over in the admin: conflicts are decided one by one, by typing and choosing."""

import pytest
from django.http import QueryDict

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.admin.conflict_forms import ConflictForm
from plans.conflicts import Conflict
from plans.models import Task, TaskPlan
from plans.operations import ChangedFields, Drop, Update
from tests.admin.agreeing import KEPT, boss, do, heard, open_the_project, page, shown, status, title
from tests.admin.conftest import events_of


@pytest.fixture
def stale(accepted, propose, edit, alice, bob) -> TaskPlan:
    """Bob's proposal; meanwhile other words for T-002 and T-003 were accepted, and T-003 was begun."""
    plan = propose(*KEPT, base=accepted)
    points = Update(op="update", code="T-001", fields=ChangedFields(estimates={"story_points": 3, "time_hours": 5.5}))
    edit(plan, title("T-002", "Let the hero leap"), points, Drop(op="drop", code="T-003"), boss(), by=bob)
    other = propose(*KEPT, base=accepted)
    points = Update(op="update", code="T-001", fields=ChangedFields(estimates={"story_points": 8, "time_hours": 9}))
    edit(other, title("T-002", "Let the hero fly"), title("T-003", "Scatter the gems"), points)
    services.accept_plan(other, actor=Actor.person(alice))
    return plan


def decided(client, plan, **answers):
    """The form of the rebase with these answers, by conflict and part of it."""
    return client.post(page(plan, "rebase"), {"policy": "", **answers})


def newest(plan: TaskPlan) -> TaskPlan:
    return plan.project.plans.order_by("-version")[0]


def test_a_stale_proposal_is_not_accepted_and_the_way_out_is_shown(bob_admin, stale):
    answer = do(bob_admin, stale, "accept")
    assert "made from a plan that is no longer active" in heard(answer)[0]
    assert heard(answer)[0].endswith("Rebase it.")
    assert f'href="{page(stale, "rebase")}"' in answer.content.decode()
    assert status(stale) == "proposed"


def test_conflicts_are_shown_with_what_both_say_and_nothing_is_written(bob_admin, stale):
    before = len(events_of(stale.project))
    answer = bob_admin.get(page(stale, "rebase"))
    assert {form.conflict.id for form in answer.context["conflicts"]} == {"T-001.estimates", "T-002.title", "T-003"}
    text = answer.content.decode()
    for part in (
        "Let the hero <del>jump</del><ins>leap</ins>",
        "Let the hero <del>jump</del><ins>fly</ins>",
        "8 points, 9 hours",
        "drop it, as this proposal",
        "keep it, as the active plan",
    ):
        assert part in text
    assert len(events_of(stale.project)) == before


def test_each_conflict_is_decided_by_itself_also_with_a_value_of_ones_own(bob_admin, stale):
    answer = decided(
        bob_admin,
        stale,
        **{
            "T-002.title-take": "value",
            "T-002.title-value": "Let the hero glide",
            "T-001.estimates-take": "value",
            "T-001.estimates-value": "5, 6.5",
            "T-003-take": "theirs",
        },
    )
    made = newest(stale)
    assert answer["Location"] == page(made)
    assert f"goes on as version {made.version}" in heard(answer)[0]
    tasks = {task.code: task for task in made.specs()}
    assert [task.title for task in tasks.values()] == ["Set up the project", "Let the hero glide", "Scatter the gems", "Boss"]  # fmt: skip
    assert tasks["T-001"].estimates.model_dump() == {"story_points": 5, "time_hours": 6.5}


def test_what_is_left_open_is_marked_and_what_was_decided_stays(bob_admin, stale):
    answer = decided(bob_admin, stale, **{"T-002.title-take": "value", "T-002.title-value": "Let the hero glide"})
    assert answer.context["still_open"] == {"T-001.estimates", "T-003"}
    assert heard(answer) == ["Nothing was changed yet: 2 still to be decided."]
    assert 'value="Let the hero glide"' in answer.content.decode()
    assert answer.content.decode().count('<span class="gw-error">still to be decided') == 2
    assert status(stale) == "proposed"


def test_a_policy_decides_the_rest_but_never_that_work_is_dropped(bob_admin, stale, alice):
    open_the_project(alice)
    services.start_task(Task.objects.active().get(code="T-003"), actor=Actor.person(alice))
    answer = decided(bob_admin, stale, policy="mine")
    assert answer.context["still_open"] == {"T-003"}
    decided(bob_admin, stale, policy="mine", **{"T-003-take": "theirs"})
    assert [task.title for task in newest(stale).specs()][1:3] == ["Let the hero leap", "Scatter the gems"]


def test_a_mistyped_value_is_told_at_its_field_and_kept(bob_admin, stale):
    answers = {"T-001.estimates-take": "value", "T-001.estimates-value": "a lot", "T-003-take": "mine"}
    text = decided(bob_admin, stale, policy="mine", **answers).content.decode()
    assert "Write points and hours" in text
    assert 'value="a lot"' in text
    assert status(stale) == "proposed"
    answer = decided(bob_admin, stale, policy="mine", **{"T-002.title-take": "value", "T-002.title-value": ""})
    assert "T-002.title" in heard(answer)[0]
    assert status(stale) == "proposed"


def test_a_circle_that_only_the_merge_makes_is_undone_by_typing_what_waits_for_what(
    bob_admin, alice, propose, edit, accepted
):
    def waits(code, *others):
        return Update(op="update", code=code, fields=ChangedFields(dependencies=list(others)))

    plan = edit(propose(*KEPT, base=accepted), waits("T-002", "T-003"))
    services.accept_plan(edit(propose(*KEPT, base=accepted), waits("T-003", "T-002")), actor=Actor.person(alice))
    form = bob_admin.get(page(plan, "rebase")).context["conflicts"][0]
    assert form.conflict.kind == "cycle"
    assert "T-002: T-003" in str(form["value"])
    name = form.conflict.id
    decided(bob_admin, plan, **{f"{name}-take": "value", f"{name}-value": "t-002: T-001\r\nT-003: T-001, T-002"})
    assert [task.dependencies for task in newest(plan).specs()] == [[], ["T-001"], ["T-001", "T-002"]]


def test_where_there_is_nothing_to_carry_over_that_is_told(bob_admin, accepted, propose):
    plan = propose(*KEPT, base=accepted)
    answer = bob_admin.post(page(plan, "rebase"))
    assert "nothing to carry over" in heard(answer)[0]
    assert answer["Location"] == page(plan)


def test_without_conflicts_one_button_is_enough(bob_admin, accepted, propose, edit, alice):
    plan = edit(propose(*KEPT, base=accepted), boss())
    services.accept_plan(edit(propose(*KEPT, base=accepted), boss("T-002")), actor=Actor.person(alice))
    assert "No conflicts" in shown(bob_admin, plan, "rebase")
    answer = decided(bob_admin, plan)
    assert "Its new tasks were numbered anew: T-004 is T-005 now." in heard(answer)[0]


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("title", "Leap", "Leap"),
        ("description", "one\r\ntwo", "one\ntwo"),
        ("dependencies", "t-001 T-002,t-001", ["T-001", "T-002"]),
        ("acceptance", "It lands\r\n\r\nIt rolls", ["It lands", "It rolls"]),
        ("priority", "2", 2),
        ("order", "t-003", "T-003"),
        ("order", "", None),
    ],
)
def test_a_value_is_typed_as_people_write_it(field, typed, value):
    conflict = Conflict(
        id=f"T-002.{field}",
        kind="order" if field == "order" else "field",
        code="T-002",
        field=field,
        base=None,
        detail="",
    )
    sent = QueryDict(mutable=True)
    sent.update({f"T-002.{field}-take": "value", f"T-002.{field}-value": typed})
    answer = ConflictForm(conflict, {}, sent).resolution()
    assert answer is not None
    assert (answer.take, answer.value) == ("value", value)


def test_a_place_and_a_list_are_told_in_words():
    place = Conflict(id="T-002.order", kind="order", code="T-002", field="order", mine="T-003", theirs=None, detail="")
    form = ConflictForm(place, {}, None)
    assert [form.mine[0].text, form.theirs[0].text] == ["after T-003", "at the top"]
    waits = Conflict(
        id="T-2.dependencies",
        kind="field",
        code="T-002",
        field="dependencies",
        base=[],
        mine=["T-001", "T-003"],
        detail="",
    )
    form = ConflictForm(waits, {}, None)
    assert (form.base, form.mine[0].text) == ("nothing", "T-001\nT-003")
    assert 'value="T-001, T-003"' in str(form["value"])
