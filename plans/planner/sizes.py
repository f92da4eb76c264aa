"""Making the plan, or a task, smaller or larger."""

import re
from itertools import pairwise
from typing import Any

from plans.brief import Brief
from plans.planner.draft import scaled
from plans.planner.limits import available_hours, limits_of
from plans.planner.mechanics import SIZES
from plans.planner.wording import listing, shorten
from plans.planner.workbench import NotPossible, Workbench
from plans.spec import TaskSpec

LEAST_PRIORITY_TO_DROP = 3
CLOSE = 1.05
COUNTED = re.compile(r"(?:Build|Design|Design and balance|Write and stage|Fill|Chart) (?P<n>\d{1,3}) (?P<what>[a-z]+)")


def scale_all(share: float, bench: Workbench) -> list[str]:
    """All estimates times a share, but for work that is done or in progress."""
    changed = [task for task in bench.free if scaled(task.estimates, share) != task.estimates]
    if not changed:
        raise NotPossible
    before = total(bench)
    for task in changed:
        bench.update(task.code, estimates=scaled(task.estimates, share))
    hours = f"{before:g} working hours become {total(bench):g}"
    tasks = f"{len(changed)} {'task' if len(changed) == 1 else 'tasks'}"
    percent = max(1, round(abs(1 - share) * 100))
    return [f"{'Cut' if share < 1 else 'Raised'} the estimates of {tasks} by about {percent} %: {hours}."]


def scale_one(code: str, share: float, bench: Workbench) -> list[str]:
    """One task's estimates times a share."""
    estimates = scaled(bench[code].estimates, share)
    bench.update(code, estimates=estimates)
    points = f"{estimates.story_points} {'point' if estimates.story_points == 1 else 'points'}"
    return [f"{code} is now estimated at {estimates.time_hours:g} hours and {points}."]


def total(bench: Workbench) -> float:
    """The working hours of the whole plan."""
    return sum(task.estimates.time_hours for task in bench.tasks)


def cut_scope(share: float, bench: Workbench) -> list[str]:
    """Bring the open hours down by a share: leave out what matters least, then make the rest smaller."""
    goal = sum(task.estimates.time_hours for task in bench.free) * (1 - share)
    told = []
    dropped = _drop_least(goal, bench)
    if dropped:
        left_out = listing([f"{task.code} “{shorten(task.title, 60)}”" for task in dropped])
        told.append(
            f"Left out {left_out}, which {'matters' if len(dropped) == 1 else 'matter'} least to the core of the game."
        )
    left = sum(task.estimates.time_hours for task in bench.free)
    if left > goal * CLOSE and left:
        told += _fewer(goal / left, bench)
        told += [
            f"Made the remaining tasks smaller, which means less in each of them. {line}"
            for line in scale_all(goal / left, bench)
        ]
    if not told:
        raise NotPossible
    return told


def shorten_plan(share: float, bench: Workbench) -> list[str]:
    """Less work in fewer tasks."""
    before = len(bench.tasks)
    told = cut_scope(share, bench)
    wanted = max(1, round(before * (1 - share)))
    return [*told, *at_most(wanted, bench)] if len(bench.tasks) > wanted and len(bench.free) > 1 else told


def _fewer(share: float, bench: Workbench) -> list[str]:
    """Fewer of what a title counts: "Build 8 levels" becomes "Build 6 levels", wherever the task says so."""
    told = []
    for task in bench.free:
        found = COUNTED.match(task.title)
        count = int(found["n"]) if found else 0
        fewer = max(2, round(count * share))
        if found and fewer < count:
            before, after = f"{count} {found['what']}", f"{fewer} {found['what']}"
            bench.update(
                task.code,
                title=task.title.replace(before, after),
                description=task.description.replace(before, after),
                acceptance=[line.replace(before, after) for line in task.acceptance],
            )
            told.append(f"{task.code} now asks for {after} in place of {count}.")
    return told


