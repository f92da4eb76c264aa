import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.changes import (
    NeedsMore,
    Unchanged,
    Version,
    change_digests,
    changed_codes,
    operations_between,
    overlaps,
    take_only,
)
from plans.diff import diff_plans
from plans.graph import find_cycle, missing_dependencies
from plans.operations import apply_operations, operations_adapter, repeat_operations
from plans.spec import MAX_DEPENDENCIES, MAX_TASKS, TaskSpec, make_code
from tests.plans.plans_to_try import plans, tried, versions_of

often = settings(max_examples=50, deadline=None)


def task(number, *waits_for, title="x", **fields):
    return TaskSpec(code=make_code(number), title=title, dependencies=[make_code(n) for n in waits_for], **fields)


@st.composite
def proposals(draw):
    base = draw(plans(max_size=6))
    return base, draw(versions_of(base))


@st.composite
def proposals_with_a_part(draw):
    base, proposal = draw(proposals())
    codes = changed_codes(base, proposal)
    return base, proposal, set(draw(st.lists(st.sampled_from(codes), unique=True))) if codes else set()


def needed(base, proposal, codes, **options) -> set[str]:
    """All that has to be taken besides."""
    try:
        take_only(base, proposal, codes, **options)
    except NeedsMore as error:
        assert set(error.needs) <= set(codes)
        return {code for more in error.needs.values() for code in more}
    return set()


def check_laws(tasks):
    edges = {each.code: each.dependencies for each in tasks}
    assert len(edges) == len(tasks)
    assert not missing_dependencies(edges)
    assert not find_cycle(edges)
    assert tasks


# Operations between two versions


@often
@given(st.one_of(proposals(), st.tuples(plans(), plans())))
def test_the_operations_between_two_versions_lead_from_one_to_the_other(case):
    before, after = case
    ops = operations_between(before, after)
    assert repeat_operations(before, ops) == after
    told = json.loads(json.dumps([op.model_dump(mode="json", exclude_unset=True) for op in ops]))
    assert not told or repeat_operations(before, operations_adapter.validate_python(told)) == after


@tried
@given(plans(min_size=2), st.data())
def test_what_a_drop_does_to_others_is_not_told_twice(tasks, data):
    gone = data.draw(st.sampled_from(tasks)).code
    drop = operations_adapter.validate_python([{"op": "drop", "code": gone}])
    after, _ = apply_operations(tasks, drop, next_number=50)
    assert operations_between(tasks, after) == drop


@tried
@given(plans(min_size=2), st.data())
def test_each_change_is_one_operation(tasks, data):
    at, to = (data.draw(st.integers(0, len(tasks) - 1)) for _ in range(2))
    after = list(tasks)
    after.insert(to, after.pop(at))
    after[0] = after[0].model_copy(update={"priority": 1 + after[0].priority % 5, "title": "other"})
    assert [op.op for op in operations_between(tasks, after)] == ["update", "move"][: 1 + (at != to)]


def test_codes_that_are_not_free_any_more_are_repeated_as_they_were():
    before, after = [task(9)], [task(9), task(3)]
    assert repeat_operations(before, operations_between(before, after)) == after


def test_the_largest_plan_can_be_replaced_by_another():
    before, after = ([task(n) for n in range(first, first + MAX_TASKS)] for first in (1, MAX_TASKS + 1))
    assert repeat_operations(before, operations_between(before, after)) == after


def test_a_drop_may_leave_too_many_dependencies_on_the_way():
    many = range(10, 10 + MAX_DEPENDENCIES)
    before = [*map(task, many), task(1, *many), task(2, 1, 3), task(3)]
    after = [*map(task, many), task(2, 3), task(3)]
    assert repeat_operations(before, operations_between(before, after)) == after


# Which codes


@tried
@given(proposals())
def test_changed_codes_are_those_that_the_diff_tells_of(case):
    before, after = case
    diff, codes = diff_plans(before, after), changed_codes(before, after)
    told = [*diff.added, *diff.dropped, *diff.changed, *diff.moved]
    assert sorted(codes) == sorted({each.code for each in told})
    assert [code for code in codes if code in diff.order] == [code for code in diff.order if code in codes]


