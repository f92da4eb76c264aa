"""Three-way merge of plans: what a proposal changes, put on top of the plan that was accepted meanwhile.

`mine` is the proposal, `theirs` the accepted plan, `base` what the proposal was made from. Tasks are merged by code and
field by field; where both sides cannot have their way there is a conflict, and no edit is lost in silence.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from plans.changes import by_code
from plans.conflicts import NAMES, Answers, Conflict, MergeError, Resolution, Side, UnknownConflicts
from plans.diff import FIELDS, plain
from plans.graph import missing_dependencies
from plans.merge_cycles import settle_cycles
from plans.merge_drops import settle_drops
from plans.merge_values import Clash, merged_field, valid_field
from plans.order import merged_order, moved_apart, predecessors
from plans.spec import MAX_DEPENDENCIES, MAX_TASKS, TaskSpec, code_number, make_code

__all__ = ["Conflict", "MergeError", "Merged", "Resolution", "Side", "UnknownConflicts", "merge_plans"]


@dataclass(frozen=True)
class Merged:
    """The plan that has the changes of both sides.

    Of what `conflicts` tell, it has their version of fields and places, keeps the tasks in question, and may have the
    cycles. `renumbered` maps codes of mine that meant another task to new ones; `resolved` are the conflicts answered.
    """

    tasks: list[TaskSpec]
    conflicts: list[Conflict]
    renumbered: dict[str, str] = field(default_factory=dict)
    resolved: list[Conflict] = field(default_factory=list)


def merge_plans(
    base: Sequence[TaskSpec],
    mine: Sequence[TaskSpec],
    theirs: Sequence[TaskSpec],
    *,
    next_number: int,
    resolutions: Sequence[Resolution] = (),
    policy: Side | None = None,
    frozen: Mapping[str, str] = {},
    used: Collection[str] = (),
) -> Merged:
    """Merge three lawful plans.

    `next_number` is the first task number that is free for ever. `frozen` says of tasks that are worked on how far they
    are, "done" or "in_progress". `used` are codes that other tasks had between the base and their plan: mine may not
    give them to new ones. `policy` answers what no resolution does. Raises MergeError.
    """
    answers = Answers(resolutions, policy)
    renumbered = new_codes(base, mine, theirs, next_number, used)
    mine = [renamed(task, renumbered) for task in mine]
    sides = settle_drops(base, {"mine": mine, "theirs": theirs}, frozen, answers)
    tasks = MergedTasks(*sides, answers).in_order()
    tasks = settle_cycles(tasks, mine, theirs, answers)
    answers.check_all_used()
    check_size(tasks)
    return Merged(tasks, answers.open, renumbered, answers.resolved)


def check_size(tasks: Sequence[TaskSpec]) -> None:
    if not tasks:
        raise MergeError("Together the two plans drop every task; keep one of them.")
    if len(tasks) > MAX_TASKS:
        raise MergeError(f"Together the two plans have {len(tasks)} tasks; a plan has at most {MAX_TASKS}.")
    for task in tasks:
        if len(task.dependencies) > MAX_DEPENDENCIES:
            raise MergeError(
                f"{task.code} would wait for more than {MAX_DEPENDENCIES} tasks; change what it waits for."
            )


# New codes


def new_codes(
    base: Sequence[TaskSpec],
    mine: Sequence[TaskSpec],
    theirs: Sequence[TaskSpec],
    next_number: int,
    used: Collection[str],
) -> dict[str, str]:
    """Other codes for those new tasks of mine whose code means another task."""
    old, others = {task.code for task in base}, by_code(theirs)
    new = [task for task in mine if task.code not in old]
    taken = {
        task.code for task in new if (task != others[task.code] if task.code in others else task.code in set(used))
    }
    while more := {task.code for task in new if task.code in others and taken & {*task.dependencies}} - taken:
        taken |= more  # Equal words that speak of different tasks.
    first = max([next_number, *(code_number(task.code) + 1 for task in [*base, *mine, *theirs])])
    return {code: make_code(first + idx) for idx, code in enumerate(task.code for task in new if task.code in taken)}


def renamed(task: TaskSpec, names: Mapping[str, str]) -> TaskSpec:
    if task.code not in names and not names.keys() & set(task.dependencies):
        return task
    dependencies = [names.get(code, code) for code in task.dependencies]
    return task.model_copy(update={"code": names.get(task.code, task.code), "dependencies": dependencies})


# Fields and places


class MergedTasks:
    """The tasks of both sides as one list. Neither side drops a task any more that the other has from the base."""

    def __init__(
        self, base: Sequence[TaskSpec], mine: Sequence[TaskSpec], theirs: Sequence[TaskSpec], answers: Answers
    ) -> None:
        self.base, self.mine, self.theirs = by_code(base), by_code(mine), by_code(theirs)
        self.answers = answers

    def in_order(self) -> list[TaskSpec]:
        tasks = {code: self.task(code) for code in {**self.theirs, **self.mine}}
        self.check_dependencies(tasks.values())
        return [tasks[code] for code in self.order()]

    def check_dependencies(self, tasks: Collection[TaskSpec]) -> None:
        """Only a value that somebody gave can name what is not there."""
        for code, unknown in missing_dependencies({task.code: task.dependencies for task in tasks}).items():
            raise MergeError(f"{code}.dependencies: the plan has no task {', '.join(unknown)}.")

    def task(self, code: str) -> TaskSpec:
        base, mine, theirs = (side.get(code) for side in (self.base, self.mine, self.theirs))
        if mine is None or theirs is None or base is None:
            return mine or theirs  # type: ignore[return-value]  # new on one side, or equal on both
        if theirs in (base, mine):
            return mine
        if mine == base:
            return theirs
        return theirs.model_copy(update={name: self.value(name, base, mine, theirs) for name in FIELDS})

    def value(self, name: str, base: TaskSpec, mine: TaskSpec, theirs: TaskSpec) -> Any:
        sides = [getattr(task, name) for task in (base, mine, theirs)]
        try:
            return merged_field(name, *sides)
        except Clash:
            return self.chosen(name, base.code, *sides)

    def chosen(self, name: str, code: str, base: Any, mine: Any, theirs: Any) -> Any:
        """What was decided about a field that both sides changed; theirs as long as nothing is."""
        conflict = Conflict(
            id=f"{code}.{name}",
            kind="field",
            code=code,
            field=name,
            base=plain(base),
            mine=plain(mine),
            theirs=plain(theirs),
            detail=f"Both {NAMES['mine']} and {NAMES['theirs']} change the {name.replace('_', ' ')} of {code}.",
        )
        answer = self.answers.settle(conflict)
        if answer and answer.take == "value":
            return given_value(conflict.id, name, answer.value)
        return mine if answer and answer.take == "mine" else theirs

    def order(self) -> list[str]:
        """Their order with mine's moves and new tasks."""
        sides = list(self.base), list(self.mine), list(self.theirs)
        apart = moved_apart(*sides)
        places = [predecessors(side, self.base.keys() & self.mine.keys()) for side in sides] if apart else []
        answers = {code: self.place(code, *(place[code] for place in places)) for code in apart}
        order = merged_order(*sides, [code for code, answer in answers.items() if answer and answer.take == "mine"])
        for code, answer in answers.items():
            if answer and answer.take == "value":
                put_after(order, code, answer.value)
        return order

    def place(self, code: str, base: str | None, mine: str | None, theirs: str | None) -> Resolution | None:
        return self.answers.settle(
            Conflict(
                id=f"{code}.order",
                kind="order",
                code=code,
                field="order",
                base=base,
                mine=mine,
                theirs=theirs,
                detail=f"{code} is moved by both sides: by {NAMES['mine']} {place_in_words(mine)}, "
                f"by {NAMES['theirs']} {place_in_words(theirs)}.",
            )
        )


def given_value(conflict: str, name: str, value: Any) -> Any:
    try:
        valid = valid_field(name, value)
    except ValidationError as error:
        raise MergeError(f"{conflict}: {error.errors()[0]['msg']}.") from error
    if valid is None:
        raise MergeError(f"{conflict}: a value is needed.")
    return valid


def put_after(order: list[str], code: str, other: Any) -> None:
    if other == code or (other is not None and other not in order):
        raise MergeError(f"{code}.order: the value is a task of the plan to come after, or null for the top.")
    order.remove(code)
    order.insert(0 if other is None else order.index(other) + 1, code)


def place_in_words(other: str | None) -> str:
    return f"to after {other}" if other else "to the top"
