"""The artifact that a document is: of its task or of the project, noted when it is complete and then kept up to date."""

import hashlib
from typing import Any

from django.db import transaction

from documents.export import as_markdown, document_file
from documents.models import Document
from gamedev_gateway.core.actors import Actor
from plans.models import Artifact, Task
from plans.services import delete_artifact, register_project_artifact, validate_artifact


def export_uri(document: Document) -> str:
    """Where the document can be had as Markdown."""
    return f"/api/v1/documents/{document.pk}/export/?as=markdown"


@transaction.atomic
def register_document_artifact(document: Document, actor: Actor) -> Artifact:
    """Note a document as an artifact of its task or of the project, once: later it is brought up to date.

    A document of a task that the active plan no longer has is the project's.
    """
    project = document.project.lock()
    task = find_task(document.project_id, document.task_code) if document.task_code else None
    text = as_markdown(document_file(document)).encode()
    is_now: dict[str, Any] = {"sha256": hashlib.sha256(text).hexdigest(), "size_bytes": len(text)}
    known = known_artifact(document)
    if known is None:
        fields = {"type": document.kind, "category": Artifact.Category.DOCUMENT, "uri": export_uri(document), **is_now}
        return register_project_artifact(project, actor=actor, task=task, **fields)
    return refresh_artifact(known, is_now, actor) if known.sha256 != is_now["sha256"] else known


def refresh_document_artifact(document: Document, actor: Actor) -> None:
    """After an edit: the artifact says what the document says. One that was never noted, or was forgotten, is not made."""
    if known_artifact(document):
        register_document_artifact(document, actor)


def forget_document_artifact(document: Document, actor: Actor) -> None:
    if known := known_artifact(document):
        delete_artifact(known, actor=actor)


def known_artifact(document: Document) -> Artifact | None:
    return Artifact.objects.filter(project=document.project_id, uri=export_uri(document)).first()


def refresh_artifact(artifact: Artifact, is_now: dict[str, Any], actor: Actor) -> Artifact:
    """Another text at the same place. A verdict on the one before does not hold for it."""
    Artifact.objects.filter(pk=artifact.pk).update(**is_now)
    artifact.refresh_from_db()
    if artifact.validation_status == Artifact.Validation.PENDING:
        return artifact
    return validate_artifact(artifact, status=Artifact.Validation.PENDING, report={}, actor=actor)


def find_task(project_id: str, code: str) -> Task | None:
    return Task.objects.active().filter(plan__project=project_id, code=code).first()
