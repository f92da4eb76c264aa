"""Old plans in our versions: each version once, one of them accepted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.legacy.arrival import FIRST_VERSION, Arrival
from gamedev_gateway.legacy.old_file import name_of
from gamedev_gateway.legacy.reading import Reading
from plans.models import Project, TaskPlan

STATUS = {
    **dict.fromkeys(["proposed", "draft", "pending", "open"], "proposed"),
    **dict.fromkeys(["accepted", "active", "approved"], "accepted"),
    **dict.fromkeys(["superseded", "rejected", "archived", "obsolete", "replaced"], "superseded"),
}
ORIGIN = {
    **dict.fromkeys(["ai", "agent", "assistant", "model"], "ai"),
    **dict.fromkeys(["user", "human", "manual"], "user"),
    "system": "system",
}
HIGHEST_VERSION = 2**31 - 1
PROPOSED, ACCEPTED, SUPERSEDED = (status.value for status in TaskPlan.Status)


def place_plans(arrival: Arrival, project: Project, old_id: str, told: Reading) -> dict[str, TaskPlan]:
    """The project's plans by their old ids, those that came before too."""
    rows = arrival.layout.plans.get(old_id, [])
    here = TaskPlan.objects.in_bulk([int(fate.became_id) for row in rows if (fate := arrival.ledger.fate(row))])
    found = {name_of(row.values.get("id")): fate for row in rows if (fate := arrival.ledger.fate(row))}
    plans = {name: here[int(fate.became_id)] for name, fate in found.items() if int(fate.became_id) in here}
    readings = [Reading(row) for row in rows if arrival.ledger.fate(row) is None]
    for reading, plan in read_plans(project, readings, told, arrival.now):
        created_at = plan.created_at
        plan.save(force_insert=True)
        TaskPlan.objects.filter(pk=plan.pk).update(created_at=created_at)
        arrival.ledger.remember(reading, "plan", plan.pk, project.pk)
        plans.setdefault(name_of(reading.raw("id")), plan)
    return plans


def read_plans(
    project: Project, readings: Sequence[Reading], told: Reading, now: datetime
) -> list[tuple[Reading, TaskPlan]]:
    taken = set(project.plans.values_list("version", flat=True))
    last_time = now
    pairs = []
    for reading in readings:
        last_time = reading.time("created_at", last_time) or last_time
        pairs.append((reading, read_plan(project, reading, taken, last_time)))
    take_active(pairs, told)
    keep_one_accepted(project, pairs)
    return pairs


def read_plan(project: Project, reading: Reading, taken: set[int], created_at: datetime) -> TaskPlan:
    if reading.raw("created_at") is None:
        reading.note(f"It has no created_at; {created_at} was taken.")
    created_by = reading.choice("created_by", ORIGIN, "system")
    return TaskPlan(
        project=project,
        version=free_version(reading, taken),
        status=reading.choice("status", STATUS, PROPOSED),
        summary=reading.text("summary"),
        created_by=created_by,
        author=author_of(created_by).as_json(),
        created_at=created_at,
    )


def author_of(kind: str) -> Actor:
    names: dict[str, Any] = {"ai": Actor("ai", "legacy", "an agent"), "user": Actor("user", "legacy", "a person")}
    return names.get(kind, FIRST_VERSION)


def free_version(reading: Reading, taken: set[int]) -> int:
    """The old number where it is free, else the next one."""
    wanted = reading.number("version", 1, HIGHEST_VERSION, 1) or 1
    version = wanted
    while version in taken or version > HIGHEST_VERSION:
        version = version % HIGHEST_VERSION + 1
    if version != wanted:
        reading.note(f"version {wanted} is there already; it is version {version} now.")
    taken.add(version)
    return version


def take_active(pairs: list[tuple[Reading, TaskPlan]], told: Reading) -> None:
    """The plan that the project called its active one is the accepted one, where none says so itself."""
    active = name_of(told.raw("active_plan_id"))
    if not active or any(plan.status == ACCEPTED for _, plan in pairs):
        return
    for reading, plan in pairs:
        if name_of(reading.raw("id")) == active and plan.status == PROPOSED:
            plan.status = ACCEPTED
            reading.note("It was proposed, but the project's active plan; it is accepted now.")
            return


def keep_one_accepted(project: Project, pairs: list[tuple[Reading, TaskPlan]]) -> None:
    """The newest accepted plan stays it. One agreed on in this gateway is not put aside by one that comes."""
    accepted = [(reading, plan) for reading, plan in pairs if plan.status == ACCEPTED]
    for _, plan in accepted:
        plan.accepted_at = plan.created_at
    if project.plans.accepted().exists():
        for reading, plan in accepted:
            plan.status, plan.accepted_at = PROPOSED, None
            reading.note("The project has an accepted plan here; this one is proposed. Accept it to put it in force.")
        return
    newest = max((plan.version for _, plan in accepted), default=None)
    for reading, plan in accepted:
        if plan.version != newest:
            plan.status = SUPERSEDED
            reading.note(f"Several plans were accepted; version {newest} stays it, this one is superseded.")
