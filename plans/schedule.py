"""When each task of a plan can begin and end, and which tasks the end of the plan hangs on. Pure arithmetic, O(tasks + dependencies).

Times are working hours from the start of the plan, as if there were enough hands for everything that can be done at once. A task
without an estimate counts as `DEFAULT_HOURS`. A dependency that is not among the tasks given counts as done, so that the
same arithmetic answers for what is left of a plan.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import NamedTuple

from plans.spec import TaskSpec

DEFAULT_HOURS = 8.0
"""What a task without an estimate counts as: one working day."""
DIGITS = 6
"""Sums of hours are rounded to so many digits, so that 0.1 + 0.2 is no later than 0.3."""


class Timing(NamedTuple):
    """Where one task lies in time, in hours. `slack` is how much later it can end without moving the end of the plan."""

    code: str
    hours: float
    estimated: bool
    level: int
    start: float
    finish: float
    latest_start: float
    latest_finish: float

    @property
    def slack(self) -> float:
        return round(self.latest_start - self.start, DIGITS)


@dataclass(frozen=True)
class Schedule:
    """The timings of a plan's tasks, in its order; `hours` is when the last of them can be done at the earliest.

    `critical_path` is one chain of tasks that is as long as that, from first to last; there may be others.
    """

    timings: Mapping[str, Timing]
    critical_path: Sequence[str]
    hours: float

    @property
    def levels(self) -> list[list[str]]:
        """The codes by level: a task is one level after the deepest that it waits for, so those of one level wait for none of it."""
        found: list[list[str]] = [
            [] for _ in range(max((each.level for each in self.timings.values()), default=-1) + 1)
        ]
        for timing in self.timings.values():
            found[timing.level].append(timing.code)
        return found

    @property
    def most_at_once(self) -> int:
        """How many tasks are worked on at once at most, when each begins as early as it can: hands that the plan can use."""
        changes = Counter[float]()
        for timing in self.timings.values():
            changes[timing.start] += 1
            changes[timing.finish] -= 1
        most = running = 0
        for moment in sorted(changes):
            running += changes[moment]
            most = max(most, running)
        return most


def critical_path(tasks: Sequence[TaskSpec]) -> list[str]:
    """The codes of the longest chain of tasks, by hours, in the order of the work. Among equals the first in the plan."""
    work = Work.of(tasks)
    return longest_chain(work.edges, earliest_finishes(work))


def critical_hours(tasks: Sequence[TaskSpec]) -> float:
    """How long the plan takes at least, in working hours, however many hands there are."""
    return max(earliest_finishes(Work.of(tasks)).values(), default=0.0)


def make_schedule(tasks: Sequence[TaskSpec]) -> Schedule:
    """The schedule of tasks whose dependencies form no cycle; graphlib.CycleError where they do."""
    work = Work.of(tasks)
    finish, level = earliest_finishes(work), levels_of(work)
    end = max(finish.values(), default=0.0)
    latest = latest_finishes(work, end)
    timings = {
        task.code: Timing(
            code=task.code,
            hours=work.hours[task.code],
            estimated=task.estimates.time_hours > 0,
            level=level[task.code],
            start=round(finish[task.code] - work.hours[task.code], DIGITS),
            finish=finish[task.code],
            latest_start=round(latest[task.code] - work.hours[task.code], DIGITS),
            latest_finish=latest[task.code],
        )
        for task in tasks
    }
    return Schedule(timings, longest_chain(work.edges, finish), end)


class Work(NamedTuple):
    """What is to be done: `order` has each task after those that it waits for, `edges` what each waits for."""

    order: Sequence[str]
    edges: Mapping[str, Sequence[str]]
    hours: Mapping[str, float]

    @classmethod
    def of(cls, tasks: Sequence[TaskSpec]) -> "Work":
        hours = {task.code: hours_of(task) for task in tasks}
        edges = {task.code: [code for code in task.dependencies if code in hours] for task in tasks}
        return cls([*TopologicalSorter(edges).static_order()], edges, hours)


def hours_of(task: TaskSpec) -> float:
    return task.estimates.time_hours or DEFAULT_HOURS


def earliest_finishes(work: Work) -> dict[str, float]:
    finish: dict[str, float] = {}
    for code in work.order:
        start = max((finish[before] for before in work.edges[code]), default=0.0)
        finish[code] = round(start + work.hours[code], DIGITS)
    return finish


def levels_of(work: Work) -> dict[str, int]:
    level: dict[str, int] = {}
    for code in work.order:
        level[code] = max((level[before] + 1 for before in work.edges[code]), default=0)
    return level


def latest_finishes(work: Work, end: float) -> dict[str, float]:
    """When each task must be done so that the plan ends at `end`: before all that wait for it."""
    latest = dict.fromkeys(work.order, end)
    for code in reversed(work.order):
        for before in work.edges[code]:
            latest[before] = min(latest[before], round(latest[code] - work.hours[code], DIGITS))
    return latest


def longest_chain(edges: Mapping[str, Sequence[str]], finish: Mapping[str, float]) -> list[str]:
    """Back from the task that ends last, always to the one that it waits for longest."""
    chain: list[str] = []
    ahead: Sequence[str] = list(edges)
    while ahead:
        last = max(ahead, key=finish.__getitem__)
        chain.append(last)
        ahead = edges[last]
    return chain[::-1]
