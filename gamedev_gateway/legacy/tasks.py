"""Old tasks in their plans: codes, dependencies, work."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from gamedev_gateway.legacy.arrival import FIRST_VERSION, Arrival, PlacedTask
from gamedev_gateway.legacy.codes import CodeBook, drop_cycles, named_dependencies, read_code
from gamedev_gateway.legacy.old_file import OldRow, name_of
from gamedev_gateway.legacy.reading import Reading, whole_number
from gamedev_gateway.legacy.wording import Wording, evidence_of
from plans.models import Project, Task, TaskPlan
from plans.spec import MAX_DEPENDENCIES

IMPORTED = "imported"
STATUS = {
    **dict.fromkeys(["pending", "todo", "to_do", "open", "new", "ready", "not_started", "planned"], "pending"),
    **dict.fromkeys(["in_progress", "inprogress", "doing", "active", "started", "running", "wip"], "in_progress"),
    **dict.fromkeys(["blocked", "on_hold", "waiting", "paused"], "blocked"),
    **dict.fromkeys(["done", "completed", "complete", "finished", "closed"], "done"),
    **dict.fromkeys(["dropped", "cancelled", "canceled", "skipped", "removed"], "dropped"),
}
BEGUN = {"in_progress", "blocked", "done"}
Placing = tuple[Reading, Task]


def place_tasks(arrival: Arrival, project: Project, old_id: str, plans: dict[str, TaskPlan]) -> None:
    """The project's tasks that are new, each in its plan."""
    fresh = [row for row in arrival.layout.tasks.get(old_id, []) if arrival.ledger.fate(row) is None]
    book = CodeBook(Task.objects.filter(plan__project=project).values_list("code", flat=True))
    readings = [Reading(row) for row in fresh]
    book.reserve(code_text(reading) for reading in readings)
    for plan, members in by_plan(project, readings, plans):
        if plan.status == TaskPlan.Status.PROPOSED or not plan.tasks.exists():
            place_in_plan(arrival, plan, members, book)
            continue
        for reading in members:
            reason = f"Version {plan.version} of its plan is {plan.status} here, and such a plan never changes."
            arrival.ledger.keep(reading.row, reason, project.pk)


def by_plan(
    project: Project, readings: Sequence[Reading], plans: dict[str, TaskPlan]
) -> list[tuple[TaskPlan, list[Reading]]]:
    """The tasks of each plan. Those without one get a plan that is called so."""
    groups: dict[str, list[Reading]] = defaultdict(list)
    for reading in sorted(readings, key=lambda reading: place_of(reading.row)):
        name = name_of(reading.raw("plan_id"))
        groups[name if name in plans else ""].append(reading)
        if name not in plans:
            lack = f"Its plan {name} is not there" if name else "It had no plan"
            reading.note(f"{lack}; it is in the plan “{IMPORTED}” now.")
    loose = groups.pop("", [])
    pairs = [(plans[name], members) for name, members in groups.items()]
    return [*pairs, (imported_plan(project, loose), loose)] if loose else pairs


def place_of(row: OldRow) -> tuple[int, int]:
    number = whole_number(row.values.get("idx"))
    return (number if number is not None else 0, whole_number(row.values.get("id")) or 0)


def imported_plan(project: Project, loose: Sequence[Reading]) -> TaskPlan:
    """The plan of tasks without one. Where people had begun to work, and nothing else is agreed on, it is accepted."""
    mine = project.plans.filter(summary=IMPORTED, author=FIRST_VERSION.as_json())
    if (found := mine.order_by("-version").first()) is not None:
        return found
    begun = any(STATUS.get(str(reading.raw("status")).strip().lower()) in BEGUN for reading in loose)
    accepted = begun and not project.plans.accepted().exists()
    plan = TaskPlan(project=project, version=(project.plans.aggregate(last=Max("version"))["last"] or 0) + 1)
    plan.summary, plan.created_by, plan.author = IMPORTED, "system", FIRST_VERSION.as_json()
    plan.status = TaskPlan.Status.ACCEPTED if accepted else TaskPlan.Status.PROPOSED
    plan.save()
    if accepted:
        plan.accepted_at = plan.created_at
        plan.save()
    return plan


