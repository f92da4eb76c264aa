"""What people changed between two task lists, and whether it is still so in a third: told without the engine that merges."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from plans.operations import without
from plans.order import moved_items
from plans.spec import TaskSpec

LISTS = ("acceptance", "deliverables", "mcp_tools", "dependencies")
SINGLE = ("title", "priority")
Tasks = Mapping[str, TaskSpec]


class Edit(NamedTuple):
    """`said` of the task's `field`: a value, or an item or a line that came (`added`) or went (`removed`)."""

    code: str
    field: str
    how: str
    said: Any = None

    def holds(self, tasks: Tasks) -> bool:
        if self.field == "task":
            return (self.code in tasks) == (self.how == "added")
        if self.code not in tasks:
            return False
        found = getattr(tasks[self.code], self.field)
        if self.field == "estimates":
            return getattr(found, self.said[0]) == self.said[1]
        if self.field == "description":
            return self.said in found.split("\n")
        return found == self.said if self.how == "set" else (self.said in found) == (self.how == "added")

    def is_told_by(self, conflict: Mapping[str, Any]) -> bool:
        """Whether somebody was asked about it."""
        if conflict["kind"] == "cycle":
            return self.field == "dependencies" and self.code in conflict["path"]
        if conflict["kind"] == "field":
            return (self.code, self.field) == (conflict["code"], conflict["field"])
        return conflict["kind"] != "order" and conflict["code"] in (self.code, self.said)


def by_code(tasks: Sequence[TaskSpec]) -> dict[str, TaskSpec]:
    return {task.code: task for task in tasks}


def edits_between(before: Sequence[TaskSpec], after: Sequence[TaskSpec]) -> Iterator[Edit]:
    """All edits but moves. What a drop did to those who waited for the task is no edit of theirs."""
    new = by_code(after)
    gone = [task.code for task in before if task.code not in new]
    old = by_code(without(before, gone))
    yield from (Edit(code, "task", "dropped") for code in gone)
    for code, task in new.items():
        if code not in old:
            yield Edit(code, "task", "added")
        yield from field_edits(old[code], task) if code in old else ()


def field_edits(before: TaskSpec, after: TaskSpec) -> Iterator[Edit]:
    for name in SINGLE:
        if getattr(before, name) != getattr(after, name):
            yield Edit(after.code, name, "set", getattr(after, name))
    for name in type(after.estimates).model_fields:
        if (value := getattr(after.estimates, name)) != getattr(before.estimates, name):
            yield Edit(after.code, "estimates", "set", (name, value))
    for name in LISTS:
        old, new = getattr(before, name), getattr(after, name)
        yield from (Edit(after.code, name, "added", item) for item in new if item not in old)
        yield from (Edit(after.code, name, "removed", item) for item in old if item not in new)
    known = before.description.split("\n")
    for line in after.description.split("\n"):
        if line not in known:
            yield Edit(after.code, "description", "added", line)


def lost_in_merge(
    base: Sequence[TaskSpec],
    mine: Sequence[TaskSpec],
    theirs: Sequence[TaskSpec],
    merged: Sequence[TaskSpec],
    conflicts: Sequence[Mapping[str, Any]],
) -> list[str]:
    """The edits of either side that a merge has not, and about which nobody was asked."""
    found = by_code(merged)
    faults = []
    for side, tasks, other in (("mine", mine, theirs), ("theirs", theirs, mine)):
        for edit in edits_between(base, tasks):
            if not (
                edit.holds(found) or any(map(edit.is_told_by, conflicts)) or went_with_a_drop(edit, base, other, found)
            ):
                faults.append(f"{side}: {edit} is lost")
    return [*faults, *lost_order(base, mine, theirs, merged, conflicts)]


def went_with_a_drop(edit: Edit, base: Sequence[TaskSpec], other: Sequence[TaskSpec], found: Tasks) -> bool:
    """Both dropped it, or what a task waits for is gone; then it waits for what that one waited for."""
    left = {task.code for task in base} - found.keys()
    if edit.field != "dependencies" or edit.code not in found:
        return False
    if edit.how == "added":
        return edit.said in left
    return any(edit.said in task.dependencies for task in base if task.code in left)


def lost_order(
    base: Sequence[TaskSpec],
    mine: Sequence[TaskSpec],
    theirs: Sequence[TaskSpec],
    merged: Sequence[TaskSpec],
    conflicts: Sequence[Mapping[str, Any]],
) -> list[str]:
    """Where only one side moved tasks of the base, all of them stand in its order."""
    if any(each["kind"] == "order" for each in conflicts):
        return []
    faults = []
    codes = [[task.code for task in side] for side in (base, mine, theirs, merged)]
    shared = set.intersection(*map(set, codes))
    start, one, other, end = ([code for code in side if code in shared] for side in codes)
    for side, order, still in (("mine", one, other), ("theirs", other, one)):
        if still == start and end != order:
            faults.append(f"{side}: the order is lost: {moved_items(order, end)} stand elsewhere")
    return faults
