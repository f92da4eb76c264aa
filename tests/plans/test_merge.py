import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.diff import FIELDS
from plans.graph import find_cycle, missing_dependencies
from plans.merge import MergeError, Resolution, UnknownConflicts, merge_plans
from plans.operations import apply_operations, operations_adapter, without
from plans.spec import MAX_TASKS, TaskSpec, make_code
from tests.plans.plans_to_try import plans, tried, versions_of

often = settings(max_examples=50, deadline=None)
FREE = 90


def task(number, *waits_for, title="x", **fields):
    return TaskSpec(code=make_code(number), title=title, dependencies=[make_code(n) for n in waits_for], **fields)


def merge(base, mine, theirs, *resolutions, **options):
    given = [Resolution.model_validate(each) for each in resolutions]
    return merge_plans(base, mine, theirs, next_number=FREE, resolutions=given, **options)


def ids(conflicts):
    return [conflict.id for conflict in conflicts]


def codes(tasks):
    return [each.code for each in tasks]


def by_code(tasks):
    return {each.code: each for each in tasks}


def check_laws(tasks):
    edges = {each.code: each.dependencies for each in tasks}
    assert len(edges) == len(tasks)
    assert not missing_dependencies(edges)
    assert not find_cycle(edges)
    assert all(TaskSpec.model_validate(each.model_dump()) == each for each in tasks)


@st.composite
def three(draw, first_new=61):
    base = draw(plans(max_size=5))
    return base, draw(versions_of(base)), draw(versions_of(base, first_new=first_new))


def merged_or_nothing(base, mine, theirs, **options):
    """A merge; None where together the sides drop everything."""
    try:
        return merge(base, mine, theirs, **options)
    except MergeError as error:
        assert "drop every task" in str(error)
        return None


# Laws of the merge


@often
@given(three())
def test_a_side_that_changed_nothing_leaves_the_other_as_it_is(case):
    base, mine, _ = case
    assert merge(base, mine, base).tasks == mine
    assert merge(base, base, mine).tasks == mine
    assert merge(base, mine, mine).tasks == mine
    assert not merge(base, mine, base).conflicts + merge(base, base, mine).conflicts + merge(base, mine, mine).conflicts


@tried
@given(three())
def test_what_is_merged_without_conflict_keeps_the_laws(case):
    merged = merged_or_nothing(*case)
    if merged and not any(conflict.kind == "cycle" for conflict in merged.conflicts):
        check_laws(merged.tasks)


@often
@given(three(), st.sampled_from(["mine", "theirs"]))
def test_a_policy_leaves_nothing_open_and_keeps_the_laws(case, policy):
    merged = merged_or_nothing(*case, policy=policy)
    if merged:
        assert not merged.conflicts
        check_laws(merged.tasks)


@often
@given(three(), st.data())
def test_once_everything_is_resolved_the_laws_hold(case, data):
    given, asked = [], merged_or_nothing(*case)
    for _ in range(10):
        if not asked or not asked.conflicts:
            break
        given += [{"id": id, "take": data.draw(st.sampled_from(["mine", "theirs"]))} for id in ids(asked.conflicts)]
        try:
            asked = merge(*case, *given)
        except UnknownConflicts as error:  # A cycle that another answer undid.
            assert all(id.startswith("cycle:") for id in error.ids)
            given = [each for each in given if each["id"] not in error.ids]
            asked = merge(*case, *given)
        except MergeError as error:
            assert "drop every task" in str(error)
            return
    assert not asked or not asked.conflicts
    assert not asked or check_laws(asked.tasks) is None


