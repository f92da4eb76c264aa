"""The part of a plan around one task."""

from collections.abc import Sequence
from dataclasses import dataclass

from plans.analysis import PlanAnalysis, TaskAnalysis
from plans.graph import dependents
from plans.pictures.stages import MOST_TASKS


@dataclass(frozen=True)
class Neighbourhood:
    """The tasks at most `depth` steps before or after `code`, in the plan's order; `left_out` more were too many."""

    code: str
    depth: int
    tasks: Sequence[TaskAnalysis]
    left_out: int


def around(plan: PlanAnalysis, code: str, depth: int) -> Neighbourhood:
    """The neighbourhood of a task of the plan: what leads to it and what comes after it, the nearest first."""
    edges = {task.code: task.dependencies for task in plan.tasks}
    places = {task.code: place for place, task in enumerate(plan.tasks)}
    waiting = {before: sorted(found, key=places.__getitem__) for before, found in dependents(edges).items()}
    found = nearest([edges, waiting], code, depth)
    kept = set(found[:MOST_TASKS])
    tasks = [task for task in plan.tasks if task.code in kept]
    return Neighbourhood(code, depth, tasks, len(found) - len(tasks))


def nearest(directions: Sequence[dict[str, list[str]]], code: str, depth: int) -> list[str]:
    """The codes within `depth` steps in one direction or the other, by distance."""
    found = {code: 0}
    for ways in directions:
        edge = [code]
        for distance in range(1, depth + 1):
            edge = [*dict.fromkeys(other for each in edge for other in ways.get(each, []) if other not in found)]
            found.update(dict.fromkeys(edge, distance))
    return sorted(found, key=found.__getitem__)
