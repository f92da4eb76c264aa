"""What a version of a plan says new, code by code: the unit that people choose, merge and discuss.

A change is everything that a version says new about one code: a task added or dropped, fields changed, a task moved.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from plans.diff import FIELDS, plain
from plans.graph import separate_cycles
from plans.operations import Add, AnyOperation, ChangedFields, Drop, Move, NewTask, Update, without
from plans.order import moved_items, placed, predecessors
from plans.spec import MAX_DEPENDENCIES, MAX_TASKS, TaskSpec

Need = tuple[str, str, str]
"""Which change needs which other, and why."""


class NeedsMore(ValueError):
    """Changes that cannot be taken without others: `needs` maps a code that was asked for to {code: why}."""

    def __init__(self, needs: dict[str, dict[str, str]]) -> None:
        super().__init__(" ".join(f"{why}." for more in needs.values() for why in more.values()))
        self.needs = needs


class Unchanged(ValueError):
    """Codes of which the proposal says nothing new: `codes`."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"The proposal changes nothing about {', '.join(codes)}.")
        self.codes = list(codes)


@dataclass(frozen=True)
class Version:
    """A proposal and what it was made from."""

    base: Sequence[TaskSpec]
    tasks: Sequence[TaskSpec]


@dataclass(frozen=True)
class Overlap:
    """A code that two proposals change. `one` and `other` say what each changes of it: names of fields, or "added",
    "dropped", "moved". They agree when nothing of it is to become two different things."""

    code: str
    one: list[str]
    other: list[str]
    agree: bool


def changed_codes(before: Sequence[TaskSpec], after: Sequence[TaskSpec]) -> list[str]:
    """The codes about which `after` says something new, in reading order; a dropped one where it was."""
    old, new = by_code(before), by_code(after)
    moved = set(moved_items(list(old), list(new)))
    reading = placed(list(new), old.keys() - new.keys(), like=list(old))
    return [code for code in reading if code in moved or old.get(code) != new.get(code)]


def by_code(tasks: Sequence[TaskSpec]) -> dict[str, TaskSpec]:
    return {task.code: task for task in tasks}


# What is said


def change_digests(base: Sequence[TaskSpec], proposal: Sequence[TaskSpec]) -> dict[str, str]:
    """For each changed code a SHA-256 of what the change says, so that a review knows whether what it saw still stands.

    What else the proposal changes does not count, nor do the places of tasks, but for one that is only moved.
    """
    return {code: digest(essence(said)) for code, said in what_is_said(base, proposal).items()}