@often
@given(three(first_new=41))
def test_every_task_and_every_field_that_a_side_changed_is_there_or_asked_about(case):
    base, mine, theirs = case
    merged = merged_or_nothing(base, mine, theirs)
    if not merged:
        return
    mine = [renamed(each, merged.renumbered) for each in mine]
    asked, there, old = set(ids(merged.conflicts)), by_code(merged.tasks), by_code(base)
    for side, other in ((mine, theirs), (theirs, mine)):
        before = by_code(without(base, [code for code in old if code not in by_code(side)]))
        for each in side:
            if each.code not in there:
                assert each == before[each.code], "only what this side left as it was may be dropped"
                assert each.code not in by_code(other)
                continue
            if each.code not in old:
                assert there[each.code].title == each.title
                continue
            for name in FIELDS:
                if f"{each.code}.{name}" not in asked:
                    check_edit(name, before[each.code], each, there[each.code], there)
        for code in old.keys() - by_code(side).keys():
            assert code not in there or code in asked, "a drop is done or asked about"


def renamed(each, names):
    waits_for = [names.get(code, code) for code in each.dependencies]
    return each.model_copy(update={"code": names.get(each.code, each.code), "dependencies": waits_for})


def check_edit(name, before, now, merged, there):
    before, now, merged = (getattr(each, name) for each in (before, now, merged))
    if before == now:
        return
    if isinstance(now, list):
        assert {item for item in now if item not in before and (name != "dependencies" or item in there)} <= {*merged}
    elif name == "estimates":
        parts = [part for part in ("story_points", "time_hours") if getattr(before, part) != getattr(now, part)]
        assert all(getattr(merged, part) == getattr(now, part) for part in parts)
    else:
        assert merged == now


@tried
@given(plans(min_size=2), st.data())
def test_edits_of_different_tasks_merge_to_both_in_either_order(tasks, data):
    here = set(data.draw(st.lists(st.sampled_from(codes(tasks)), unique=True)))
    there = {*codes(tasks)} - here
    one, other = (
        operations_adapter.validate_python(data.draw(operations_on(sorted(side), number)))
        for number, side in ((91, here), (95, there))
    )

    def applied(before, *runs):
        for ops in runs:
            before, _ = apply_operations(before, ops, next_number=FREE)
        return before

    merged = merge(tasks, applied(tasks, one), applied(tasks, other))
    assert not merged.conflicts
    both = applied(tasks, one, other)
    assert by_code(merged.tasks) == by_code(both) == by_code(applied(tasks, other, one))
    assert [c for c in codes(merged.tasks) if c in codes(tasks)] == [c for c in codes(both) if c in codes(tasks)]


@st.composite
def operations_on(draw, some, number):
    """Updates of these tasks, and a new one whose code nobody else gives."""
    ops = [{"op": "add", "task": {"title": "new", "code": make_code(number), "dependencies": some[:2]}, "idx": 1}]
    for code in draw(st.lists(st.sampled_from(some), unique=True)) if some else ():
        ops.append({"op": "update", "code": code, "fields": {"title": draw(st.sampled_from(["a", "b"]))}})
    return ops


@tried
@given(plans(min_size=3), st.data())
def test_moves_of_different_tasks_are_both_done(tasks, data):
    one, other = data.draw(st.lists(st.sampled_from(tasks), min_size=2, max_size=2, unique_by=lambda each: each.code))
    rest = [each for each in tasks if each not in (one, other)]
    base = [*rest, one, other]
    merged = merge(base, [one, *rest, other], [*rest[:1], other, *rest[1:], one])
    assert merged.tasks == [one, *rest[:1], other, *rest[1:]]


# Fields


def one_task(**fields):
    return [task(1, **fields), task(2)]


def test_both_sides_may_change_different_fields_of_a_task():
    merged = merge(one_task(), one_task(title="mine"), one_task(priority=1))
    assert merged.tasks == one_task(title="mine", priority=1)
    assert not merged.conflicts


