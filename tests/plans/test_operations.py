from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from plans.graph import dependents, everything_after, find_cycle, missing_dependencies
from plans.operations import OperationError, apply_operations, operations_adapter
from plans.spec import MAX_TASKS, TaskSpec, code_number
from tests.plans.plans_to_try import plans, tried

FREE = 50
"""The first number that is free for ever; above all of the plans that are tried."""


def apply(tasks, *ops, next_number=FREE):
    return apply_operations(tasks, operations_adapter.validate_python(list(ops)), next_number=next_number)


def edges(tasks):
    return {task.code: task.dependencies for task in tasks}


def reaches(tasks) -> set[tuple[str, str]]:
    """Every pair (before, after) such that `after` waits for `before`, directly or through others."""
    waiting = dependents(edges(tasks))
    return {(code, after) for code in edges(tasks) for after in everything_after(code, waiting)}


@st.composite
def plans_with_operations(draw):
    tasks = draw(plans(min_size=2))
    codes = st.sampled_from([task.code for task in tasks])
    titles = st.sampled_from(["new", "newer"])
    one = st.one_of(
        st.fixed_dictionaries({"op": st.just("drop"), "code": codes}),
        st.fixed_dictionaries({"op": st.just("move"), "code": codes, "idx": st.integers(0, 10)}),
        st.fixed_dictionaries(
            {
                "op": st.just("add"),
                "task": st.fixed_dictionaries(
                    {"title": titles, "dependencies": st.lists(codes, max_size=2, unique=True)}
                ),
            }
        ),
        st.fixed_dictionaries(
            {"op": st.just("update"), "code": codes, "fields": st.fixed_dictionaries({"title": titles})}
        ),
        st.fixed_dictionaries(
            {
                "op": st.just("split"),
                "code": codes,
                "into": st.lists(st.fixed_dictionaries({"title": titles}), min_size=2, max_size=3),
            }
        ),
        st.fixed_dictionaries({"op": st.just("merge"), "codes": st.lists(codes, min_size=2, max_size=3, unique=True)}),
    )
    return tasks, draw(st.lists(one, min_size=1, max_size=5))


@tried
@given(plans_with_operations())
def test_whatever_is_done_codes_stay_unique_and_new_ones_are_new(case):
    tasks, ops = case
    try:
        after, applied = apply(tasks, *ops)
    except OperationError:
        return
    codes = [task.code for task in after]
    assert len(set(codes)) == len(codes)
    known = {task.code for task in tasks}
    assert all(code in known or code_number(code) >= FREE for code in codes)
    assert all(TaskSpec.model_validate(task.model_dump()) == task for task in after)
    assert len(applied) == len(ops)


@tried
@given(plans_with_operations())
def test_nothing_is_left_waiting_for_what_is_gone(case):
    """But for tasks added after it: those name what they wait for themselves, and are checked with the whole plan."""
    tasks, ops = case
    ops = [op for op in ops if op["op"] != "add"]
    assume(ops)
    try:
        after, _ = apply(tasks, *ops)
    except OperationError:
        return
    assert missing_dependencies(edges(after)) == {}


@tried
@given(plans_with_operations())
def test_only_a_merge_can_make_a_cycle(case):
    tasks, ops = case
    if any(op["op"] == "merge" for op in ops):
        return
    try:
        after, _ = apply(tasks, *ops)
    except OperationError:
        return
    assert find_cycle(edges(after)) is None


@tried
@given(plans_with_operations())
def test_the_operations_told_can_be_repeated(case):
    """What an event tells of an edit leads from the same plan to the same plan."""
    tasks, ops = case
    try:
        after, applied = apply(tasks, *ops)
    except OperationError:
        return
    told = [op.model_dump(mode="json", exclude_unset=True) for op in applied]
    again, _ = apply(tasks, *told)
    assert again == after


@tried
@given(plans_with_operations())
def test_the_plan_given_is_not_touched(case):
    tasks, ops = case
    before = [task.model_dump() for task in tasks]
    with suppress(OperationError):
        apply(tasks, *ops)
    assert [task.model_dump() for task in tasks] == before


@tried
@given(plans(min_size=2), st.data())
def test_a_drop_bridges_what_waited_for_what(tasks, data):
    gone = data.draw(st.sampled_from([task.code for task in tasks]))
    after, _ = apply(tasks, {"op": "drop", "code": gone})
    assert reaches(after) == {pair for pair in reaches(tasks) if gone not in pair}


@tried
@given(plans(min_size=2), st.data())
def test_a_split_keeps_what_waited_for_what(tasks, data):
    whole = data.draw(st.sampled_from([task.code for task in tasks]))
    after, _ = apply(tasks, {"op": "split", "code": whole, "into": [{"title": "one"}, {"title": "two"}]})
    kept = {task.code for task in tasks}
    assert {(a, b) for a, b in reaches(after) if {a, b} <= kept} == reaches(tasks)
    assert (whole, f"T-{FREE:03d}") in reaches(after)


@tried
@given(plans(min_size=2), st.data())
def test_a_move_changes_the_order_of_one_task_only(tasks, data):
    code = data.draw(st.sampled_from([task.code for task in tasks]))
    idx = data.draw(st.integers(0, len(tasks) - 1))
    after, _ = apply(tasks, {"op": "move", "code": code, "idx": idx})
    assert after[idx].code == code
    assert [task for task in after if task.code != code] == [task for task in tasks if task.code != code]


@tried
@given(plans(min_size=2), st.data())
def test_a_merge_asks_for_everything_that_was_asked(tasks, data):
    codes = data.draw(st.lists(st.sampled_from([task.code for task in tasks]), min_size=2, max_size=3, unique=True))
    after, _ = apply(tasks, {"op": "merge", "codes": codes})
    merged = [task for task in tasks if task.code in codes]
    whole = next(task for task in after if task.code == codes[0])
    assert len(after) == len(tasks) - len(codes) + 1
    assert set(whole.acceptance) == {line for task in merged for line in task.acceptance}
    assert whole.estimates.story_points == sum(task.estimates.story_points for task in merged)
    assert whole.priority == min(task.priority for task in merged)


def test_several_operations_see_what_those_before_them_did():
    tasks = [TaskSpec(code="T-001", title="a")]
    after, applied = apply(
        tasks,
        {"op": "add", "task": {"title": "b"}},
        {"op": "update", "code": "T-050", "fields": {"dependencies": ["T-001"]}},
        {"op": "merge", "codes": ["T-001", "T-050"]},
        {"op": "add", "task": {"title": "c"}},
    )
    assert [task.code for task in after] == ["T-001", "T-051"], "a code that was given is not given again"
    assert [applied[0].task.code, applied[3].task.code] == ["T-050", "T-051"]


def test_a_plan_has_a_largest_size():
    tasks = [TaskSpec(code=f"T-{number:03d}", title="x") for number in range(1, MAX_TASKS + 1)]
    for op in (
        {"op": "add", "task": {"title": "one more"}},
        {"op": "split", "code": "T-001", "into": [{"title": "a"}, {"title": "b"}]},
    ):
        with pytest.raises(OperationError):
            apply(tasks, op, next_number=MAX_TASKS + 1)
