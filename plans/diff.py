"""What changed between two versions of a plan. Tasks are compared by code."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from plans.spec import TaskFields, TaskSpec

FIELDS = tuple(TaskFields.model_fields)


class FieldChange(BaseModel):
    """One field before and after."""

    before: Any = Field(serialization_alias="from")
    after: Any = Field(serialization_alias="to")


class ChangedTask(BaseModel):
    code: str
    title: str = Field(description="As it is now.")
    fields: dict[str, FieldChange]


class MovedTask(BaseModel):
    code: str
    title: str
    before: int = Field(serialization_alias="from")
    after: int = Field(serialization_alias="to")


class Totals(BaseModel):
    tasks: int
    story_points: int
    time_hours: float


class PlanDiff(BaseModel):
    """Everything that is different, and nothing that is not."""

    added: list[TaskSpec]
    dropped: list[TaskSpec]
    changed: list[ChangedTask]
    moved: list[MovedTask] = Field(description="Tasks that both versions have, in another order among themselves.")
    order: list[str] = Field(description="All codes in their order afterwards.")
    totals: dict[str, Totals] = Field(description="`from` and `to`.")

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.dropped or self.changed or self.moved)


def diff_plans(before: Sequence[TaskSpec], after: Sequence[TaskSpec]) -> PlanDiff:
    """The difference from one task list to another."""
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
    )


def changed_fields(before: TaskSpec, after: TaskSpec) -> dict[str, FieldChange]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {name: FieldChange(before=old[name], after=new[name]) for name in FIELDS if old[name] != new[name]}


def moved_tasks(before: Sequence[TaskSpec], after: Sequence[TaskSpec]) -> list[MovedTask]:
    """The fewest tasks whose moving explains the new order: those outside the longest run that kept its order."""
    old_place = {task.code: place for place, task in enumerate(before)}
    new_place = {task.code: place for place, task in enumerate(after)}
    common = [task for task in after if task.code in old_place]
    kept = longest_increasing([old_place[task.code] for task in common])
    return [
        MovedTask(code=task.code, title=task.title, before=old_place[task.code], after=new_place[task.code])
        for place, task in enumerate(common)
        if place not in kept
    ]


def longest_increasing(values: Sequence[int]) -> set[int]:
    """The places of one longest increasing subsequence, by patience sorting."""
    tails: list[int] = []
    tail_places: list[int] = []
    previous: list[int | None] = []
    for place, value in enumerate(values):
        pile = bisect_left(tails, value)
        previous.append(tail_places[pile - 1] if pile else None)
        tails[pile : pile + 1] = [value]
        tail_places[pile : pile + 1] = [place]
    kept: set[int] = set()
    at = tail_places[-1] if tail_places else None
    while at is not None:
        kept.add(at)
        at = previous[at]
    return kept


def totals(tasks: Sequence[TaskSpec]) -> Totals:
    return Totals(
        tasks=len(tasks),
        story_points=sum(task.estimates.story_points for task in tasks),
        time_hours=sum(task.estimates.time_hours for task in tasks),
    )