def test_a_field_that_both_change_is_a_conflict_until_somebody_decides():
    sides = one_task(), one_task(title="mine"), one_task(title="theirs")
    asked = merge(*sides)
    [conflict] = asked.conflicts
    assert (conflict.id, conflict.kind, conflict.code, conflict.field) == ("T-001.title", "field", "T-001", "title")
    assert (conflict.base, conflict.mine, conflict.theirs) == ("x", "mine", "theirs")
    assert conflict.detail == "Both this proposal and the plan accepted meanwhile change the title of T-001."
    assert asked.tasks == one_task(title="theirs")
    for answer, title in (
        ({"id": "T-001.title", "take": "mine"}, "mine"),
        ({"code": "T-001", "field": "title", "take": "theirs"}, "theirs"),
        ({"id": "T-001.title", "take": "value", "value": " third "}, "third"),
    ):
        done = merge(*sides, answer)
        assert (done.tasks, done.conflicts, done.resolved) == (one_task(title=title), [], [conflict])
    assert merge(*sides, policy="mine").tasks == one_task(title="mine")
    assert merge(*sides, {"id": "T-001.title", "take": "theirs"}, policy="mine").tasks == one_task(title="theirs")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([{"id": "T-002.title", "take": "mine"}], "no conflict T-002.title"),
        ([{"code": "T-001", "field": "priority", "take": "mine"}], "no conflict T-001.priority"),
        ([{"take": "mine"}], "no conflict"),
        (
            [{"id": "T-001.title", "take": "mine"}, {"code": "T-001", "field": "title", "take": "mine"}],
            "twice: T-001.ti",
        ),
        ([{"id": "T-001.title", "take": "value", "value": ""}], "T-001.title: String should have at least 1"),
        ([{"id": "T-001.title", "take": "value"}], "T-001.title: a value is needed"),
        ([{"id": "cycle:T-001>T-002", "take": "mine"}], "no conflict cycle:T-001>T-002"),
    ],
)
def test_a_resolution_that_cannot_be_followed_is_refused(answers, words):
    with pytest.raises(MergeError, match=words):
        merge(one_task(), one_task(title="mine"), one_task(title="theirs"), *answers)


@pytest.mark.parametrize("name", ["acceptance", "deliverables", "mcp_tools"])
def test_lists_are_merged_item_by_item(name):
    base, mine, theirs = ["a", "b", "c"], ["new", "a", "b"], ["a", "b!", "c", "d"]
    merged = merge(*(one_task(**{name: items}) for items in (base, mine, theirs)))
    assert merged.tasks == one_task(**{name: ["new", "a", "b!", "d"]})


def test_an_item_that_both_reword_is_there_in_both_wordings():
    merged = merge(*(one_task(acceptance=[item]) for item in ("It runs", "It runs fast", "It runs far")))
    assert sorted(merged.tasks[0].acceptance) == ["It runs far", "It runs fast"]


def test_a_list_that_would_grow_too_long_is_a_conflict():
    lists = [[f"{side} {number}" for number in range(30)] for side in ("mine", "theirs")]
    assert ids(merge(one_task(), *(one_task(acceptance=items) for items in lists)).conflicts) == ["T-001.acceptance"]


def test_items_that_both_put_elsewhere_are_a_conflict():
    orders = ["abc", "cab", "acb"]
    asked = merge(*(one_task(acceptance=list(order)) for order in orders))
    assert ids(asked.conflicts) == ["T-001.acceptance"]


def test_estimates_are_merged_by_points_and_hours():
    sides = [one_task(estimates=e) for e in ({}, {"story_points": 3}, {"time_hours": 5})]
    assert merge(*sides).tasks == one_task(estimates={"story_points": 3, "time_hours": 5})
    assert ids(merge(sides[0], sides[1], one_task(estimates={"story_points": 5})).conflicts) == ["T-001.estimates"]


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("a\n\nb\n\nc", "A\n\nb\n\nc", "a\n\nb\n\nC", "A\n\nb\n\nC"),
        ("a\nb\nc", "a\nb\nc\nd", "top\na\nb\nc", "top\na\nb\nc\nd"),
        ("a\nb\nc", "a\nc", "a\nb\nC", "a\nC"),
        ("a\nb\nc", "a\nB\nc", "a\nB\nC\nd", None),
        ("a\nb", "a\nB", "a\nB!", None),
        ("a\nb", "a\nmine\nb", "a\ntheirs\nb", None),
        ("a\nb", "a\nsame\nb", "a\nsame\nb\nc", "a\nsame\nb\nc"),
        ("a\nb\nc", "a\nnew\nb\nc", "a\nB\nc", "a\nnew\nB\nc"),
        ("a\nb\nc", "c", "a\nb\nx\nc", "x\nc"),
        ("", "mine", "theirs", None),
    ],
)
def test_descriptions_are_merged_where_different_lines_were_touched(base, mine, theirs, merged):
    found = merge(*(one_task(description=text) for text in (base, mine, theirs)))
    assert found.tasks[0].description == (theirs if merged is None else merged)
    assert ids(found.conflicts) == (["T-001.description"] if merged is None else [])