def test_a_dropped_task_is_read_where_it_was():
    before = [task(1), task(2), task(3)]
    assert changed_codes(before, [task(4), task(1), task(3, title="y")]) == ["T-004", "T-002", "T-003"]


# A part of a proposal


@tried
@given(proposals())
def test_taking_everything_gives_the_proposal(case):
    base, proposal = case
    assert take_only(base, proposal, changed_codes(base, proposal)) == proposal


@often
@given(proposals_with_a_part())
def test_what_is_named_as_needed_is_enough_and_gives_a_lawful_plan(case):
    base, proposal, codes = case
    more = needed(base, proposal, codes)
    assert not more & codes
    part = take_only(base, proposal, codes | more)
    check_laws(part)
    mine, theirs, whole = ({each.code: each for each in tasks} for tasks in (part, base, proposal))
    for code in {*theirs, *whole}:
        if code in codes | more:
            assert mine.get(code) == whole.get(code)
        else:
            assert (code in mine) == (code in theirs)


@often
@given(proposals_with_a_part())
def test_a_part_and_then_the_rest_make_the_proposal(case):
    base, proposal, codes = case
    part = take_only(base, proposal, codes | needed(base, proposal, codes))
    rest = changed_codes(part, proposal)
    assert take_only(part, proposal, rest) == proposal
    fields = {change.code for change in diff_plans(part, proposal).changed}
    assert not fields & codes, "nothing that was taken is left to say but places"


@often
@given(proposals_with_a_part())
def test_no_new_task_is_named_as_needed_without_need(case):
    base, proposal, codes = case
    more = needed(base, proposal, codes)
    for code in more - {each.code for each in base}:
        assert code in needed(base, proposal, codes | more - {code})


@tried
@given(proposals())
def test_taking_nothing_leaves_the_base(case):
    base, proposal = case
    assert take_only(base, proposal, []) == base


def test_a_new_task_brings_the_new_tasks_that_it_waits_for():
    base = [task(1)]
    proposal = [*base, task(12), task(13, 12), task(14, 13, 1), task(15)]
    with pytest.raises(NeedsMore) as caught:
        take_only(base, proposal, ["T-014"])
    assert caught.value.needs == {
        "T-014": {
            "T-013": "T-014 waits for T-013, which only this proposal adds",
            "T-012": "T-013 waits for T-012, which only this proposal adds",
        }
    }
    assert "T-013 waits for T-012" in str(caught.value)


def test_whoever_waited_for_a_dropped_task_waits_for_what_that_one_waited_for():
    base = [task(1), task(2, 1), task(3, 2)]
    proposal = [task(1), task(3, title="other")]
    assert take_only(base, proposal, ["T-002"]) == [task(1), task(3, 1)]


def test_a_cycle_that_the_whole_proposal_has_not_names_what_resolves_it():
    base = [task(1), task(2, 1), task(3)]
    proposal = [task(1, 2), task(2), task(3)]
    with pytest.raises(NeedsMore) as caught:
        take_only(base, proposal, ["T-001"])
    assert list(caught.value.needs["T-001"]) == ["T-002"]
    assert "T-001 → T-002 → T-001" in caught.value.needs["T-001"]["T-002"]


def test_a_drop_resolves_a_cycle_where_nothing_else_does():
    base = [task(1), task(2, 1)]
    assert needed(base, [task(1, 5), task(5)], ["T-001"]) == {"T-005"}
    assert needed([task(1), task(2, 1), task(3, 2)], [task(1, 3), task(3)], ["T-001"]) == {"T-003"}
    assert needed([task(1), task(2, 1), task(3, 2)], [task(1, 3), task(3, 4), task(4)], ["T-003"]) == {"T-004"}


def test_parts_of_a_split_are_taken_together():
    base = [task(1)]
    proposal = [task(1, title="first"), task(2, 1), task(3)]
    assert needed(base, proposal, ["T-001"]) == set()
    assert needed(base, proposal, ["T-001"], together=[{"T-001", "T-002"}]) == {"T-002"}
    assert needed(base, proposal, ["T-003"], together=[{"T-001", "T-002"}]) == set()


