"""What follows from the state of the tasks: the project's status, its current task, the next one."""

from gamedev_gateway.core.actors import Actor
from plans.models import Project, Task
from plans.next_task import NextTask, WorkItem, choose_next
from realtime import event_types
from realtime.publishing import publish


def live_tasks(project: Project) -> list[Task]:
    """The tasks of the active plan that are not dropped, in its order."""
    return list(
        Task.objects.active().filter(plan__project=project).exclude(status=Task.Status.DROPPED).select_related("plan")
    )


def next_task(project: Project) -> tuple[Task | None, NextTask]:
    """The task to begin next, and the choice with its reason. Looks at the active plan alone."""
    tasks = live_tasks(project)
    choice = choose_next([work_item(task) for task in tasks])
    return next((task for task in tasks if task.code == choice.code), None), choice


def work_item(task: Task) -> WorkItem:
    return WorkItem(
        code=task.code,
        title=task.title,
        status=task.status,
        priority=task.priority,
        dependencies=task.dependencies,
        blocked_reason=task.blocked_reason,
    )


def refresh_standing(project: Project) -> bool:
    """Bring status and current task of a locked project up to date with its tasks. True when the status is another."""
    tasks = live_tasks(project)
    before = project.status
    project.status = standing_of(project, tasks)
    project.current_task = current_of(tasks)
    project.save(update_fields=["status", "current_task", "updated_at"])
    return project.status != before


def announce_standing(project: Project, actor: Actor) -> None:
    publish(project.pk, event_types.Project(action="status", changes={"status": project.status}), actor=actor)


def standing_of(project: Project, tasks: list[Task]) -> Project.Status:
    if tasks:
        finished = all(task.status == Task.Status.DONE for task in tasks)
        return Project.Status.COMPLETED if finished else Project.Status.ACTIVE
    return Project.Status.CONSENSUS if project.plans.exists() else Project.Status.DRAFT


def current_of(tasks: list[Task]) -> Task | None:
    """The task begun last of those in progress; when none is, the one to begin next."""
    running = [task for task in tasks if task.status == Task.Status.IN_PROGRESS and task.started_at]
    if running:
        return max(running, key=lambda task: (task.started_at, task.pk))
    code = choose_next([work_item(task) for task in tasks]).code if tasks else None
    return next((task for task in tasks if task.code == code), None)