def essence(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """A change without the move that comes with it: which of two swapped tasks counts as moved is arbitrary."""
    return {name: value for name, value in said.items() if name != "moved"} or said


def digest(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def overlaps(one: Version, other: Version) -> list[Overlap]:
    """The codes that two proposals both change, in the reading order of the first."""
    mine, theirs = what_is_said(one.base, one.tasks), what_is_said(other.base, other.tasks)
    return [
        Overlap(code, list(said), list(theirs[code]), agree=can_stand_together(said, theirs[code]))
        for code, said in mine.items()
        if code in theirs
    ]


def can_stand_together(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if {"added", "dropped"} & {*one, *other}:
        return one.keys() == other.keys() and one.get("added") == other.get("added")
    return all(one[name]["to"] == other[name]["to"] for name in one if name in other)


def what_is_said(before: Sequence[TaskSpec], after: Sequence[TaskSpec]) -> dict[str, dict[str, Any]]:
    """Per changed code either {"added": task}, {"dropped": task}, or {field: {"from", "to"}} with "moved" among them,
    whose `to` is the unmoved task that the moved one comes after, None for the top."""
    old, new = by_code(before), by_code(after)
    moved = set(moved_items(list(old), list(new)))
    places = predecessors(list(new), among=(old.keys() & new.keys()) - moved)
    said: dict[str, dict[str, Any]] = {}
    for code in changed_codes(before, after):
        if code not in old:
            said[code] = {"added": plain(new[code])}
        elif code not in new:
            said[code] = {"dropped": plain(old[code])}
        else:
            said[code] = field_changes(old[code], new[code])
            if code in moved:
                said[code]["moved"] = {"to": places[code]}
    return said


def field_changes(before: TaskSpec, after: TaskSpec) -> dict[str, Any]:
    return {
        name: {"from": plain(old), "to": plain(new)}
        for name in FIELDS
        if (old := getattr(before, name)) != (new := getattr(after, name))
    }


# The way from one version to another


def operations_between(before: Sequence[TaskSpec], after: Sequence[TaskSpec]) -> list[AnyOperation]:
    """The net operations that lead from one plan to another; `repeat_operations` with them gives exactly `after`.

    `after` has at least one task. What a drop does to those who waited is not told again as an update.
    """
    old, new = by_code(before), by_code(after)
    drops = [Drop(op="drop", code=code) for code in old if code not in new]
    adds = [Add(op="add", task=as_new(task), idx=idx) for idx, task in enumerate(after) if task.code not in old]
    if len(drops) == len(
        old
    ):  # Nothing stays, and a plan is never empty: the first new task comes before the last drop.
        return [*drops[:-1], *adds[:1], *drops[-1:], *adds[1:]]
    return [*updates(before, drops, new), *drops, *moves([code for code in old if code in new], list(new)), *adds]


def as_new(task: TaskSpec) -> NewTask:
    return NewTask.model_validate(task.model_dump(exclude_defaults=True))


def updates(before: Sequence[TaskSpec], drops: Sequence[Drop], new: Mapping[str, TaskSpec]) -> list[Update]:
    """What is left to change once the drops have rewired who waited. It can be done before them, as no task that stays
    waits for one that goes."""
    return [
        Update(op="update", code=task.code, fields=ChangedFields.model_validate(fields))
        for task in without(before, [drop.code for drop in drops])
        if (fields := {name: change["to"] for name, change in field_changes(task, new[task.code]).items()})
    ]


def moves(order: list[str], wanted: Sequence[str]) -> list[Move]:
    """The moves that bring codes into the order in which `wanted` has them."""
    order = list(order)
    present = set(order)
    places = predecessors(wanted, among=present)
    found = []
    for code in moved_items(order, wanted):
        order.remove(code)
        before = places[code]
        idx = 0 if before is None else order.index(before) + 1
        order.insert(idx, code)
        found.append(Move(op="move", code=code, idx=idx))
    return found


# A part of a proposal


def take_only(
    base: Sequence[TaskSpec],
    proposal: Sequence[TaskSpec],
    codes: Collection[str],
    *,
    together: Sequence[Collection[str]] = (),
) -> list[TaskSpec]:
    """The base with the changes of these codes only. Whatever waited for a task that is dropped now waits for what that
    one waited for. `together` are codes that are taken all or none, such as the parts of a split.

    Raises Unchanged, and NeedsMore, which names all that has to be taken too.
    """
    choice = Choice(base, proposal, together)
    if unchanged := sorted(set(codes) - choice.changed.keys()):
        raise Unchanged(unchanged)
    taken = {code: code for code in choice.changed if code in codes}
    needs: dict[str, dict[str, str]] = {}
    while found := choice.needs(taken):
        for asking, needed, why in found:
            if needed not in taken:
                taken[needed] = taken[asking]
                needs.setdefault(taken[asking], {})[needed] = why
    if needs:
        raise NeedsMore(needs)
    return choice.plan(taken)


class Choice:
    """A proposal of which some changes are taken."""

    def __init__(
        self, base: Sequence[TaskSpec], proposal: Sequence[TaskSpec], together: Sequence[Collection[str]]
    ) -> None:
        self.old, self.new = by_code(base), by_code(proposal)
        self.changed = dict.fromkeys(changed_codes(base, proposal))
        self.moved = set(moved_items(list(self.old), list(self.new)))
        self.together = [[code for code in self.changed if code in group] for group in together]

    def plan(self, taken: Collection[str]) -> list[TaskSpec]:
        tasks = by_code(self.tasks(taken))
        added = {code for code in taken if code not in self.old}
        like = [code for code in self.new if code not in self.moved or code in taken]
        order = placed(list(tasks), added | self.moved.intersection(taken), like=like)
        return [tasks[code] for code in order]

    def tasks(self, taken: Collection[str]) -> list[TaskSpec]:
        """The tasks of the partial plan, not in their order yet."""
        added = [self.new[code] for code in taken if code not in self.old]
        kept = [self.new.get(code, task) if code in taken else task for code, task in self.old.items()]
        return without([*kept, *added], [code for code in self.old if code in taken and code not in self.new])

    # What is needed besides

    def needs(self, taken: Collection[str]) -> list[Need]:
        """What has to be taken too before the plan can be lawful; each kind once there is nothing of those before it."""
        return (
            [*self.of_new_tasks(taken), *self.of_groups(taken)]
            or [*self.of_size(taken)]
            or [*self.of_graph(self.tasks(taken), taken)]
        )

    def of_new_tasks(self, taken: Collection[str]) -> Iterable[Need]:
        for code in taken:
            for dependency in self.new[code].dependencies if code in self.new else ():
                if dependency not in self.old and dependency not in taken:
                    yield code, dependency, f"{code} waits for {dependency}, which only this proposal adds"

    def of_groups(self, taken: Collection[str]) -> Iterable[Need]:
        for group in self.together:
            if asking := next((code for code in group if code in taken), None):
                for code in group:
                    if code not in taken:
                        yield asking, code, f"{asking} and {code} belong together: they come from one split or merge"

    def of_size(self, taken: Collection[str]) -> Iterable[Need]:
        """A plan is neither empty nor too large."""
        asking = next(iter(taken), "")
        adds = [code for code in self.changed if code not in self.old]
        drops = [code for code in self.changed if code not in self.new]
        size = len(self.old) + sum(code in taken for code in adds) - sum(code in taken for code in drops)
        first = next((code for code in adds if not set(adds).intersection(self.new[code].dependencies)), None)
        if not size and first:
            yield asking, first, f"a plan needs at least one task, and {first} is the first that this proposal adds"
        for code in [code for code in drops if code not in taken][: max(size - MAX_TASKS, 0)]:
            yield asking, code, f"a plan has at most {MAX_TASKS} tasks, and {code} makes room"

    def of_graph(self, tasks: Sequence[TaskSpec], taken: Collection[str]) -> Iterable[Need]:
        """What undoes the cycles that the whole proposal has not, and what relieves tasks left waiting for too many.

        Of several changes that undo a cycle one is named, even if another cycle asks for another of them.
        """
        for cycle in separate_cycles({task.code: task.dependencies for task in tasks}):
            asking = next(code for code in cycle if code in taken)
            needed = self.way_out(cycle)
            yield asking, needed, f"without the change of {needed}, tasks would wait in a circle: {' → '.join(cycle)}"
        for task in tasks:
            if len(task.dependencies) > MAX_DEPENDENCIES:
                asking = next(code for code in taken if code not in self.new)
                yield asking, task.code, f"without its own change, {task.code} would wait for too many tasks"

    def way_out(self, cycle: Sequence[str]) -> str:
        """A task of the cycle whose waiting for the next one the proposal ends; rather one that it changes than drops."""
        waiting = pairwise(cycle)
        ended = [code for code, other in waiting if code not in self.new or other not in self.new[code].dependencies]
        return next((code for code in ended if code in self.new), ended[0])
