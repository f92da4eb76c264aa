"""Bringing an old file over: projects, then what happened in them, then every row that has not found a place."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Min

from gamedev_gateway.core.correlation import correlated
from gamedev_gateway.legacy.arrival import Arrival
from gamedev_gateway.legacy.ledger import pages
from gamedev_gateway.legacy.log import place_log
from gamedev_gateway.legacy.old_file import NEVER_CHANGES, OldFile, OldRow, name_of
from gamedev_gateway.legacy.projects import place_project
from gamedev_gateway.legacy.timetable import TIMES
from plans.history import keep_now
from plans.models import Project
from realtime.models import Event
from realtime.publishing import project_stream

Progress = Callable[[int], object]


def bring_over(old: OldFile, *, owner: Any = None, progress: Progress = lambda count: None) -> Arrival:
    """Bring every row of the file that has not come yet, in short transactions. Stopped, it goes on where it was."""
    with correlated():
        arrival = Arrival.of(old, owner)
        for old_id in arrival.layout.projects:
            place_project(arrival, old_id)
        place_log(arrival, progress)
        for table in old.tables:
            keep_the_rest(arrival, table, progress)
        for project_id in arrival.fresh:
            date_project(project_id)
            keep_now(Project.objects.get(pk=project_id))
    return arrival


def keep_the_rest(arrival: Arrival, table: str, progress: Progress) -> None:
    """What has no place among ours is kept as it was, with the reason."""
    if arrival.ledger.is_new and arrival.ledger.count(table) == arrival.old.count(table):
        return
    for page in pages(arrival.old.rows(table)):
        with transaction.atomic(savepoint=False):
            rest = arrival.ledger.unknown(page)
            for row in rest:
                arrival.ledger.keep(row, reason_of(arrival, row), project_named_by(arrival, row))
            arrival.ledger.flush()
        progress(len(rest) if table in TIMES else len(page))


def project_named_by(arrival: Arrival, row: OldRow) -> str:
    name = name_of(row.values.get("project_id"))
    return arrival.slugs.get(name, name)


def reason_of(arrival: Arrival, row: OldRow) -> str:
    if row.table not in NEVER_CHANGES:
        return "The first version had no such table."
    if not arrival.old.keys[row.table]:
        return "Its table has no row numbers, so it has no order."
    if row.table == "projects":
        return "Another project has the same id." if arrival.ledger.is_new else "It came before, and was deleted here."
    if row.table in ("agent_messages", "artifacts"):
        return f"Neither its task nor its session {name_of(row.values.get('session_id'))} is in a project that came."
    return (
        f"There is no project {name_of(row.values.get('project_id'))!r}: it was deleted in the first version, or here."
    )


def date_project(project_id: str) -> None:
    """The first version kept no date of a project: it is as old as the oldest thing in it."""
    project = Project.objects.filter(pk=project_id)
    events = Event.objects.filter(stream__name=project_stream(project_id)).aggregate(first=Min("timestamp"))
    oldest = project.aggregate(plan=Min("plans__created_at"), context=Min("contexts__created_at"))
    times = [time for time in (events["first"], *oldest.values()) if time is not None]
    if times:
        project.update(created_at=min(times))
