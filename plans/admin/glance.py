"""The state of a project at a glance: where it stands, what comes next, what happened last."""

from typing import Any

from plans import services
from plans.admin.log_words import event_in_words
from plans.consensus import Rule
from plans.models import Project, Task, TaskPlan
from realtime.models import Event
from realtime.publishing import project_stream

VERSIONS_SHOWN = 12
COLOURS = {
    "draft": "default",
    "consensus": "info",
    "active": "primary",
    "completed": "success",
    "proposed": "info",
    "accepted": "success",
    "superseded": "default",
    "pending": "default",
    "in_progress": "info",
    "blocked": "danger",
    "done": "success",
    "dropped": "default",
    "queued": "default",
    "running": "info",
    "failed": "danger",
    "cancelled": "default",
    "valid": "success",
    "invalid": "danger",
}
"""The colour of each status, of whatever."""


def rule_in_words(rule: Rule) -> str:
    """Who must agree: `1 approval by an owner or editor`."""
    roles = " or ".join(rule.roles)
    if rule.approvals == 1:
        return f"1 approval by an {roles}"
    return f"{rule.approvals} approvals, each by an {roles}"


def status_badge(status: str) -> tuple[str, str]:
    """A status as unfold draws it with `label=COLOURS`: its value for the colour, its words to read."""
    return status, status.replace("_", " ")


def last_events(project_id: str, count: int = 20) -> list[dict[str, Any]]:
    """The newest events of a project, in words."""
    events = Event.objects.filter(stream__name=project_stream(project_id)).order_by("-stream", "-seq")[:count]
    return [
        {"event": event, "told": told, "words": event_in_words(told)} for event in events for told in [event.as_dict()]
    ]


def project_at_a_glance(project: Project) -> dict[str, Any]:
    active = services.get_active_plan(project)
    next_task, choice = services.next_task(project)
    by_code = {task.code: task for task in active.tasks.all()} if active else {}
    return {
        "project": project,
        "rule": rule_in_words(project.rule),
        "colour": COLOURS[project.status],
        "missing": project.parsed_brief.missing(),
        "active_plan": active,
        "stats": active.stats() if active else None,
        "current_task": project.current_task,
        "next_task": next_task,
        "next_reason": choice.reason,
        "waiting": [(by_code[waiting.code], waiting.reason) for waiting in choice.blocked],
        "plans": project.plans.select_related("base")[:10],
        "events": last_events(project.pk),
        "log_url_query": f"stream={project_stream(project.pk)}",
    }


def plan_at_a_glance(plan: TaskPlan) -> dict[str, Any]:
    tasks = list(plan.tasks.all())
    live = [task for task in tasks if task.status != Task.Status.DROPPED]
    versions = list(plan.project.plans.order_by("-version")[:VERSIONS_SHOWN])
    return {
        "plan": plan,
        "colour": COLOURS[plan.status],
        "tasks": tasks,
        "titles": {task.code: task.title for task in tasks},
        "stats": plan.stats(),
        "points": sum(task.estimates.get("story_points", 0) for task in live),
        "hours": sum(task.estimates.get("time_hours", 0) for task in live),
        "versions": versions if plan in versions else [*versions, plan],
        "colours": COLOURS,
        "events": last_events(plan.project_id, 8),
        "log_url_query": f"stream={project_stream(plan.project_id)}",
    }