def code_text(reading: Reading) -> str:
    """What the task was called: its code, and before there were codes its task_id."""
    return next((name for column in ("code", "task_id") if (name := name_of(reading.raw(column)).strip())), "")


def place_in_plan(arrival: Arrival, plan: TaskPlan, members: Sequence[Reading], book: CodeBook) -> None:
    there = {task.code: task for task in plan.tasks.all()}
    placings: list[Placing] = []
    used: dict[str, Any] = dict(there)
    for idx, reading in enumerate(members, len(there)):
        code = give_code(reading, book, used)
        task = Task(plan=plan, idx=idx, code=code, **Wording(reading).fields(code), **work_of(reading))
        begin_when_planned(reading, task)
        placings.append((reading, task))
        used[code] = task
    link(placings, there)
    for (reading, _), task in zip(placings, Task.objects.bulk_create([task for _, task in placings]), strict=True):
        arrival.ledger.remember(reading, "task", task.pk, plan.project_id)
        arrival.tasks.setdefault(name_of(reading.raw("id")), PlacedTask(plan.project_id, task.ref))


def begin_when_planned(reading: Reading, task: Task) -> None:
    """A task in progress has a beginning, so that it can be the current one."""
    if task.status == Task.Status.IN_PROGRESS and task.started_at is None:
        task.started_at = task.plan.created_at
        reading.note(f"It was in progress, but nobody wrote since when; {task.started_at} was taken.")


def give_code(reading: Reading, book: CodeBook, used: dict[str, Any]) -> str:
    text = code_text(reading)
    code = book.code_for(text, used)
    if code != text:
        why = "is there twice" if read_code(text) in used else "is not one of ours" if text else "is missing"
        reading.note(f"The code {text!r} {why}; it is {code} now.")
    return code


def work_of(reading: Reading) -> dict[str, Any]:
    """What was done about the task."""
    status = reading.choice("status", STATUS, "pending")
    started_at = reading.time("started_at", None)
    completed_at = reading.time("completed_at", started_at)
    return {
        "status": status,
        "progress": 100 if status == "done" else 0,
        "priority": reading.number("priority", 1, 5, 3),
        "evidence": evidence_of(reading),
        "started_at": started_at or (completed_at if reading.raw("started_at") is not None else None),
        "completed_at": completed_at,
    }


def link(placings: Sequence[Placing], there: dict[str, Task]) -> None:
    """Dependencies by code: unknown ones, and those that close a cycle, are dropped and noted."""
    names = names_of(placings, there)
    edges = {code: list(task.dependencies) for code, task in there.items()}
    for reading, task in placings:
        edges[task.code] = known_dependencies(reading, task, names)
    readings = {task.code: reading for reading, task in placings}
    for code, dependency in drop_cycles(edges):
        readings[code].note(f"The dependency on {dependency} closed a cycle; it was dropped.")
    for _, task in placings:
        task.dependencies = edges[task.code]


def names_of(placings: Sequence[Placing], there: dict[str, Task]) -> dict[str, str]:
    """Each name by which a task of the plan may be called, with its code; a code wins over an old row's id."""
    names = {code: code for code in there}
    for column in ("code", "task_id", "id"):
        for reading, task in placings:
            names.setdefault(name_of(reading.raw(column)).strip(), task.code)
    names.pop("", None)
    return names


def known_dependencies(reading: Reading, task: Task, names: dict[str, str]) -> list[str]:
    found: list[str] = []
    for name in named_dependencies(reading.raw("deps_json")):
        code = names.get(name.strip()) or names.get(read_code(name) or "")
        if code is None or code == task.code:
            reading.note(
                f"The dependency {name!r} {'is the task itself' if code else 'names no task of its plan'}; dropped."
            )
        elif code not in found:
            found.append(code)
    if len(found) > MAX_DEPENDENCIES:
        reading.note(f"It has {len(found)} dependencies; the first {MAX_DEPENDENCIES} were taken.")
    return found[:MAX_DEPENDENCIES]
