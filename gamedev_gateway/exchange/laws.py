"""Rules between the rows of an export. What holds in the database is demanded of a file before any of it is written."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from gamedev_gateway.exchange.errors import ExchangeError
from gamedev_gateway.exchange.shape import ContextShape, PlanShape, ProjectExport
from plans.graph import find_cycle, missing_dependencies
from plans.spec import MAX_TASKS


def check_document(document: ProjectExport) -> None:
    """Raise ExchangeError naming the first rule that is broken, and where."""
    for broken in broken_laws(document):
        raise ExchangeError(broken)


def broken_laws(document: ProjectExport) -> Iterator[str]:
    yield from twice("members", (member.user for member in document.members))
    yield from broken_versions(document.plans)
    for index, plan in enumerate(document.plans):
        yield from broken_tasks(f"plans.{index}.tasks", plan)
    yield from broken_contexts(document.contexts, document.log.head)
    yield from not_counted("artifacts", [artifact.number for artifact in document.artifacts])
    if document.log.first > document.log.head + 1:
        yield "log.first: It is beyond the head."


def twice(place: str, values: Iterable[Hashable]) -> Iterator[str]:
    for value, times in Counter(values).items():
        if times > 1:
            yield f"{place}: {value} is there {times} times."


def not_counted(place: str, numbers: list[int]) -> Iterator[str]:
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"{place}: The numbers must be 1, 2, 3 … in this order."


def broken_versions(plans: list[PlanShape]) -> Iterator[str]:
    versions = [plan.version for plan in plans]
    yield from twice("plans", (f"version {version}" for version in versions))
    if versions != sorted(versions):
        yield "plans: The versions must be in their order."
    accepted = [plan.version for plan in plans if plan.status == "accepted"]
    if len(accepted) > 1:
        yield f"plans: Versions {' and '.join(map(str, accepted))} are both accepted; one may be."
    for index, plan in enumerate(plans):
        if plan.base is not None and (plan.base not in versions or plan.base >= plan.version):
            yield f"plans.{index}.base: There is no earlier version {plan.base}."


def broken_tasks(place: str, plan: PlanShape) -> Iterator[str]:
    yield from twice(place, (task.code for task in plan.tasks))
    edges = {task.code: task.dependencies for task in plan.tasks if task.status != "dropped"}
    if len(edges) > MAX_TASKS:
        yield f"{place}: A plan has at most {MAX_TASKS} tasks."
    for code, unknown in missing_dependencies(edges).items():
        yield f"{place}.{code}.dependencies: The plan has no task {', '.join(unknown)}."
        return
    if cycle := find_cycle(edges):
        yield f"{place}: Tasks depend on each other: {' → '.join(cycle)}."


def broken_contexts(contexts: list[ContextShape], head: int) -> Iterator[str]:
    yield from not_counted("contexts", [context.number for context in contexts])
    yield from twice("contexts", (f"{name_of(context)} version {context.version}" for context in contexts))
    active = (f"An active version of {name_of(context)}" for context in contexts if context.is_active)
    yield from twice("contexts", active)
    for index, context in enumerate(contexts):
        if context.based_on_seq > head:
            yield f"contexts.{index}.based_on_seq: The log ends at {head}."


def name_of(context: ContextShape) -> str:
    """`global`, or the code of the task."""
    return context.task_code or context.scope
