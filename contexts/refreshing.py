"""What happens to contexts when work is done: a subscriber of the log, run after commit."""

from typing import Any

from django.db import models

from contexts import services
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.correlation import correlated
from plans.models import Generation, Project
from plans.services import generations
from realtime.models import Event
from realtime.signals import event_committed

WORK = {"plan.accepted", "task.completed", "task.reopened", "task.blocked", "task.unblocked"}
"""After these, what is known has changed."""


def refresh_after(sender: str, event: Event, project_id: str, **kwargs: Any) -> None:
    if event.type in WORK and (project := Project.objects.filter(pk=project_id).first()):
        with correlated(event.correlation_id):
            services.refresh_contexts(project, after=event)


def write_context(project: Project, request: dict[str, Any], actor: Actor) -> models.Model:
    return services.generate_context(project, scope=request["scope"], task=request.get("task", ""), actor=actor)


def register() -> None:
    event_committed.connect(refresh_after, dispatch_uid="contexts.refresh_after")
    generations.register_work(Generation.Kind.CONTEXT, write_context)