# Order


def test_new_tasks_of_mine_come_after_what_they_came_after():
    base = [task(1), task(2)]
    merged = merge(base, [task(1), task(11), task(12), task(2)], [task(21), task(2), task(1)])
    assert codes(merged.tasks) == ["T-021", "T-002", "T-001", "T-011", "T-012"]


def test_a_task_that_both_moved_elsewhere_is_a_conflict():
    base = [task(1), task(2), task(3), task(4)]
    mine, theirs = [base[3], *base[:3]], [base[0], base[3], *base[1:3]]
    asked = merge(base, mine, theirs)
    [conflict] = asked.conflicts
    assert (conflict.id, conflict.kind) == ("T-004.order", "order")
    assert (conflict.base, conflict.mine, conflict.theirs) == ("T-003", None, "T-001")
    assert "by this proposal to the top, by the plan accepted meanwhile to after T-001" in conflict.detail
    assert asked.tasks == theirs
    for take, value, order in (
        ("mine", None, mine),
        ("theirs", None, theirs),
        ("value", "T-002", [*base[:2], base[3], base[2]]),
        ("value", None, mine),
    ):
        assert merge(base, mine, theirs, {"id": "T-004.order", "take": take, "value": value}).tasks == order
    with pytest.raises(MergeError, match="to come after"):
        merge(base, mine, theirs, {"id": "T-004.order", "take": "value", "value": "T-077"})
    assert not merge(base, mine, [*mine[:3], task(3, title="y")]).conflicts


# Drops


def test_a_drop_of_what_the_other_side_changed_is_a_conflict_and_the_task_stays():
    base = [task(1), task(2), task(3, 2)]
    changed, dropped = [task(1), task(2, 1, title="y"), task(3, 2)], [task(1), task(3)]
    for mine, theirs, keeps in ((changed, dropped, "mine"), (dropped, changed, "theirs")):
        asked = merge(base, mine, theirs)
        [conflict] = asked.conflicts
        assert (conflict.id, conflict.kind, conflict.field) == ("T-002", "dropped_changed", None)
        assert "changes its title, dependencies" in conflict.detail
        assert getattr(conflict, keeps)["title"] == "y"
        assert conflict.base["title"] == "x"
        assert asked.tasks == changed, "the task is there, and waited for, until somebody decides"
        drops = "theirs" if keeps == "mine" else "mine"
        assert merge(base, mine, theirs, {"id": "T-002", "take": keeps}).tasks == changed
        assert merge(base, mine, theirs, {"code": "T-002", "take": drops}).tasks == [task(1), task(3, 1)]
        with pytest.raises(MergeError, match="take mine or theirs"):
            merge(base, mine, theirs, {"id": "T-002", "take": "value", "value": {}})


def test_a_task_that_both_drop_is_gone():
    assert merge([task(1), task(2)], [task(1)], [task(1)]).tasks == [task(1)]


def test_what_a_drop_rewired_is_no_change_of_the_tasks_that_waited():
    base = [task(1), task(2, 1), task(3, 2)]
    merged = merge(base, [task(1), task(3, 1)], [task(1), task(2, 1)])
    assert (merged.tasks, merged.conflicts) == ([task(1)], [])


def test_a_new_task_that_waits_for_what_the_other_side_dropped_is_asked_about():
    base = [task(1), task(2, 1)]
    mine, theirs = [*base, task(9, 2)], [task(1)]
    asked = merge(base, mine, theirs)
    assert [(each.id, each.kind) for each in asked.conflicts] == [("T-002", "dropped_changed")]
    assert "this proposal lets T-009 wait for it" in asked.conflicts[0].detail
    assert asked.tasks == mine
    assert merge(base, mine, theirs, policy="theirs").tasks == [task(1), task(9, 1)], "rewired as a drop does"


