"""A plan that is too big to be drawn task by task, folded into stages: tasks that lie next to each other on the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from plans.analysis import PlanAnalysis, TaskAnalysis
from plans.pictures.style import STATUSES

MOST_TASKS = 120
"""More tasks than these are folded: on so many cards a reader still finds a title."""
STAGES = 20


@dataclass(frozen=True)
class Stage:
    """Some tasks in the order of the work; `number` from 1."""

    number: int
    tasks: Sequence[TaskAnalysis]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many tasks stand where, in the order in which they are told; only what there is."""
        found = Counter(task.standing for task in self.tasks)
        return {name: found[name] for name in STATUSES if found[name]}

    @property
    def hours(self) -> float:
        return sum(task.hours for task in self.tasks)

    @property
    def start(self) -> float:
        return min(task.start for task in self.tasks)

    @property
    def finish(self) -> float:
        return max(task.finish for task in self.tasks)

    @property
    def critical(self) -> list[str]:
        return [task.code for task in self.tasks if task.critical]

    @property
    def levels(self) -> str:
        first, last = self.tasks[0].level + 1, self.tasks[-1].level + 1
        return f"level {first}" if first == last else f"levels {first}–{last}"

    @property
    def told(self) -> str:
        return ", ".join(f"{count} {STATUSES[name]}" for name, count in self.counts.items())


def stages_of(plan: PlanAnalysis) -> list[Stage]:
    """The tasks by level, cut into stages of equal size."""
    by_code = {task.code: task for task in plan.tasks}
    tasks = [by_code[code] for level in plan.levels for code in level]
    size = max(ceil(len(tasks) / STAGES), 1)
    return [Stage(place // size + 1, tasks[place : place + size]) for place in range(0, len(tasks), size)]


def waits_for(stages: Sequence[Stage]) -> dict[int, Counter[int]]:
    """For each stage, how many dependencies it has on which earlier ones."""
    stage_of = {task.code: stage.number for stage in stages for task in stage.tasks}
    return {
        stage.number: Counter(
            stage_of[code]
            for task in stage.tasks
            for code in task.dependencies
            if code in stage_of and stage_of[code] != stage.number
        )
        for stage in stages
    }
