import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.diff import DiffDoesNotFit, apply_diff, diff_plans
from plans.diff_markdown import diff_as_markdown
from plans.operations import apply_operations, operations_adapter
from plans.schedule import DEFAULT_HOURS
from plans.spec import TaskSpec, make_code
from tests.plans.plans_to_try import plans, tried


@tried
@given(plans())
def test_a_plan_differs_from_itself_in_nothing(tasks):
    assert diff_plans(tasks, tasks).is_empty


@tried
@given(plans(min_size=0), plans(min_size=0))
def test_a_diff_rebuilds_the_other_plan(before, after):
    told = json.loads(json.dumps(diff_plans(before, after).as_json()))
    assert apply_diff(before, told) == list(after)
    assert apply_diff(before, diff_plans(before, after).as_json(words=True)) == list(after)


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


def task(number, title="x", *waits_for, **fields):
    return TaskSpec(code=make_code(number), title=title, dependencies=[make_code(n) for n in waits_for], **fields)


def test_totals_tell_the_size_before_and_after():
    diff = diff_plans([], [task(1, estimates={"story_points": 3, "time_hours": 4.5}), task(2, "y", 1)]).as_json()
    nothing = {"tasks": 0, "story_points": 0, "time_hours": 0, "critical_hours": 0, "critical_path": []}
    assert diff["totals"]["from"] == nothing
    assert diff["totals"]["to"] == {
        "tasks": 2,
        "story_points": 3,
        "time_hours": 4.5,
        "critical_hours": 4.5 + DEFAULT_HOURS,
        "critical_path": ["T-001", "T-002"],
    }


def test_a_plan_with_a_cycle_can_be_compared_before_it_is_refused():
    ring = [task(1, "x", 2), task(2, "x", 1)]
    assert diff_plans([], ring).totals["to"].critical_path == []


def test_a_diff_that_is_stored_has_no_more_than_rebuilding_needs():
    diff = diff_plans([task(1, acceptance=["a"])], [task(1, "y", acceptance=["b"])])
    assert diff.as_json()["changed"] == [
        {"code": "T-001", "title": "y", "fields": {"title": {"from": "x", "to": "y"}, "acceptance": {"from": ["a"], "to": ["b"]}}}
    ]  # fmt: skip
    assert "dependencies" not in diff.as_json()


def test_a_diff_that_was_stored_before_there_were_splits_and_critical_paths_still_rebuilds():
    fields = {"title": {"from": "x", "to": "y"}}
    old = {"added": [], "dropped": [], "changed": [{"code": "T-001", "title": "y", "fields": fields}], "moved": [], "order": ["T-001"]}  # fmt: skip
    assert apply_diff([task(1)], old) == [task(1, "y")]


def test_a_diff_with_words_tells_texts_by_words_and_lists_by_items():
    before = [task(1, "Jump high", acceptance=["a", "b"], priority=1), task(2), task(3, "x", 1)]
    after = [task(1, "Jump higher", 4, acceptance=["b", "c"], priority=2), task(2, "x", 1), task(4)]
    diff = diff_plans(before, after).as_json(words=True)
    fields = diff["changed"][0]["fields"]
    assert [(part["kind"], part["text"]) for part in fields["title"]["words"]] == [
        ("same", "Jump "),
        ("gone", "high"),
        ("new", "higher"),
    ]
    assert (fields["acceptance"]["added"], fields["acceptance"]["removed"]) == (["c"], ["a"])
    assert fields["priority"] == {"from": 1, "to": 2}
    assert diff["dependencies"] == {
        "added": [{"code": "T-001", "waits_for": "T-004"}, {"code": "T-002", "waits_for": "T-001"}],
        "removed": [{"code": "T-003", "waits_for": "T-001"}],
    }


@pytest.mark.parametrize(
    "told",
    [
        {"dropped": [{"code": "T-009"}]},
        {"changed": [{"code": "T-009", "fields": {}}]},
        {"changed": [{"code": "T-001", "fields": {"title": {"from": "another", "to": "y"}}}]},
        {"order": ["T-001", "T-009"]},
    ],
)
def test_a_diff_does_not_fit_another_plan(told):
    with pytest.raises(DiffDoesNotFit, match="T-00"):
        apply_diff([task(1)], {"added": [], "dropped": [], "changed": [], "order": ["T-001"], **told})


# What was split and merged on the way


