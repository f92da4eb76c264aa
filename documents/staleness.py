"""What happens to documents when the plan changes: a subscriber of the log, run after commit."""

from typing import Any

from django.db import transaction

from documents.models import Section
from documents.services.telling import active_refs, tell_of_section
from gamedev_gateway.core.actors import SYSTEM
from gamedev_gateway.core.correlation import correlated
from plans.models import Project
from realtime.event_types import PlanAccepted
from realtime.models import Event
from realtime.signals import event_committed


def mark_after(sender: str, event: Event, project_id: str, **kwargs: Any) -> None:
    """A new plan makes stale what tells of the tasks that it changes or drops. Its own event names them all, so that the
    events of the single tasks need not be listened to."""
    if event.type != PlanAccepted.type:
        return
    diff = event.as_dict()["payload"]["diff"]
    codes = {task["code"] for part in ("changed", "dropped") for task in diff[part]}
    project = Project.objects.filter(pk=project_id).first() if codes else None
    if project is not None:
        with correlated(event.correlation_id):
            mark_stale(project, codes, after=event)


@transaction.atomic
def mark_stale(project: Project, codes: set[str], *, after: Event) -> list[Section]:
    """Mark the sections that tell of one of these tasks, locked ones too: stale says "look", the words stay.

    One that is being written, or failed, keeps its status, which says more.
    """
    project.lock()
    done = Section.objects.filter(document__project=project, status=Section.Status.DONE).exclude(told_of=[])
    sections = [section for section in done.select_related("document", "current_draft") if codes & set(section.told_of)]
    if not sections:
        return []
    ids = [section.pk for section in sections]
    Section.objects.filter(pk__in=ids, status=Section.Status.DONE).update(status=Section.Status.STALE)
    refs = active_refs(project.pk)
    for section in sections:
        task = refs.get(section.document.task_code)
        tell_of_section(section, ["stale"], actor=SYSTEM, task=task, causation_id=after.uuid)
    return sections


def register() -> None:
    event_committed.connect(mark_after, dispatch_uid="documents.mark_after")
