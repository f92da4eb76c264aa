"""Fitting a plan made afresh to the one that is being worked on: the same task keeps its code, begun work stays."""

from collections.abc import Collection, Sequence

from plans.spec import TaskSpec, make_code


def align(
    fresh: Sequence[TaskSpec], active: Sequence[TaskSpec], *, begun: Collection[str], next_number: int
) -> list[TaskSpec]:
    """The fresh tasks with the active plan's codes where the titles agree, and new codes elsewhere.

    Tasks that somebody has begun (codes in `begun`) stay as they are, whether the fresh plan has them or not.
    """
    by_title = {task.title.casefold(): task for task in active}
    codes: dict[str, str] = {}
    for task in fresh:
        same = by_title.get(task.title.casefold())
        codes[task.code] = same.code if same else make_code(next_number)
        next_number += same is None
    kept = {task.code: task for task in active if task.code in begun}
    renamed = [kept.get(codes[task.code]) or renumbered(task, codes) for task in fresh]
    present = {task.code for task in renamed}
    tasks = [*(task for code, task in kept.items() if code not in present), *renamed]
    present |= set(kept)
    return [task.model_copy(update={"dependencies": [c for c in task.dependencies if c in present]}) for task in tasks]


def renumbered(task: TaskSpec, codes: dict[str, str]) -> TaskSpec:
    return task.model_copy(
        update={"code": codes[task.code], "dependencies": [codes[code] for code in task.dependencies]}
    )