def diff_after(before, *ops):
    after, applied = apply_operations(before, operations_adapter.validate_python(list(ops)), next_number=50)
    return diff_plans(before, after, applied).as_json()


def split(code, *codes):
    return {
        "op": "split",
        "code": code,
        "into": [{"title": "part"}, *({"title": "part", "code": each} for each in codes)],
    }


def test_a_split_is_told_with_its_parts():
    diff = diff_after([task(1), task(2)], split("T-001", "T-050"), split("T-050", "T-051"), split("T-002", "T-052"))
    assert diff["split"] == [
        {"code": "T-001", "into": ["T-001", "T-050", "T-051"]},
        {"code": "T-002", "into": ["T-002", "T-052"]},
    ]
    assert [each["code"] for each in diff["added"]] == ["T-050", "T-051", "T-052"]


def test_a_merge_is_told_with_all_that_went_into_it():
    before = [task(n) for n in range(1, 5)]
    merges = {"op": "merge", "codes": ["T-002", "T-003"]}, {"op": "merge", "codes": ["T-001", "T-002"]}
    diff = diff_after(before, *merges)
    assert diff["merged"] == [{"codes": ["T-001", "T-002", "T-003"], "into": "T-001"}]
    assert [each["code"] for each in diff["dropped"]] == ["T-002", "T-003"]


def test_splits_and_merges_that_were_undone_are_not_told():
    assert diff_after([task(1)], split("T-001", "T-050"), {"op": "drop", "code": "T-050"})["split"] == []
    assert diff_after([task(1)], split("T-001", "T-050"), {"op": "merge", "codes": ["T-001", "T-050"]})["merged"] == []
    undone = {"op": "merge", "codes": ["T-001", "T-002"]}, {"op": "drop", "code": "T-001"}
    assert diff_after([task(1), task(2), task(3)], *undone)["merged"] == []


# For people


def test_a_diff_can_be_read_as_a_page():
    long = "The player jumps over gaps that are as long as the screen is wide, and lands on both feet"
    before = [
        task(1, "Jump *high*", description=f"{long}. It is fun.", acceptance=["It jumps"], priority=3),
        task(2, "Levels", estimates={"time_hours": 16}),
        task(3, "Menu"),
        task(4, "Sound"),
    ]
    diff = diff_plans(
        before,
        *apply_operations(
            before,
            operations_adapter.validate_python(
                [
                    {"op": "update", "code": "T-001", "fields": {
                        "description": f"{long}. It is great fun.", "acceptance": ["It jumps far"], "priority": 1,
                        "estimates": {"story_points": 2, "time_hours": 3}, "mcp_tools": ["godot"],
                    }},
                    split("T-002", "T-050"),
                    {"op": "merge", "codes": ["T-003", "T-004"]},
                    {"op": "add", "task": {"title": "Boss <b>", "acceptance": ["He falls"], "dependencies": ["T-001"]}},
                    {"op": "move", "code": "T-003", "idx": 0},
                ]
            ),
            next_number=50,
        ),
    )  # fmt: skip
    page = diff_as_markdown(diff)
    for part in (
        "**2 added, 1 dropped, 2 changed, 1 moved**",
        "| Tasks | 4 | 5 | +1 |",
        "| Hours on the critical path | 16 |",
        "- **T-051 Boss \\<b\\>** (0 points, 0 hours, waits for T-001)\n  - He falls",
        "- ~~T-004 Sound~~",
        "- T-002 part into T-002 part, T-050 part",
        "- T-003 Menu, T-004 Sound into T-003",
        "- **T-001 Jump \\*high\\***",
        "  - Description: The player jumps over gaps that are as … is wide, and lands on both feet. It is <ins>great</ins> fun.",
        "  - Acceptance criteria: ~~It jumps~~, **It jumps far**",
        "  - MCP tools: **godot**",
        "  - Estimates: ~~0 points, 0 hours~~ **2 points, 3 hours**",
        "  - Title: <del>Levels</del><ins>part</ins>",
        "- T-003 Menu: from place 3 to 1",
    ):
        assert part in page, page


def test_a_page_of_no_change_says_so():
    assert diff_as_markdown(diff_plans([task(1)], [task(1)])) == "Nothing changed.\n"


def test_items_that_only_changed_places_are_told_as_the_whole_list():
    page = diff_as_markdown(diff_plans([task(1, acceptance=["a", "b"])], [task(1, acceptance=["b", "a"])]))
    assert "~~a, b~~ **b, a**" in page
