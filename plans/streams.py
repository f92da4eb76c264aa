"""The streams of this app: a project's log, and the part of it that is about one task."""

from typing import Any

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import Forbidden, InvalidInput, NotFound
from plans.models import Membership, Role, Task
from plans.services import writing
from realtime import access
from realtime.access import Visible
from realtime.models import Event
from realtime.publishing import TaskRef, project_stream, publish_client_event

MAX_ID = 2**63 - 1


def role_in(project_id: str, actor: Actor) -> Role | None:
    role = (
        Membership.objects.filter(project_id=project_id, user_id=actor.user_id).values_list("role", flat=True).first()
    )
    return Role(role) if role else None


class ProjectStreams:
    def find(self, key: str, actor: Actor) -> Visible | None:
        return Visible(project_stream(key)) if "\x00" not in key and role_in(key, actor) else None


class TaskStreams:
    """A task's stream follows its code through all versions, whichever version's id was given."""

    def find(self, key: str, actor: Actor) -> Visible | None:
        if not (key.isascii() and key.isdigit() and int(key) <= MAX_ID and str(int(key)) == key):
            return None
        task = Task.objects.filter(pk=int(key)).values_list("plan__project_id", "code").first()
        if task is None or role_in(task[0], actor) is None:
            return None
        return Visible(project_stream(task[0]), task_code=task[1])


def publish_for(
    project_id: str,
    event_type: str,
    payload: Any,
    *,
    actor: Actor,
    task_code: str | None = None,
    key: str | None = None,
) -> Event:
    """Publish what a member says in a project; editors and owners may."""
    role = role_in(project_id, actor)
    if role is None:
        raise NotFound(f"There is no project {project_id!r} that you can see.")
    if role.rank < Role.EDITOR.rank:
        raise Forbidden("A viewer cannot publish; ask an owner for the editor role.")
    task = find_task(project_id, task_code) if task_code else None
    return publish_client_event(project_id, event_type, payload, actor=actor, task=task, key=key)


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
    access.register_publisher(publish_for)
    writing.register()
