"""A merge of plans: tasks that one side drops and the other side still needs."""

from collections.abc import Collection, Mapping, Sequence

from plans.changes import by_code
from plans.conflicts import NAMES, Answers, Conflict, MergeError, Side
from plans.diff import FIELDS, plain
from plans.merge_values import Clash, merged_list
from plans.operations import without
from plans.order import moved_items, placed
from plans.spec import TaskSpec

OTHER: dict[Side, Side] = {"mine": "theirs", "theirs": "mine"}
Sides = Mapping[Side, Sequence[TaskSpec]]


def settle_drops(
    base: Sequence[TaskSpec], sides: Sides, frozen: Mapping[str, str], answers: Answers
) -> tuple[list[TaskSpec], list[TaskSpec], list[TaskSpec]]:
    """Base, mine and theirs without the tasks that go, and with those that stay, in all three.

    A drop that is not decided yet is taken back, so that nothing is lost.
    """
    bare = {side: by_code(without(base, dropped_codes(base, sides[side]))) for side in OTHER}
    kept = {side: kept_in_spite(base, sides, side, bare[OTHER[side]], frozen, answers) for side in OTHER}
    mine, theirs = (restored(base, sides[side], kept[side], bare[side]) for side in OTHER)
    left = by_code(mine).keys() & by_code(theirs).keys()
    gone = [task.code for task in base if task.code not in left]
    return without(base, gone), without_any(mine, gone), without_any(theirs, gone)


def dropped_codes(base: Sequence[TaskSpec], side: Sequence[TaskSpec]) -> list[str]:
    present = {task.code for task in side}
    return [task.code for task in base if task.code not in present]


def without_any(tasks: Sequence[TaskSpec], codes: Sequence[str]) -> list[TaskSpec]:
    present = {task.code for task in tasks}
    return without(tasks, [code for code in codes if code in present])


def kept_in_spite(
    base: Sequence[TaskSpec],
    sides: Sides,
    side: Side,
    before: Mapping[str, TaskSpec],
    frozen: Mapping[str, str],
    answers: Answers,
) -> set[str]:
    """The tasks that a side drops and that stay: the other side changed them or has new use for them, or there is work.

    `before` is the base without what the other side drops.
    """
    present, other = {task.code for task in sides[side]}, sides[OTHER[side]]
    wanted = by_code(other)
    drops = [task for task in base if task.code not in present and task.code in wanted]
    reasons = uses(before, other, {task.code for task in drops})
    kept = set()
    for task in drops:
        state = frozen.get(task.code) if side == "mine" else None
        if not (state or reasons[task.code]):
            continue
        conflict = drop_conflict(task, wanted[task.code], side, state, reasons[task.code])
        answer = answers.settle(conflict)
        if answer and answer.take == "value":
            raise MergeError(f"{conflict.id}: take mine or theirs; the task is dropped or it stays.")
        if answer is None or answer.take != side:
            kept.add(task.code)
    return kept


def drop_conflict(task: TaskSpec, wanted: TaskSpec, side: Side, state: str | None, reasons: Sequence[str]) -> Conflict:
    other = OTHER[side]
    work = [f"work on it is {state.replace('_', ' ')}"] if state else []
    needed = [f"{NAMES[other]} {' and '.join(reasons)}"] if reasons else []
    return Conflict(
        id=task.code,
        kind="work" if state else "dropped_changed",
        code=task.code,
        base=plain(task),
        mine=plain(wanted) if other == "mine" else None,
        theirs=plain(wanted) if other == "theirs" else None,
        detail=f"{task.code} is dropped by {NAMES[side]}, but {', and '.join([*work, *needed])}.",
    )


def uses(before: Mapping[str, TaskSpec], other: Sequence[TaskSpec], drops: Collection[str]) -> dict[str, list[str]]:
    """For each task, what the other side does with it, as verbs. What its own drops rewired is not its doing: `before` has
    them already."""
    wanted = by_code(other)
    moved = set(moved_items(list(before), list(wanted)))
    found = {code: changes_in_words(before[code], wanted[code], moved) for code in drops}
    for task in other:
        known = before[task.code].dependencies if task.code in before else ()
        for code in task.dependencies:
            if code in drops and code not in known:
                found[code].append(f"lets {task.code} wait for it")
    return found


def changes_in_words(before: TaskSpec, after: TaskSpec, moved: Collection[str]) -> list[str]:
    fields = [name.replace("_", " ") for name in FIELDS if getattr(before, name) != getattr(after, name)]
    words = [f"changes its {', '.join(fields)}"] if fields else []
    return [*words, "moves it"] if before.code in moved else words


def restored(
    base: Sequence[TaskSpec], side: Sequence[TaskSpec], codes: Collection[str], all_dropped: Mapping[str, TaskSpec]
) -> list[TaskSpec]:
    """A side as if it had not dropped these tasks of the base: they are where they were, and waited for as before.

    `all_dropped` is the base without all that the side drops.
    """
    if not codes:
        return list(side)
    drops = dropped_codes(base, side)
    fewer_dropped = by_code(without(base, [code for code in drops if code not in codes]))
    tasks = {code: fewer_dropped[code] for code in codes}
    for task in side:
        now, then = all_dropped.get(task.code), fewer_dropped.get(task.code)
        tasks[task.code] = waiting_again(task, now, then) if now and then else task
    order = placed([task.code for task in side], codes, like=[task.code for task in base])
    return [tasks[code] for code in order]


def waiting_again(task: TaskSpec, now: TaskSpec, then: TaskSpec) -> TaskSpec:
    """The task with the dependencies that the drops took from it, besides what else was done to them."""
    if now.dependencies == then.dependencies:
        return task
    try:
        dependencies = merged_list(now.dependencies, task.dependencies, then.dependencies)
    except Clash:
        dependencies = list(dict.fromkeys([*then.dependencies, *task.dependencies]))
    return task.model_copy(update={"dependencies": dependencies})
