"""The documents of an export into the database.

Runs do not travel: what was being written when the project was exported is imported as failed, with the text that it had.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from documents.models import Document, Draft, Section
from gamedev_gateway.exchange.refs import Targets
from gamedev_gateway.exchange.rows import BATCH, keep_times, without
from gamedev_gateway.exchange.shape import DocumentShape, DraftShape, SectionShape
from plans.models import Project

LEFT_BEHIND = {"code": "run_not_exported", "message": "It was being written when its project was exported."}


def restore_documents(project: Project, documents: Sequence[DocumentShape], targets: Targets) -> None:
    rows = [Document(project=project, **document_fields(document)) for document in documents]
    keep_times(rows, documents, "created_at", "updated_at")
    for document, row in zip(documents, rows, strict=True):
        targets.add("document", document.number, row.pk)
        sections = restore_sections(row, document, targets)
        restore_drafts(row, document.drafts, sections, targets)
        restore_texts(row, document.sections, sections)


def left_behind(documents: Sequence[DocumentShape]) -> list[str]:
    """What is to be told of documents whose run is not here."""
    told = "was being written when it was exported; here it has failed."
    return [f"Document {each.number}, {each.title!r}, {told}" for each in documents if each.status == "generating"]


def document_fields(document: DocumentShape) -> dict[str, Any]:
    fields = without(document, "number", "sections", "drafts", "created_at", "updated_at")
    if document.status == "generating":
        fields |= {"status": Document.Status.FAILED, "ends": document.ends + 1}
    return fields


def restore_sections(row: Document, document: DocumentShape, targets: Targets) -> dict[int, int]:
    """The ids of the new sections by their numbers."""
    made = [Section(document=row, **section_fields(section)) for section in document.sections]
    ids = {}
    for section, new in zip(document.sections, Section.objects.bulk_create(made, batch_size=BATCH), strict=True):
        targets.add("section", f"{document.number}/{section.number}", new.pk)
        ids[section.number] = new.pk
    return ids


def section_fields(section: SectionShape) -> dict[str, Any]:
    fields = without(section, "number", "current_draft")
    return fields | ({"status": Section.Status.FAILED} if section.status == "writing" else {})


def restore_drafts(row: Document, drafts: Sequence[DraftShape], sections: dict[int, int], targets: Targets) -> None:
    made = []
    for draft in drafts:
        author = targets.actor(draft.author.model_dump())
        made.append(Draft(document=row, section_id=sections[draft.section], author=author, **draft_fields(draft)))
    keep_times(made, drafts, "created_at")


def draft_fields(draft: DraftShape) -> dict[str, Any]:
    fields = without(draft, "section", "author", "error", "created_at")
    if draft.status == "writing":
        sha256 = hashlib.sha256(draft.text.encode()).hexdigest()
        return fields | {"status": Draft.Status.FAILED, "sha256": sha256, "error": LEFT_BEHIND}
    return fields | {"error": draft.error and draft.error.model_dump()}


def restore_texts(row: Document, sections: Sequence[SectionShape], ids: dict[int, int]) -> None:
    """Give the sections their current drafts, now that these are there."""
    drafts = dict(row.drafts.values_list("number", "pk"))
    told = [
        Section(pk=ids[section.number], current_draft_id=drafts[section.current_draft])
        for section in sections
        if section.current_draft
    ]
    Section.objects.bulk_update(told, ["current_draft"], batch_size=BATCH)
