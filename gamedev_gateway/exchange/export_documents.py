"""A project's documents as plain data."""

from typing import Any

from documents.models import Document, Draft, Section
from gamedev_gateway.exchange.refs import Names
from gamedev_gateway.exchange.rows import row_data
from gamedev_gateway.exchange.shape import DocumentShape, DraftShape, SectionShape


def names_in_documents(documents: list[Document]) -> dict[str, dict[int, str]]:
    """What documents and sections are called: `3`, `3/2`."""
    known: dict[str, dict[int, str]] = {"document": {}, "section": {}}
    for number, document in enumerate(documents, start=1):
        known["document"][document.pk] = str(number)
        known["section"] |= {pk: f"{number}/{place}" for pk, place in numbers_of_sections(document).items()}
    return known


def numbers_of_sections(document: Document) -> dict[int, int]:
    """The places of a document's sections in the order in which they were made, by their ids."""
    ids = sorted(section.pk for section in document.sections.all())
    return {pk: number for number, pk in enumerate(ids, start=1)}


def document_data(document: Document, number: int, names: Names) -> dict[str, Any]:
    numbers = numbers_of_sections(document)
    drafts = sorted(document.drafts.all(), key=lambda draft: draft.number)
    texts = {draft.pk: draft.number for draft in drafts}
    sections = sorted(document.sections.all(), key=lambda section: section.pk)
    return row_data(
        document,
        DocumentShape.model_fields,
        number=number,
        sections=[section_data(section, numbers[section.pk], texts) for section in sections],
        drafts=[draft_data(draft, numbers[draft.section_id], names) for draft in drafts],
    )


def section_data(section: Section, number: int, texts: dict[int, int]) -> dict[str, Any]:
    current = texts.get(section.current_draft_id or 0)
    return row_data(section, SectionShape.model_fields, number=number, current_draft=current)


def draft_data(draft: Draft, section: int, names: Names) -> dict[str, Any]:
    author = names.actor(draft.author)
    told = {name: author[name] for name in ("kind", "id", "name")}
    return row_data(draft, DraftShape.model_fields, section=section, author=told)
