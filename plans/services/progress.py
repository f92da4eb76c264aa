"""What follows from the state of the tasks: the project's status, its current task, the next one."""

import json
from functools import lru_cache

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from gamedev_gateway.core.actors import Actor
from plans.errors import TaskSuperseded
from plans.graph import Downstream
from plans.models import Project, Task, TaskPlan
from plans.next_task import NextTask, WorkItem, choose_next
from realtime import event_types
from realtime.publishing import publish

COLUMNS = ("code", "title", "status", "priority", "waits_for", "blocked_reason")
"""What the choice of the next task looks at. Plans have thousands of tasks, and whole rows of them take long to read."""
WAITS_FOR = Cast("dependencies", TextField())
GRAPHS_KEPT = 8


def live_tasks(project: Project) -> QuerySet[Task]:
    """The tasks of the active plan that are not dropped, in its order."""
    return Task.objects.active().filter(plan__project=project).exclude(status=Task.Status.DROPPED)


def next_task(project: Project) -> tuple[Task | None, NextTask]:
    """The task to begin next, and the choice with its reason. Looks at the active plan alone."""
    choice = choose_next(*work_graph(project))
    if choice.code is None:
        return None, choice
    return live_tasks(project).select_related("plan").get(code=choice.code), choice


def work_items(project: Project) -> list[WorkItem]:
    """The live tasks as the choice sees them; those that somebody holds are claimed."""
    return work_graph(project)[0]


def work_graph(project: Project) -> tuple[list[WorkItem], Downstream]:
    """The same, with what waits for what among them."""
    claimed = set(project.claims.open().values_list("resource", flat=True))
    rows = list(live_tasks(project).annotate(waits_for=WAITS_FOR).values_list(*COLUMNS))
    graph = graph_told(tuple((code, waits_for) for code, _, _, _, waits_for, _ in rows))
    items = [
        WorkItem(code, title, status, priority, graph.edges[code], blocked_reason, code in claimed)
        for code, title, status, priority, _, blocked_reason in rows
    ]
    return items, graph


def live_graph(project: Project) -> Downstream:
    """What waits for what among the live tasks."""
    return graph_told(tuple(live_tasks(project).annotate(waits_for=WAITS_FOR).values_list("code", "waits_for")))


@lru_cache(GRAPHS_KEPT)
def graph_told(rows: tuple[tuple[str, str], ...]) -> Downstream:
    """The graph of tasks from (code, its dependencies as JSON). It stays the same as long as a plan is the active one."""
    return Downstream({code: json.loads(waits_for) for code, waits_for in rows})


def check_workable(task: Task, project: Project) -> None:
    """Raise TaskSuperseded for a task of a plan that is not the active one."""
    if task.plan.status != TaskPlan.Status.ACCEPTED:
        raise TaskSuperseded(task, Task.objects.active().filter(plan__project=project, code=task.code).first())


def refresh_standing(project: Project) -> bool:
    """Bring status and current task of a locked project up to date with its tasks. True when the status is another."""
    before = project.status
    project.status = standing_of(project)
    project.current_task = current_task(project)
    project.save(update_fields=["status", "current_task", "updated_at"])
    return project.status != before


def announce_standing(project: Project, actor: Actor) -> None:
    publish(project.pk, event_types.Project(action="status", changes={"status": project.status}), actor=actor)


def standing_of(project: Project) -> Project.Status:
    tasks = live_tasks(project)
    if tasks.exclude(status=Task.Status.DONE).exists():
        return Project.Status.ACTIVE
    if tasks.exists():
        return Project.Status.COMPLETED
    return Project.Status.CONSENSUS if project.plans.exists() else Project.Status.DRAFT


def current_task(project: Project) -> Task | None:
    """The task begun last of those in progress; when none is, the one to begin next, whoever holds it."""
    tasks = live_tasks(project)
    running = tasks.filter(status=Task.Status.IN_PROGRESS, started_at__isnull=False)
    if latest := running.order_by("-started_at", "-pk").first():
        return latest
    items, graph = work_graph(project)
    code = choose_next([item._replace(claimed=False) for item in items], graph).code
    return tasks.get(code=code) if code else None
