"""A short look at what `python -m storms.agreement history FILE` shows of whole histories; tests/scaleout/ has a long one."""

from itertools import pairwise
from pathlib import Path

import pytest

from plans.spec import TaskSpec
from storms.edits import edits_between, lost_in_merge
from storms.histories import fewer, read_history
from storms.replay import replay

HISTORY = Path(__file__).parent.parent / "data" / "histories" / "docutils.jsonl"


@pytest.mark.django_db
def test_a_real_lists_first_versions_are_replayed_and_no_edit_is_lost():
    report = replay(fewer(read_history(HISTORY), versions=3, tasks=12), seed=1)
    assert report.faults == []
    assert report.counts["rebased"] and report.counts["hand edits"] and report.counts["tasks finished"]


def test_the_kept_history_has_more_than_thirty_versions_that_differ():
    versions = read_history(HISTORY).versions
    assert len(versions) > 30
    assert all(list(one.tasks.items()) != list(other.tasks.items()) for one, other in pairwise(versions))


def plan(*titles: str, **fields) -> list[TaskSpec]:
    return [TaskSpec(code=f"T-00{number}", title=title, **fields) for number, title in enumerate(titles, 1)]


def test_a_merge_that_loses_an_edit_is_found_out():
    base, mine, theirs = plan("a", "b"), plan("c", "b"), plan("a", "d")
    assert lost_in_merge(base, mine, theirs, plan("c", "d"), []) == []
    (fault,) = lost_in_merge(base, mine, theirs, plan("c", "b"), [])
    assert "theirs" in fault and "T-002" in fault
    asked = [{"kind": "field", "code": "T-002", "field": "title"}]
    assert lost_in_merge(base, mine, theirs, plan("c", "b"), asked) == []


def test_a_merge_that_loses_a_place_is_found_out():
    base = plan("a", "b", "c")
    moved = [base[2], *base[:2]]
    assert lost_in_merge(base, moved, base, moved, []) == []
    assert lost_in_merge(base, moved, base, base, []) != []


def test_edits_are_told_item_by_item():
    before, after = plan("a", acceptance=["x", "y"]), plan("a", acceptance=["y", "z"])
    assert [(edit.how, edit.said) for edit in edits_between(before, after)] == [("added", "z"), ("removed", "x")]
