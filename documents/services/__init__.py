"""The one write path of documents. Doors (views, sockets, admin, jobs) call these and nothing below."""

from documents.services.artifact import register_document_artifact
from documents.services.documents import (
    create_document,
    delete_document,
    update_document,
)
from documents.services.outlines import OutlineEntry
from documents.services.sections import adopt_draft, find_sections, fold_summary, update_section

__all__ = [
    "OutlineEntry",
    "adopt_draft",
    "create_document",
    "delete_document",
    "find_sections",
    "fold_summary",
    "register_document_artifact",
    "update_document",
    "update_section",
]
