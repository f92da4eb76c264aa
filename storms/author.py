"""Somebody who keeps a task list elsewhere, and says in terms of the plan what has become different in it."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from plans.graph import find_cycle
from plans.operations import without
from plans.order import moved_items, placed
from plans.spec import TaskSpec, make_code
from storms.histories import Listed

LISTS = ("acceptance", "deliverables", "mcp_tools", "dependencies")
LIMITS = {"title": 200, "description": 20_000}


class Author:
    """Knows which code each task of the list has in the plan."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}

    def rename(self, renumbered: Mapping[str, str]) -> None:
        self.codes = {key: renumbered.get(code, code) for key, code in self.codes.items()}

    def wanted(self, ground: Sequence[TaskSpec], before: Listed | None, after: Listed, number: int) -> list[TaskSpec]:
        """The plan with what is different in the list. What others did to the plan stays, where the list did not change.

        `number` is the first free task number.
        """
        old = before.tasks if before else {}
        gone = [self.codes.pop(key) for key in old if key not in after.tasks]
        new = [key for key in after.tasks if key not in old]
        self.codes |= {key: make_code(number + place) for place, key in enumerate(new)}
        present = {task.code for task in ground}
        left = without(ground, [code for code in gone if code in present])
        tasks = {task.code: task for task in left}
        for key, task in after.tasks.items():
            code = self.codes[key]
            if key in new:
                tasks[code] = TaskSpec.model_validate(
                    {**self.in_plan(task, {*tasks, *self.codes.values()}), "code": code}
                )
            elif code in tasks:
                tasks[code] = self.changed(tasks[code], old[key], task, tasks.keys() | set(self.codes.values()))
        tasks = self.without_unknown(tasks)
        moved = moved_items([*old], [*after.tasks])
        items = {self.codes[key] for key in [*moved, *new]} & tasks.keys()
        order = placed([task.code for task in left], items, like=[self.codes[key] for key in after.tasks])
        return without_cycles([tasks[code] for code in order], {task.code: task.dependencies for task in ground})

    def in_plan(self, task: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
        """A task of the list as the plan's fields."""
        dependencies = [self.codes[key] for key in task.get("dependencies", ()) if key in self.codes]
        cut = {name: task[name][:limit].strip() for name, limit in LIMITS.items() if name in task}
        return {**task, **cut, "dependencies": [code for code in dependencies if code in known]}

    def changed(self, task: TaskSpec, old: Mapping[str, Any], new: Mapping[str, Any], known: set[str]) -> TaskSpec:
        """The task with the fields that the list changed; of lists, what came and went."""
        empty = TaskSpec(code=task.code, title="-").model_dump(exclude={"code"})
        was, now = ({**empty, **self.in_plan(each, known)} for each in (old, new))
        fields = {name: value for name, value in now.items() if value != was[name]}
        for name in LISTS:
            if name in fields:
                kept = [item for item in getattr(task, name) if item in now[name] or item not in was[name]]
                fields[name] = [*kept, *(item for item in now[name] if item not in was[name] and item not in kept)]
        return TaskSpec.model_validate({**task.model_dump(), **fields})

    def without_unknown(self, tasks: Mapping[str, TaskSpec]) -> dict[str, TaskSpec]:
        """Nothing waits for a task that somebody else has dropped from the plan."""
        return {
            code: task.model_copy(update={"dependencies": [each for each in task.dependencies if each in tasks]})
            for code, task in tasks.items()
        }


def without_cycles(tasks: Sequence[TaskSpec], before: Mapping[str, Sequence[str]]) -> list[TaskSpec]:
    """Where the list wants what others' changes make a circle, its author gives in."""
    edges = {task.code: list(task.dependencies) for task in tasks}
    while cycle := find_cycle(edges):
        new = [(code, other) for code, other in pairwise(cycle) if other not in before.get(code, ())]
        code, other = new[0]
        edges[code].remove(other)
    return [task.model_copy(update={"dependencies": edges[task.code]}) for task in tasks]
