"""Which task comes next, and why. Pure arithmetic on the active plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from plans.graph import Downstream


class WorkItem(NamedTuple):
    """What the choice looks at."""

    code: str
    title: str
    status: str
    priority: int
    dependencies: Sequence[str]
    blocked_reason: str = ""
    claimed: bool = False


class Waiting(NamedTuple):
    """A task that cannot be started, and what it waits for."""

    code: str
    waiting_for: list[str]
    reason: str


@dataclass(frozen=True)
class NextTask:
    """`code` is None when nothing can be started; `reason` says why this one, or why none."""

    code: str | None
    reason: str
    blocked: list[Waiting]


def choose_next(items: Sequence[WorkItem], graph: Downstream | None = None) -> NextTask:
    """The ready task with the best priority; among equals the one that unblocks most, then the first in the plan.

    Ready is: pending, with every dependency done, and claimed by nobody. `items` are the live tasks of the active plan in its order;
    `graph` is what waits for what among them, where it is known already.
    """
    return replace(choose_several(items, 1, graph)[0], blocked=all_waiting(items))


def choose_several(items: Sequence[WorkItem], count: int, graph: Downstream | None = None) -> list[NextTask]:
    """As if chosen one after the other, each begun before the next is chosen. The last says why there are no more, if so; it alone
    tells what is blocked."""
    done = {item.code for item in items if item.status == "done"}
    ready = [item for item in items if is_ready(item, done)]
    unblocks = count_unblocked(items, ready, graph) if ready else {}
    best = sorted(ready, key=lambda item: (item.priority, -unblocks[item.code]))[:count]
    chosen = [
        NextTask(item.code, why_this(item, unblocks[item.code], len(ready) - place), [])
        for place, item in enumerate(best)
    ]
    if len(chosen) < count:
        begun = {item.code for item in best}
        left = [item._replace(status="in_progress") if item.code in begun else item for item in items]
        chosen.append(NextTask(None, why_none(left), all_waiting(items)))
    return chosen


def count_unblocked(items: Sequence[WorkItem], ready: Sequence[WorkItem], graph: Downstream | None) -> dict[str, int]:
    """How many tasks that are not done wait for each that is ready."""
    graph = graph or Downstream({item.code: item.dependencies for item in items})
    undone = graph.set_of(item.code for item in items if item.status != "done")
    return {item.code: graph.count(item.code, undone) for item in ready}


def is_ready(item: WorkItem, done: set[str]) -> bool:
    return item.status == "pending" and not item.claimed and done.issuperset(item.dependencies)


def all_waiting(items: Sequence[WorkItem]) -> list[Waiting]:
    done = {item.code for item in items if item.status == "done"}
    return [waiting for item in items if (waiting := why_waiting(item, done))]


def why_waiting(item: WorkItem, done: set[str]) -> Waiting | None:
    if item.status == "blocked":
        return Waiting(item.code, [], item.blocked_reason)
    missing = [code for code in item.dependencies if code not in done]
    if item.status == "pending" and missing:
        return Waiting(item.code, missing, f"waits for {', '.join(missing)}")
    return None


def why_this(item: WorkItem, unblocks: int, ready: int) -> str:
    waits = "all it depends on is done" if item.dependencies else "it depends on nothing"
    rank = "the only task that is ready" if ready == 1 else f"the best of {ready} ready tasks"
    frees = f", and {unblocks} other{'s' * (unblocks != 1)} wait{'s' * (unblocks == 1)} for it" if unblocks else ""
    return f"{item.code} is {rank}: priority {item.priority}, {waits}{frees}."


def why_none(items: Sequence[WorkItem]) -> str:
    if not items:
        return "The project has no active plan with tasks; generate one and accept it."
    statuses = [item.status for item in items]
    if all(status == "done" for status in statuses):
        return "Every task is done."
    running, stuck = statuses.count("in_progress"), statuses.count("blocked")
    claimed = sum(item.claimed and item.status == "pending" for item in items)
    held = f", {claimed} claimed" if claimed else ""
    return f"Nothing can be started: {running} in progress, {stuck} blocked{held}; the rest waits for them."
