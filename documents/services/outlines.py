"""The sections of a document as an outline: made at once, or edited as a whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from documents.models import Document, Section
from documents.services.sections import check_free
from documents.writing.material import OutlineSection
from gamedev_gateway.core.errors import InvalidInput

MAX_SECTIONS = 200
WORDS = ("level", "heading", "brief")


@dataclass(frozen=True)
class OutlineEntry(OutlineSection):
    """A place in an edited outline. With an `id` it is the section of that id, which keeps its text and drafts."""

    id: int | None = None


def add_sections(document: Document, outline: Sequence[OutlineSection]) -> None:
    Section.objects.bulk_create(new_section(document, entry, idx) for idx, entry in enumerate(outline))


def new_section(document: Document, entry: OutlineSection, idx: int) -> Section:
    return Section(document=document, idx=idx, level=entry.level, heading=entry.heading, brief=entry.brief)


def replace_outline(document: Document, outline: Sequence[OutlineEntry]) -> bool:
    """Make a locked document have these sections, in this order. True when that is something new.

    Raises SectionLocked or BeingWritten when that would delete or reword a section which is; moving one is free.
    """
    stored = {section.pk: section for section in document.sections.all()}
    check_ids(outline, stored)
    kept = {entry.id for entry in outline}
    gone = [section for section in stored.values() if section.pk not in kept]
    for section in gone:
        check_free(section)
    places = list(enumerate(outline))
    changed = [stored[entry.id] for idx, entry in places if entry.id and take_entry(stored[entry.id], entry, idx)]
    new = [new_section(document, entry, idx) for idx, entry in places if entry.id is None]
    Section.objects.filter(pk__in=[section.pk for section in gone]).delete()
    Section.objects.bulk_update(changed, ["idx", *WORDS, "revision"])
    Section.objects.bulk_create(new)
    return bool(gone or changed or new)


def take_entry(section: Section, entry: OutlineEntry, idx: int) -> bool:
    """Say what the entry says, at this place. True when that is something new; other words count as an edit."""
    if (section.heading, section.brief) != (entry.heading, entry.brief):
        check_free(section)
    reworded = any(getattr(section, name) != getattr(entry, name) for name in WORDS)
    moved = section.idx != idx
    section.idx, section.level, section.heading, section.brief = idx, entry.level, entry.heading, entry.brief
    section.revision += reworded
    return reworded or moved


def check_ids(outline: Sequence[OutlineEntry], known: Collection[int]) -> None:
    """InvalidInput names the ids that are not this document's, or are there twice."""
    errors: dict[str, list[str]] = {}
    seen: set[int] = set()
    for place, entry in enumerate(outline):
        if entry.id is None:
            continue
        if entry.id not in known:
            errors[f"outline.{place}.id"] = ["The document has no such section; leave the id out for a new one."]
        elif entry.id in seen:
            errors[f"outline.{place}.id"] = ["This section is there twice."]
        seen.add(entry.id)
    if errors:
        raise InvalidInput(errors)