def test_a_move_of_what_the_other_side_dropped_is_asked_about():
    base = [task(1), task(2), task(3)]
    asked = merge(base, [base[2], base[0], base[1]], base[:2])
    assert [(each.id, "moves it" in each.detail) for each in asked.conflicts] == [("T-003", True)]


def test_taking_back_one_of_two_drops_leaves_the_other():
    base = [task(1), task(2, 1), task(3, 2), task(4, 3)]
    merged = merge(base, [task(1), task(4, 1)], [task(1), task(2, 1, title="y"), task(3, 2), task(4, 3)])
    assert merged.tasks == [task(1), task(2, 1, title="y"), task(4, 2)]
    assert ids(merged.conflicts) == ["T-002"]


def test_waiting_that_was_implied_stays_when_the_task_between_is_dropped():
    base = [task(1), task(2, 1), task(3, 2, 1)]
    assert merge(base, [task(1), task(2, 1), task(3, 2)], [task(1), task(3, 1)]).tasks == [task(1), task(3, 1)]


@pytest.mark.parametrize(
    ("state", "words"), [("done", "work on it is done"), ("in_progress", "work on it is in progress")]
)
def test_work_is_dropped_only_by_somebody_who_says_so(state, words):
    base = [task(1), task(2)]
    options = {"frozen": {"T-002": state, "T-001": "done"}}
    asked = merge(base, base[:1], base, **options)
    [conflict] = asked.conflicts
    assert (conflict.id, conflict.kind) == ("T-002", "work")
    assert words in conflict.detail
    assert asked.tasks == base
    assert merge(base, base[:1], base, policy="mine", **options).conflicts == [conflict], "a policy is not enough"
    assert merge(base, base[:1], base, policy="theirs", **options).tasks == base
    assert merge(base, base[:1], base, {"id": "T-002", "take": "mine"}, **options).tasks == base[:1]
    assert not merge(base, base, base[:1], **options).conflicts, "what they dropped is not mine to keep"


def test_two_sides_that_together_drop_everything_are_refused():
    with pytest.raises(MergeError, match="drop every task"):
        merge([task(1), task(2)], [task(1)], [task(2)])


