"""What happens to contexts when work is done: a subscriber of the log, run after commit."""

from typing import Any

from contexts import services
from gamedev_gateway.core.correlation import correlated
from plans.models import Generation, Project
from plans.services.thinking import register_writer
from realtime.models import Event
from realtime.signals import event_committed

WORK = {"plan.accepted", "task.completed", "task.reopened", "task.blocked", "task.unblocked"}
"""After these, what is known has changed."""


def refresh_after(sender: str, event: Event, project_id: str, **kwargs: Any) -> None:
    if event.type in WORK and (project := Project.objects.filter(pk=project_id).first()):
        with correlated(event.correlation_id):
            services.refresh_contexts(project, after=event)


def register() -> None:
    event_committed.connect(refresh_after, dispatch_uid="contexts.refresh_after")
    register_writer(Generation.Kind.CONTEXT, services.ContextWriter())
