"""A document's outline made anew: by a model, or by the template."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from documents.errors import BeingWritten, OutlineInUse
from documents.material import material_of
from documents.models import Document
from documents.services.documents import update_document
from documents.services.outlines import OutlineEntry
from documents.writers.outlines import ProposedOutline, propose_outline
from documents.writing.material import Material, OutlineSection
from documents.writing.template import make_outline
from gamedev_gateway.core.errors import NotFound
from gamedev_gateway.core.llm import Model, Usage
from plans.models import Generation, Project
from plans.services.generations import asked_by
from plans.services.thinking import register_writer
from plans.services.writers import Writer


@dataclass(frozen=True)
class OutlineOrder:
    """What an outline is made from. Another order it is when the document was edited, or the brief or a task's title is another;
    work that goes on meanwhile is none."""

    revision: int
    material: Material = field(compare=False)
    gist: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        titles = tuple((task.code, task.title) for task in self.material.tasks)
        object.__setattr__(self, "gist", (self.material.brief, titles))


class OutlineWriter(Writer[OutlineOrder, ProposedOutline]):
    """Replaces an outline while nobody has written or locked anything of it."""

    def read(self, project: Project, request: dict[str, Any]) -> OutlineOrder:
        document = find_free(project, request)
        return OutlineOrder(document.revision, material_of(document))

    async def ask(self, model: Model, order: OutlineOrder, usage: Usage) -> ProposedOutline:
        return await propose_outline(model, order.material, usage)

    def write(self, run: Generation, project: Project, order: OutlineOrder, answer: ProposedOutline | None) -> Document:
        document = find_free(project, run.request)
        outline = make_outline(order.material) if answer is None else answer.as_outline()
        return update_document(document, actor=asked_by(run), outline=entries_for(document, outline))


def find_free(project: Project, request: dict[str, Any]) -> Document:
    """The document; BeingWritten or OutlineInUse when its outline is not to be had."""
    document = Document.objects.filter(project=project, pk=request["document"]).first()
    if document is None:
        raise NotFound("There is no such document.")
    if document.status == Document.Status.GENERATING:
        raise BeingWritten(document)
    if document.drafts.exists() or document.sections.filter(locked=True).exists():
        raise OutlineInUse(document)
    return document


def entries_for(document: Document, outline: Sequence[OutlineSection]) -> list[OutlineEntry]:
    """The outline as an edit of the one that is there: a section that says the same stays."""
    stored = {(section.level, section.heading, section.brief): section.pk for section in document.sections.all()}
    return [
        OutlineEntry(
            entry.level, entry.heading, entry.brief, id=stored.pop((entry.level, entry.heading, entry.brief), None)
        )
        for entry in outline
    ]


def register() -> None:
    register_writer(Generation.Kind.OUTLINE, OutlineWriter())
