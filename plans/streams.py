"""The streams of this app: a project's log, and the part of it that is about one task."""

from collections.abc import Sequence, Set
from functools import cache, partial
from typing import Any

from django.db import connection

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import Forbidden, GatewayError, InvalidInput, NotFound
from plans.models import Membership, Role, Task
from plans.services import verifying, writing
from realtime import access
from realtime.access import Visible
from realtime.models import Event
from realtime.publishing import TaskRef, project_stream
from realtime.spoken import Spoken, publish_spoken

MAX_ID = 2**63 - 1


def role_in(project_id: str, actor: Actor) -> Role | None:
    role = (
        Membership.objects.filter(project_id=project_id, user_id=actor.user_id).values_list("role", flat=True).first()
    )
    return Role(role) if role else None


def parse_id(key: str) -> int | None:
    """The id that a stream's key is, written in the one way in which it is written; None when it is none."""
    is_id = key.isascii() and key.isdigit() and int(key) <= MAX_ID and str(int(key)) == key
    return int(key) if is_id else None


class ProjectStreams:
    def find(self, key: str, actor: Actor) -> Visible | None:
        return Visible(project_stream(key)) if "\x00" not in key and role_in(key, actor) else None


class TaskStreams:
    """A task's stream follows its code through all versions, whichever version's id was given."""

    def find(self, key: str, actor: Actor) -> Visible | None:
        if (task_id := parse_id(key)) is None:
            return None
        task = Task.objects.filter(pk=task_id).values_list("plan__project_id", "code").first()
        if task is None or role_in(task[0], actor) is None:
            return None
        return Visible(project_stream(task[0]), task_code=task[1])


def publish_for_members(spoken: Sequence[Spoken]) -> list[Event | GatewayError]:
    """Publish what members say in their projects; editors and owners may.

    Projects are taken in the order of their names, so that two who publish into the same ones wait for each other instead of
    each for ever.
    """
    results: dict[int, Event | GatewayError] = {}
    roles = roles_of(spoken)
    allowed: dict[str, list[int]] = {}
    for place, said in enumerate(spoken):
        if refusal := refuse(said, roles.get((said.project_id, said.actor.user_id))):
            results[place] = refusal
        else:
            allowed.setdefault(said.project_id, []).append(place)
    for project_id, places in sorted(allowed.items()):
        published = publish_spoken(
            project_id, [spoken[place] for place in places], cache(partial(find_task, project_id))
        )
        results.update(zip(places, published, strict=True))
    return [results[place] for place in range(len(spoken))]


def roles_of(spoken: Sequence[Spoken]) -> dict[tuple[str, int], Role]:
    """The role of each (project, user) among those who speak.

    In SQL, since it is asked for every event: the ORM takes longer to say it than the database to answer, as long as all the
    rest of a publication.
    """
    projects = {said.project_id for said in spoken}
    users = {said.actor.user_id for said in spoken}
    query = (
        f"SELECT project_id, user_id, role FROM {Membership._meta.db_table} "  # noqa: S608
        f"WHERE project_id IN ({places(projects)}) AND user_id IN ({places(users)})"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [*projects, *users])
        return {(project_id, user_id): Role(role) for project_id, user_id, role in cursor.fetchall()}


def places(values: Set[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def refuse(said: Spoken, role: Role | None) -> GatewayError | None:
    if role is None:
        return NotFound(f"There is no project {said.project_id!r} that you can see.")
    if role.rank < Role.EDITOR.rank:
        return Forbidden("A viewer cannot publish; ask an owner for the editor role.")
    return None


def check_may_write(project_id: str, actor: Actor) -> None:
    """NotFound for strangers, Forbidden for viewers."""
    role = role_in(project_id, actor)
    if role is None:
        raise NotFound("There is no such thing that you can see.")
    if role.rank < Role.EDITOR.rank:
        raise Forbidden("A viewer changes nothing; ask an owner for the editor role.")


def find_task(project_id: str, code: str) -> TaskRef:
    """The task that a code means now: in the active plan, or in the newest version that has it."""
    tasks = Task.objects.filter(plan__project_id=project_id, code=code).select_related("plan")
    task = tasks.filter(plan__status="accepted").first() or tasks.order_by("-plan__version").first()
    if task is None:
        raise InvalidInput({"task": [f"The project has no task {code}."]})
    return task.ref


def register() -> None:
    access.register_kind("project", ProjectStreams())
    access.register_kind("task", TaskStreams())
    access.register_publisher(publish_for_members)
    verifying.register()
    writing.register()
