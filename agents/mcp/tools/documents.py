"""Tools to read documents and to write at them."""

from typing import Any

from agents.mcp.callers import Caller
from agents.mcp.doors import Id, checked, reads, rewrites
from agents.mcp.shapes import DocumentAnswer, SectionAnswer
from documents import services
from documents.models import Document, Section
from documents.serializers import SectionSerializer, UpdateSectionSerializer
from gamedev_gateway.core.errors import NotFound
from plans.models import Role


def get_document(caller: Caller, document: Id, section: Id = 0) -> DocumentAnswer:
    """A document's summary and outline; with a section's id, that section's text too."""
    found = visible_document(caller, document)
    sections = found.sections.select_related("current_draft")
    outline = [SectionSerializer(each).data for each in sections]
    if section and section not in [each["id"] for each in outline]:
        raise NotFound("The document has no such section.")
    return DocumentAnswer(
        document=found.pk,
        title=found.title,
        kind=found.kind,
        status=found.status,
        summary=found.global_summary,
        sections=[each if each["id"] == section else without_text(each) for each in outline],
    )


def without_text(section: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if name != "content"}


def visible_document(caller: Caller, document: int) -> Document:
    found = Document.objects.visible_to(caller.user).filter(pk=document).first()
    if found is None:
        raise NotFound("There is no such document that you can see.")
    return found


def propose_section(caller: Caller, section: Id, text: str) -> SectionAnswer:
    """Write a section's text in Markdown, as a new draft. Where the text is another's, it is proposed: a person adopts it, or not."""
    visible = Section.objects.filter(document__in=Document.objects.visible_to(caller.user))
    found = visible.select_related("document__project").filter(pk=section).first()
    if found is None:
        raise NotFound("There is no such section that you can see.")
    caller.check_role(found.document.project, Role.EDITOR)
    given = checked(UpdateSectionSerializer, text=text)
    services.update_section(found, actor=caller.actor, **given)
    draft = found.drafts.filter(**given).latest("number")
    return SectionAnswer(section=found.pk, draft=draft.number, status=draft.status)


TOOLS = [reads(get_document), rewrites(propose_section)]
