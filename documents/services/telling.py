"""How a change of a document is told: in the project's log, and to those who watch the document's own stream."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from documents.models import Document, Draft, Section
from gamedev_gateway.core.actors import Actor
from plans.models import Task
from realtime.event_types import DocumentTold, SectionUpdated
from realtime.models import Event
from realtime.publishing import TaskRef, publish


def task_ref(document: Document) -> TaskRef | None:
    """The task that a document is of, in the active plan; None when there is none."""
    if not document.task_code:
        return None
    task = Task.objects.active().filter(plan__project=document.project_id, code=document.task_code).first()
    return task.ref if task else None


def tell_of_document(document: Document, announce_as: type[DocumentTold], *, actor: Actor, **told: Any) -> Event:
    """Publish an event of a document; `told` are the fields that its type has besides."""
    payload = announce_as(document_id=document.pk, title=document.title, kind=document.kind, **told)
    return publish(document.project_id, payload, actor=actor, task=task_ref(document))


def tell_of_section(
    section: Section,
    actions: Iterable[Any],
    *,
    actor: Actor,
    task: TaskRef | None,
    causation_id: UUID | None = None,
    draft: Draft | None = None,
) -> None:
    """Publish a `section.updated` for each action, with the tasks that the section tells of now. `draft`: which it is about, if not
    the one that is the section's text."""
    draft = draft or section.current_draft
    for action in actions:
        payload = SectionUpdated(
            document_id=section.document_id,
            section_id=section.pk,
            heading=section.heading,
            action=action,
            draft=draft.number if draft else None,
            tasks=section.told_of,
        )
        publish(section.document.project_id, payload, actor=actor, task=task, causation_id=causation_id)


def ring_after_commit(document_id: int) -> None:
    """Let those who watch the document's stream read what is new, once the transaction is committed."""

    def ring_now() -> None:
        from documents.streaming import ring

        ring(document_id)

    transaction.on_commit(ring_now, robust=True)


def active_refs(project_id: str) -> Mapping[str, TaskRef]:
    """The tasks of the active plan by their codes."""
    tasks = Task.objects.active().filter(plan__project=project_id).only("pk", "code")
    return {task.code: task.ref for task in tasks}