def test_a_plan_is_left_neither_empty_nor_too_large():
    assert needed([task(1)], [task(2), task(3)], ["T-001"]) == {"T-002"}
    assert needed([task(1)], [task(2, 3), task(3)], ["T-001"]) == {"T-003"}
    full = [task(n) for n in range(1, MAX_TASKS + 1)]
    assert needed(full, [*full[2:], task(9000)], ["T-9000"]) == {"T-001"}


def test_no_task_is_left_waiting_for_too_many():
    many = range(10, 10 + MAX_DEPENDENCIES)
    base = [*map(task, many), task(1, *many), task(2, 1, 3), task(3)]
    proposal = [*map(task, many), task(2, 3), task(3)]
    assert needed(base, proposal, ["T-001"]) == {"T-002"}


def test_new_tasks_come_where_the_proposal_has_them():
    base = [task(1), task(2), task(3)]
    proposal = [task(3), task(9), task(1), task(8), task(2)]
    assert [each.code for each in take_only(base, proposal, ["T-008", "T-009"])] == [
        "T-009", "T-001", "T-008", "T-002", "T-003",
    ]  # fmt: skip


def test_codes_that_the_proposal_leaves_alone_cannot_be_taken():
    with pytest.raises(Unchanged) as caught:
        take_only([task(1), task(2)], [task(1), task(2, title="y")], ["T-001", "T-002", "T-077"])
    assert caught.value.codes == ["T-001", "T-077"]


# What two proposals say of the same task


def test_two_proposals_overlap_in_what_both_change():
    base = [task(1), task(2), task(3), task(4), task(5)]
    one = [task(1, title="a"), task(2, title="b"), task(3), task(4, title="d")]
    other = [task(1, title="z"), task(2, priority=1), task(3), task(5, title="e")]
    assert [(found.code, found.one, found.other, found.agree) for found in overlaps(Version(base, one), Version(base, other))] == [
        ("T-001", ["title"], ["title"], False),
        ("T-002", ["title"], ["priority"], True),
        ("T-004", ["title"], ["dropped"], False),
        ("T-005", ["dropped"], ["title"], False),
    ]  # fmt: skip


def test_proposals_of_different_bases_can_be_compared():
    one, other = Version([task(1)], [task(1, title="a")]), Version([task(1, title="b")], [task(1, title="a")])
    assert [found.agree for found in overlaps(one, other)] == [True]


def test_two_new_tasks_under_one_code_agree_only_when_they_are_the_same():
    base = [task(1)]
    for title, agree in (("x", True), ("y", False)):
        found = overlaps(Version(base, [task(1), task(2)]), Version(base, [task(1), task(2, title=title)]))
        assert [each.agree for each in found] == [agree]


@tried
@given(plans(), st.data())
def test_proposals_overlap_in_the_codes_that_both_change(base, data):
    one, other = (data.draw(versions_of(base)) for _ in range(2))
    found = overlaps(Version(base, one), Version(base, other))
    assert {each.code for each in found} == {*changed_codes(base, one)} & {*changed_codes(base, other)}
    assert all(each.agree for each in overlaps(Version(base, one), Version(base, one)))


# What a review has seen


@tried
@given(proposals())
def test_every_changed_code_has_a_digest(case):
    base, proposal = case
    assert list(change_digests(base, proposal)) == changed_codes(base, proposal)


@tried
@given(proposals(), st.data())
def test_a_digest_tells_of_its_own_task_only(case, data):
    base, proposal = case
    before = change_digests(base, proposal)
    others = data.draw(versions_of(proposal, first_new=61))
    after = change_digests(base, others)
    same = {each.code: each for each in proposal}
    for each in others:
        moved_only = each in base
        if same.get(each.code) == each and not moved_only:
            assert after[each.code] == before[each.code]


def test_a_digest_changes_with_what_is_said():
    base = [task(1), task(2), task(3)]
    seen = [
        change_digests(base, proposal)
        for proposal in (
            [task(1, title="y"), task(2), task(3)],
            [task(1, title="z"), task(2), task(3)],
            [task(2), task(3)],
            [task(2), task(3), task(1)],
            [task(2), task(1), task(3)],
        )
    ]
    digests = [digest for each in seen for code, digest in each.items()]
    assert len(set(digests)) == len(digests) == 5
    assert all(len(digest) == 64 for digest in digests)
