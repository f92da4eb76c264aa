"""What changed between two versions of a plan. Tasks are compared by code."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError
from typing import Any

from pydantic import BaseModel, Field

from plans.diff_words import Part, diff_words
from plans.operations import AnyOperation, Merge, Split
from plans.order import moved_items
from plans.schedule import make_schedule
from plans.spec import TaskFields, TaskSpec

FIELDS = tuple(TaskFields.model_fields)


class DiffDoesNotFit(ValueError):
    """A diff is applied to another plan than the one it was made from."""


def is_none(value: Any) -> bool:
    return value is None


class FieldChange(BaseModel):
    """One field before and after. The rest is for reading: a text by its words, a list by its items."""

    before: Any = Field(serialization_alias="from")
    after: Any = Field(serialization_alias="to")
    words: list[Part] | None = Field(
        default=None, exclude_if=is_none, description="Of texts: runs that stay, go, come."
    )
    added: list[str] | None = Field(default=None, exclude_if=is_none, description="Of lists.")
    removed: list[str] | None = Field(default=None, exclude_if=is_none, description="Of lists.")

    def in_detail(self) -> "FieldChange":
        if isinstance(self.before, str):
            return self.model_copy(update={"words": diff_words(self.before, self.after)})
        if isinstance(self.before, list):
            added, removed = missing(self.after, self.before), missing(self.before, self.after)
            return self.model_copy(update={"added": added, "removed": removed})
        return self


class ChangedTask(BaseModel):
    code: str
    title: str = Field(description="As it is now.")
    fields: dict[str, FieldChange]


class MovedTask(BaseModel):
    code: str
    title: str
    before: int = Field(serialization_alias="from")
    after: int = Field(serialization_alias="to")


class SplitTask(BaseModel):
    code: str
    into: list[str] = Field(description="The codes of the parts that are left, the task's own among them.")


class MergedTasks(BaseModel):
    codes: list[str] = Field(description="The tasks that became one.")
    into: str


class Edge(BaseModel):
    """One task waits for another."""

    code: str
    waits_for: str


class EdgeChanges(BaseModel):
    added: list[Edge]
    removed: list[Edge]


class Totals(BaseModel):
    tasks: int
    story_points: int
    time_hours: float
    critical_hours: float = Field(default=0, description="What the plan takes at least, with hands for everything.")
    critical_path: list[str] = Field(
        default=[], description="The codes of the longest chain, in the order of the work."
    )


class PlanDiff(BaseModel):
    """Everything that is different, and nothing that is not."""

    added: list[TaskSpec]
    dropped: list[TaskSpec]
    changed: list[ChangedTask]
    moved: list[MovedTask] = Field(description="Tasks that both versions have, in another order among themselves.")
    order: list[str] = Field(description="All codes in their order afterwards.")
    totals: dict[str, Totals] = Field(description="`from` and `to`.")
    split: list[SplitTask] = []
    merged: list[MergedTasks] = []
    dependencies: EdgeChanges | None = Field(default=None, exclude_if=is_none, description="What waits for what.")

    def as_json(self, *, words: bool = False) -> dict[str, Any]:
        """All that `apply_diff` needs, as the log keeps it; `words` adds what people read: words, items, dependencies."""
        return (self.in_detail() if words else self).model_dump(mode="json", by_alias=True)

    def in_detail(self) -> "PlanDiff":
        changed = [
            task.model_copy(update={"fields": {name: change.in_detail() for name, change in task.fields.items()}})
            for task in self.changed
        ]
        return self.model_copy(update={"changed": changed, "dependencies": changed_edges(self)})

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.dropped or self.changed or self.moved)


def diff_plans(before: Sequence[TaskSpec], after: Sequence[TaskSpec], ops: Sequence[AnyOperation] = ()) -> PlanDiff:
    """The difference from one task list to another. `ops`, the operations on the way as they were applied, tell which
    tasks were split and merged."""
    old = {task.code: task for task in before}
    new = {task.code: task for task in after}
    changed = [
        ChangedTask(code=code, title=task.title, fields=fields)
        for code, task in new.items()
        if code in old and (fields := changed_fields(old[code], task))
    ]
    return PlanDiff(
        added=[task for task in after if task.code not in old],
        dropped=[task for task in before if task.code not in new],
        changed=changed,
        moved=moved_tasks(before, after),
        order=list(new),
        totals={"from": totals(before), "to": totals(after)},
        split=split_tasks(ops, old, new),
        merged=merged_tasks(ops, old, new),
    )


def apply_diff(before: Sequence[TaskSpec], diff: Mapping[str, Any]) -> list[TaskSpec]:
    """The plan after a change, from the plan before it and what `as_json` told: the log alone rebuilds the plan.

    Raises DiffDoesNotFit.
    """
    tasks = {task.code: task for task in before}
    try:
        for told in diff["dropped"]:
            del tasks[told["code"]]
        for told in diff["changed"]:
            tasks[told["code"]] = changed_as_told(tasks[told["code"]], told["fields"])
        tasks |= {told["code"]: TaskSpec.model_validate(told) for told in diff["added"]}
        return [tasks[code] for code in diff["order"]]
    except KeyError as error:
        raise DiffDoesNotFit(f"The diff speaks of {error.args[0]}, which the plan does not have.") from error


def changed_as_told(task: TaskSpec, fields: Mapping[str, Mapping[str, Any]]) -> TaskSpec:
    stored = task.model_dump(mode="json")
    for name, values in fields.items():
        if stored[name] != values["from"]:
            raise DiffDoesNotFit(f"The {name} of {task.code} is not what the diff was made from.")
        stored[name] = values["to"]
    return TaskSpec.model_validate(stored)


# Parts of a diff


def changed_fields(before: TaskSpec, after: TaskSpec) -> dict[str, FieldChange]:
    return {
        name: FieldChange(before=plain(old), after=plain(new))
        for name in FIELDS
        if (old := getattr(before, name)) != (new := getattr(after, name))
    }


def plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def missing(items: Iterable[Any], among: Sequence[Any]) -> list[Any]:
    """The items that are not among others."""
    return [item for item in items if item not in among]


def moved_tasks(before: Sequence[TaskSpec], after: Sequence[TaskSpec]) -> list[MovedTask]:
    """The fewest tasks whose moving explains the new order."""
    old_place = {task.code: place for place, task in enumerate(before)}
    new_place = {task.code: place for place, task in enumerate(after)}
    return [
        MovedTask(code=code, title=after[new_place[code]].title, before=old_place[code], after=new_place[code])
        for code in moved_items(list(old_place), list(new_place))
    ]


def split_tasks(
    ops: Sequence[AnyOperation], before: Mapping[str, TaskSpec], after: Mapping[str, TaskSpec]
) -> list[SplitTask]:
    """The tasks that operations made several of; a part that was split again counts for the first whole."""
    parts: dict[str, list[str]] = {}
    for op in ops:
        if isinstance(op, Split):
            whole = next((code for code, into in parts.items() if op.code in into), op.code)
            into = [part.code for part in op.into if part.code]
            known = parts.get(whole, [whole])
            place = known.index(op.code)
            parts[whole] = [*known[:place], *into, *known[place + 1 :]]
    left = {whole: [code for code in codes if code in after] for whole, codes in parts.items() if whole in before}
    return [SplitTask(code=whole, into=codes) for whole, codes in left.items() if len(codes) > 1]


def merged_tasks(
    ops: Sequence[AnyOperation], before: Mapping[str, TaskSpec], after: Mapping[str, TaskSpec]
) -> list[MergedTasks]:
    """The tasks that operations made one of; what was merged twice is told with all that went into it."""
    groups: dict[str, list[str]] = {}
    for op in ops:
        if isinstance(op, Merge):
            groups[op.codes[0]] = [known for code in op.codes for known in groups.pop(code, [code])]
    told = {into: [code for code in codes if code in before] for into, codes in groups.items() if into in after}
    return [MergedTasks(codes=codes, into=into) for into, codes in told.items() if len(codes) > 1]


def changed_edges(diff: PlanDiff) -> EdgeChanges:
    """The dependencies that came and went, those of added and dropped tasks too."""
    added = [Edge(code=task.code, waits_for=code) for task in diff.added for code in task.dependencies]
    removed = [Edge(code=task.code, waits_for=code) for task in diff.dropped for code in task.dependencies]
    for task in diff.changed:
        if change := task.fields.get("dependencies"):
            added += [Edge(code=task.code, waits_for=code) for code in missing(change.after, change.before)]
            removed += [Edge(code=task.code, waits_for=code) for code in missing(change.before, change.after)]
    return EdgeChanges(added=added, removed=removed)


def totals(tasks: Sequence[TaskSpec]) -> Totals:
    """The size of a plan. One whose dependencies form a cycle, such as a draft, has no critical path."""
    found = Totals(
        tasks=len(tasks),
        story_points=sum(task.estimates.story_points for task in tasks),
        time_hours=sum(task.estimates.time_hours for task in tasks),
    )
    try:
        schedule = make_schedule(tasks)
    except CycleError:
        return found
    return found.model_copy(update={"critical_hours": schedule.hours, "critical_path": list(schedule.critical_path)})