def test_two_sides_that_together_are_too_large_are_refused():
    base = [task(1)]
    mine, theirs = ([*base, *map(task, range(n, n + MAX_TASKS // 2))] for n in (10, 5000))
    with pytest.raises(MergeError, match=str(MAX_TASKS)):
        merge(base, mine, theirs)


# New tasks


def test_a_code_that_both_gave_to_different_new_tasks_is_changed_in_mine():
    base = [task(1)]
    mine = [task(1, 3), task(2, title="mine"), task(3, 2)]
    theirs = [task(1), task(2, title="theirs"), task(3, 2)]
    merged = merge(base, mine, theirs)
    assert merged.renumbered == {"T-002": "T-090", "T-003": "T-091"}, "T-003 says the same words of another T-002"
    assert by_code(merged.tasks) == by_code(
        [task(1, 91), task(2, title="theirs"), task(3, 2), task(90, title="mine"), task(91, 90)]
    )
    assert not merged.conflicts


def test_the_same_new_task_on_both_sides_is_one():
    merged = merge([task(1)], [task(1), task(2)], [task(2), task(1)])
    assert (merged.tasks, merged.renumbered) == ([task(2), task(1)], {})


def test_a_code_that_was_another_task_meanwhile_is_not_given_again():
    merged = merge([task(1)], [task(1), task(2)], [task(1), task(3)], used={"T-002", "T-003"})
    assert merged.renumbered == {"T-002": "T-090"}
    assert codes(merged.tasks) == ["T-001", "T-090", "T-003"]


def test_new_codes_are_above_every_code_of_the_plans():
    base = [task(1), task(200)]
    assert merge(base, [*base, task(2)], [*base, task(2, title="y")]).renumbered == {"T-002": "T-201"}


# Cycles


RING = [task(1), task(2), task(3)], [task(1, 2), task(2), task(3)], [task(1), task(2, 3), task(3, 1)]


def test_a_cycle_that_only_the_merge_makes_is_told_with_who_brought_what():
    asked = merge(*RING)
    [conflict] = asked.conflicts
    assert (conflict.id, conflict.kind) == ("cycle:T-001>T-002>T-003", "cycle")
    assert conflict.path == ["T-001", "T-002", "T-003", "T-001"]
    assert [(edge.code, edge.waits_for, edge.by) for edge in conflict.edges] == [
        ("T-001", "T-002", "mine"),
        ("T-002", "T-003", "theirs"),
        ("T-003", "T-001", "theirs"),
    ]
    assert "T-001 waits for T-002 because of this proposal" in conflict.detail
    assert asked.tasks == [task(1, 2), task(2, 3), task(3, 1)]


@pytest.mark.parametrize(
    ("answer", "tasks"),
    [
        ({"take": "mine"}, [task(1, 2), task(2), task(3)]),
        ({"take": "theirs"}, [task(1), task(2, 3), task(3, 1)]),
        ({"take": "value", "value": {"T-003": []}}, [task(1, 2), task(2, 3), task(3)]),
    ],
)
def test_a_cycle_is_ended_as_somebody_decides(answer, tasks):
    done = merge(*RING, {"id": "cycle:T-001>T-002>T-003", **answer})
    assert (done.tasks, done.conflicts, len(done.resolved)) == (tasks, [], 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"T-003": ["T-001"]}, "has to end the cycle"),
        (None, "has to end the cycle"),
        ({"T-009": []}, "not on the cycle"),
        ({"T-003": ["T-077"]}, "no task T-077"),
        ({"T-003": ["x"]}, "String should match"),
    ],
)
def test_a_value_that_does_not_end_the_cycle_is_refused(value, words):
    with pytest.raises(MergeError, match=words):
        merge(*RING, {"id": "cycle:T-001>T-002>T-003", "take": "value", "value": value})


def test_cycles_apart_from_each_other_are_told_at_once():
    base = [task(n) for n in (1, 2, 3, 4)]
    mine, theirs = [task(1, 2), task(2), task(3, 4), task(4)], [task(1), task(2, 1), task(3), task(4, 3)]
    assert ids(merge(base, mine, theirs).conflicts) == ["cycle:T-001>T-002", "cycle:T-003>T-004"]
    answers = {"id": "cycle:T-001>T-002", "take": "mine"}, {"id": "cycle:T-003>T-004", "take": "theirs"}
    assert merge(base, mine, theirs, *answers).tasks == [task(1, 2), task(2), task(3), task(4, 3)]


def test_a_dependency_that_a_drop_brought_into_a_cycle_is_told_as_such():
    base = [task(1), task(2, 1), task(3)]
    mine, theirs = [task(1, 3), task(3)], [task(1), task(2, 1), task(3, 9), task(9, 2)]
    [conflict] = merge(base, mine, theirs, {"id": "T-002", "take": "mine"}).conflicts
    assert [(edge.code, edge.by) for edge in conflict.edges] == [
        ("T-001", "mine"),
        ("T-003", "theirs"),
        ("T-009", "merge"),
    ]
    assert "T-009 waits for T-001 because what it waited for is dropped" in conflict.detail


def test_plans_that_have_a_cycle_of_their_own_are_refused():
    ring = [task(1, 2), task(2, 1)]
    with pytest.raises(MergeError, match="of its own"):
        merge(ring, ring, ring, policy="mine")


def test_a_decided_dependency_names_a_task_of_the_plan():
    sides = [[task(1, *waits), task(2), task(3), task(4)] for waits in ((2, 3, 4), (4, 2, 3), (2, 4, 3))]
    asked = merge(*sides)
    assert ids(asked.conflicts) == ["T-001.dependencies"]
    with pytest.raises(MergeError, match="no task T-077"):
        merge(*sides, {"id": "T-001.dependencies", "take": "value", "value": ["T-077"]})
