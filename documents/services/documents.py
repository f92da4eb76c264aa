"""Documents: created with an outline, edited, deleted, and noted as what the work on a task made."""

from collections.abc import Sequence

from django.db import transaction

from documents.errors import BeingWritten
from documents.material import material_of
from documents.models import Document
from documents.services.artifact import find_task, forget_document_artifact, refresh_document_artifact
from documents.services.outlines import OutlineEntry, add_sections, replace_outline
from documents.services.sections import fold_summary, settle_status
from documents.services.telling import ring_after_commit, tell_of_document
from documents.writing.material import OutlineSection
from documents.writing.template import make_outline
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans.models import Project
from realtime import doorbell, event_types


@transaction.atomic
def create_document(
    project: Project,
    *,
    actor: Actor,
    title: str,
    kind: str,
    task: str = "",
    outline: Sequence[OutlineSection] | None = None,
) -> Document:
    """A new document of the project, or of a task of the active plan by its code. Without an outline it gets one made for it."""
    project = project.lock()
    if task and find_task(project.pk, task) is None:
        raise InvalidInput({"task": [f"The active plan has no task {task}."]})
    document = Document(project=project, title=title, kind=kind, task_code=task)
    sections = make_outline(material_of(document)) if outline is None else outline
    document.save()
    add_sections(document, sections)
    tell_of_document(document, event_types.DocumentCreated, actor=actor, sections=len(sections))
    return document


@transaction.atomic
def update_document(
    document: Document, *, actor: Actor, title: str | None = None, outline: Sequence[OutlineEntry] | None = None
) -> Document:
    """Change title or outline, before, between and during runs. The outline is whole: a section left out is deleted.

    Raises SectionLocked or BeingWritten for a section that would be deleted or reworded and is locked, or written just now.
    """
    document.project.lock()
    document = document.lock()
    retitled = title is not None and title != document.title
    document.title = document.title if title is None else title
    outlined = outline is not None and replace_outline(document, outline)
    if not (retitled or outlined):
        return document
    document.revision += 1
    document.save(update_fields=["title", "revision", "updated_at"])
    if outlined:
        fold_summary(document)
        settle_status(document)
        ring_after_commit(document.pk)
    refresh_document_artifact(document, actor)
    changed = [name for name, is_new in (("title", retitled), ("outline", outlined)) if is_new]
    tell_of_document(document, event_types.DocumentUpdated, actor=actor, changed=changed)
    return document


@transaction.atomic
def delete_document(document: Document, *, actor: Actor) -> None:
    """Delete a document with all its drafts, and the artifact that is its export. Its sockets are told.

    BeingWritten while a run is at work on it.
    """
    document.project.lock()
    document = document.lock()
    if document.status == Document.Status.GENERATING:
        raise BeingWritten(document)
    Document.objects.filter(pk=document.pk).delete()
    forget_document_artifact(document, actor)
    transaction.on_commit(lambda: doorbell.notify(document.stream, {"type": "access.changed"}), robust=True)
    tell_of_document(document, event_types.DocumentDeleted, actor=actor)
