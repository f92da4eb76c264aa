from hypothesis import given
from hypothesis import strategies as st

from plans.diff import diff_plans
from plans.spec import TaskSpec
from tests.plans.plans_to_try import plans, tried


def rebuilt(before, diff):
    """What a reader who has `before` and the diff ends up with."""
    tasks = {task.code: task.model_dump(mode="json") for task in before}
    for task in diff["dropped"]:
        del tasks[task["code"]]
    for task in diff["changed"]:
        for name, values in task["fields"].items():
            assert tasks[task["code"]][name] == values["from"]
            tasks[task["code"]][name] = values["to"]
    tasks |= {task["code"]: task for task in diff["added"]}
    return [TaskSpec.model_validate(tasks[code]) for code in diff["order"]]


@tried
@given(plans())
def test_a_plan_differs_from_itself_in_nothing(tasks):
    assert diff_plans(tasks, tasks).is_empty


@tried
@given(plans(min_size=0), plans(min_size=0))
def test_a_diff_rebuilds_the_other_plan(before, after):
    assert rebuilt(before, diff_plans(before, after).as_json()) == list(after)


@tried
@given(plans(), plans())
def test_a_diff_is_empty_only_for_the_same_plan(before, after):
    assert diff_plans(before, after).is_empty == (list(before) == list(after))


@tried
@given(plans(), plans())
def test_what_one_direction_adds_the_other_drops(before, after):
    there, back = diff_plans(before, after), diff_plans(after, before)
    assert there.added == back.dropped
    assert there.totals["from"] == back.totals["to"]


@tried
@given(plans(min_size=2), st.data())
def test_one_moved_task_is_told_as_one(tasks, data):
    place, to = (data.draw(st.integers(0, len(tasks) - 1)) for _ in range(2))
    moved = list(tasks)
    moved.insert(to, moved.pop(place))
    assert len(diff_plans(tasks, moved).moved) == (place != to)


@tried
@given(plans(min_size=2), st.data())
def test_whoever_was_not_moved_keeps_the_order_among_themselves(tasks, data):
    after = data.draw(st.permutations(tasks))
    moved = {task.code for task in diff_plans(tasks, after).moved}
    assert [task.code for task in tasks if task.code not in moved] == [
        task.code for task in after if task.code not in moved
    ]


def test_totals_tell_the_size_before_and_after():
    small = [TaskSpec(code="T-001", title="a", estimates={"story_points": 3, "time_hours": 4.5})]
    diff = diff_plans([], small).as_json()
    assert diff["totals"] == {
        "from": {"tasks": 0, "story_points": 0, "time_hours": 0},
        "to": {"tasks": 1, "story_points": 3, "time_hours": 4.5},
    }
