"""An old project with all that says what is to be done in it: plans, tasks, contexts, artifacts."""

from django.db import transaction
from django.utils.text import slugify

from gamedev_gateway.legacy.arrival import Arrival
from gamedev_gateway.legacy.artifacts import place_artifacts
from gamedev_gateway.legacy.contexts import place_contexts
from gamedev_gateway.legacy.old_file import OldRow, name_of
from gamedev_gateway.legacy.plans import place_plans
from gamedev_gateway.legacy.reading import Reading
from gamedev_gateway.legacy.tasks import place_tasks
from plans.models import SLUG, Membership, Project, Role, Task, TaskPlan
from plans.services.progress import refresh_standing
from plans.services.projects import free_slug
from plans.spec import code_number
from realtime.models import Stream
from realtime.publishing import project_stream

FOLDER = "Folder in the first version: "
LONGEST_NAME = 200


@transaction.atomic(savepoint=False)
def place_project(arrival: Arrival, old_id: str) -> None:
    """One project in one transaction: all of it comes, or nothing. What came before is left as people have it now."""
    row = arrival.layout.projects[old_id]
    reading = Reading(row)
    if old_id not in arrival.slugs:
        if arrival.ledger.fate(row) is not None:
            return
        make_project(arrival, old_id, reading)
    project = Project.objects.select_for_update().get(pk=arrival.slugs[old_id])
    plans = place_plans(arrival, project, old_id, reading)
    place_tasks(arrival, project, old_id, plans)
    place_contexts(arrival, project, old_id)
    place_artifacts(arrival, old_id)
    if arrival.ledger.pending or project.pk in arrival.fresh:
        settle(arrival, project, reading)
    if project.pk in arrival.fresh:
        arrival.ledger.remember(reading, "project", project.pk, project.pk)
    arrival.ledger.flush()


def make_project(arrival: Arrival, old_id: str, reading: Reading) -> None:
    slug = slug_for(reading)
    path = reading.text("path")
    project = Project.objects.create(
        pk=slug,
        name=name_for(reading, slug),
        description=f"{FOLDER}{path}" if path else "",
        active=bool(reading.number("active", -(2**62), 2**62, 0)) and may_be_active(arrival, reading),
    )
    Stream.objects.get_or_create(name=project_stream(slug))
    if arrival.owner is not None:
        Membership.objects.create(project=project, user=arrival.owner, role=Role.OWNER)
    arrival.slugs[old_id] = slug
    arrival.fresh.add(slug)
    if slug != name_of(reading.raw("id")):
        arrival.renamed[name_of(reading.raw("id"))] = slug


def slug_for(reading: Reading) -> str:
    """The old id where it is one of ours and free; else one made from it, or from the name."""
    wanted = reading.text("id")
    fits = SLUG.regex.search(wanted) and len(wanted) <= 64  # type: ignore[union-attr]
    if fits and not Project.objects.filter(pk=wanted).exists():
        return wanted
    slug = free_slug(wanted if slugify(wanted) else reading.text("name"))
    reading.note(f"The id {wanted!r} is {'taken' if fits else 'not one of ours'}; it is {slug!r} now.")
    return slug


def name_for(reading: Reading, slug: str) -> str:
    name = reading.text("name", required=True)
    if not name.strip():
        reading.note(f"It has no name; it is called {slug} now.")
        return slug
    if len(name) > LONGEST_NAME:
        reading.note("name is too long; it is cut, and whole among the legacy rows.")
        return name[: LONGEST_NAME - 1] + "…"
    return name


def may_be_active(arrival: Arrival, reading: Reading) -> bool:
    """An owner works on one project at a time; the one that is active already stays it."""
    if arrival.owner is None:
        others = Project.objects.filter(memberships=None, active=True)
    else:
        others = Project.objects.filter(memberships__user=arrival.owner, memberships__role=Role.OWNER, active=True)
    if (other := others.first()) is None:
        return True
    reading.note(f"{other.pk} is the active project; this one rests.")
    return False


def settle(arrival: Arrival, project: Project, reading: Reading) -> None:
    """Status, current task and highest code, as the tasks say."""
    agreed = Task.objects.filter(plan__project=project).exclude(plan__status=TaskPlan.Status.PROPOSED)
    codes = agreed.values_list("code", flat=True)
    project.highest_code = max([project.highest_code, *map(code_number, codes)])
    project.save(update_fields=["highest_code"])
    refresh_standing(project)
    if project.pk in arrival.fresh:
        keep_current_task(arrival, project, reading)
        note_status(project, reading.row, reading)


def keep_current_task(arrival: Arrival, project: Project, reading: Reading) -> None:
    """The task that people were at stays the current one, where it still can be."""
    placed = arrival.tasks.get(name_of(reading.raw("current_task_id")))
    task = Task.objects.active().filter(pk=placed.ref.id, plan__project=project).first() if placed else None
    if task is not None and task.status not in (Task.Status.DONE, Task.Status.DROPPED):
        project.current_task = task
        project.save(update_fields=["current_task"])
    elif reading.raw("current_task_id") is not None:
        now = project.current_task.code if project.current_task else "none"
        reading.note(
            f"current_task_id {reading.raw('current_task_id')} cannot be worked on; the current task is {now}."
        )


def note_status(project: Project, row: OldRow, reading: Reading) -> None:
    if "status" in row.values and row.values["status"] != project.status:
        reading.note(f"status {row.values['status']!r} is {str(project.status)!r} now, as its plans say.")