def _drop_least(goal: float, bench: Workbench) -> list[TaskSpec]:
    """Drop tasks of low priority, the lowest first, without falling below the goal."""
    dropped = []
    release = bench.release()
    ranked = sorted(
        bench.free, key=lambda task: (-task.priority, len(bench.dependents(task.code)), -bench.index(task.code))
    )
    for task in ranked:
        left = sum(other.estimates.time_hours for other in bench.free) - task.estimates.time_hours
        if task.priority > LEAST_PRIORITY_TO_DROP and left >= goal and len(bench.tasks) > 1 and task != release:
            bench.drop(task.code)
            dropped.append(task)
    return dropped


def fit_time(text: str, bench: Workbench, brief: Brief) -> list[str]:
    """Bring the plan into a span of time like "two weeks", for the people whom the brief names."""
    limits = limits_of(brief)
    hours = available_hours(f"only {text}", limits.people or 1, limits.spare_time)
    if hours is None:
        raise NotPossible
    needed = sum(task.estimates.time_hours for task in bench.free)
    if needed <= hours:
        return [f"The open work of {needed:g} hours fits into that time ({hours:g} hours); nothing had to change."]
    return [
        f"That time gives about {hours:g} working hours; the open work was {needed:g}.",
        *cut_scope(1 - hours / needed, bench),
    ]


def at_most(count: int, bench: Workbench) -> list[str]:
    """Merge neighbours, the smallest first, until there are no more tasks than this."""
    if count < 1:
        raise NotPossible("a plan keeps at least one task")
    if len(bench.tasks) <= count:
        return [f"The plan has {len(bench.tasks)} tasks, which is within {count}; nothing had to change."]
    before = len(bench.tasks)
    while len(bench.tasks) > count and _merge_smallest(bench):
        pass
    if len(bench.tasks) == before:
        raise NotPossible("no tasks can be merged without touching work in progress")
    ending = (
        "" if len(bench.tasks) <= count else "; the rest is done, in progress, or would close a circle of dependencies"
    )
    return [f"Merged small neighbouring tasks: {before} became {len(bench.tasks)}{ending}."]


def _merge_smallest(bench: Workbench) -> bool:
    """Merge the smallest pair that stands side by side; the ends of the plan are taken last."""
    pairs = [(left, right) for left, right in pairwise(bench.tasks) if not {left.code, right.code} & bench.frozen]
    release = bench.release()
    for left, right in sorted(pairs, key=lambda pair: _reluctance(pair, release, bench)):
        try:
            bench.merge([left.code, right.code], merged_fields([left, right]))
        except NotPossible:
            continue
        return True
    return False


def _reluctance(
    pair: tuple[TaskSpec, TaskSpec], release: TaskSpec | None, bench: Workbench
) -> tuple[bool, bool, float]:
    """What speaks against a merge: the ends of the plan, different kinds of work, and size."""
    return (
        release in pair or pair[0] == bench.tasks[0],
        pair[0].mcp_tools != pair[1].mcp_tools,
        sum(task.estimates.time_hours for task in pair),
    )


def merged_fields(tasks: list[TaskSpec]) -> dict[str, Any]:
    """The fields of the task that several become."""
    points = sum(task.estimates.story_points for task in tasks)
    return {
        "title": shorten("; ".join(task.title for task in tasks), 190),
        "description": "\n\n".join(dict.fromkeys(task.description for task in tasks if task.description))[:20_000],
        "acceptance": _union([task.acceptance for task in tasks]),
        "mcp_tools": _union([task.mcp_tools for task in tasks]),
        "deliverables": _union([task.deliverables for task in tasks]),
        "estimates": {
            "story_points": next((size for size in SIZES if size >= points), min(points, 100)),
            "time_hours": min(2_000.0, sum(task.estimates.time_hours for task in tasks)),
        },
        "priority": min(task.priority for task in tasks),
    }


def _union(lists: list[list[str]]) -> list[str]:
    return list(dict.fromkeys(line for lines in lists for line in lines))[:50]
