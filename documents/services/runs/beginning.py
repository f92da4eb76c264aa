"""How a run begins: which sections it writes, and who may have it begun."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from documents.errors import BeingWritten, NothingToWrite
from documents.models import Document, Section
from documents.places import make_cursor
from documents.services.runs.ending import cancel_run
from documents.services.telling import tell_of_document
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import NotFound
from plans.models import Generation
from plans.services import generations
from plans.streams import check_may_write
from realtime import event_types

WANTING = (Section.Status.EMPTY, Section.Status.FAILED, Section.Status.STALE)


@transaction.atomic
def start_run(
    document: Document, *, actor: Actor, sections: Sequence[Section] | None = None, instructions: str = ""
) -> Generation:
    """Queue a run. Without sections: those that have no text or a doubtful one, or else all whose text a run has written; what
    somebody wrote by hand is written anew only where it is asked for by name. Never one that is locked.

    Raises BeingWritten while another run is at work, NothingToWrite when there is none.
    """
    document.project.lock()
    document = document.lock()
    if document.status == Document.Status.GENERATING:
        raise BeingWritten(document)
    chosen = choose_sections(document, sections)
    kind = Generation.Kind.DOCUMENT if sections is None else Generation.Kind.SECTION
    request = request_for(document, chosen, instructions)
    run = generations.generate_later(document.project, kind, request, actor=actor)
    Document.objects.filter(pk=document.pk).update(status=Document.Status.GENERATING, run=run)
    tell_of_document(
        document,
        event_types.DocumentStarted,
        actor=actor,
        generation_id=run.pk,
        sections_total=len(chosen),
        cursor=make_cursor(document.last_draft, last_length(document), ended=True),
    )
    return run


def choose_sections(document: Document, asked: Sequence[Section] | None) -> list[Section]:
    free = [section for section in document.sections.select_related("current_draft") if not section.locked]
    if asked is not None:
        wanted = {section.pk for section in asked}
        chosen = [section for section in free if section.pk in wanted]
    else:
        chosen = [section for section in free if section.status in WANTING] or [
            section for section in free if section.current_draft is None or section.current_draft.model
        ]
    if not chosen:
        raise NothingToWrite(document)
    return chosen


def request_for(document: Document, chosen: Sequence[Section], instructions: str) -> dict[str, Any]:
    """What the run is to do. `drafts` are the texts that it may replace, `stale` the sections whose text is doubtful now: what
    somebody writes or settles by hand from here on is not in them, and so stays (see `drafts.next_section`)."""
    return {
        "document": document.pk,
        "sections": [section.pk for section in chosen],
        "instructions": instructions,
        "drafts": [section.current_draft_id for section in chosen if section.current_draft_id],
        "stale": [section.pk for section in chosen if section.status == Section.Status.STALE],
    }


def last_length(document: Document) -> int:
    return document.drafts.order_by("-number").values_list("length", flat=True).first() or 0


@transaction.atomic
def order_run(document_id: int, actor: Actor) -> int:
    """The socket's `generate`: the run that is at work, or a new one. Gives its id."""
    document = find_document(document_id, actor)
    document.project.lock()
    document = document.lock()
    if document.status == Document.Status.GENERATING and document.run_id:
        return document.run_id
    return start_run(document, actor=actor).pk


def order_missing(document_id: int, actor: Actor) -> int:
    """The address's `generate=1`, which comes again whenever its client reconnects: a run only where text is wanting."""
    document = find_document(document_id, actor)
    wanting = document.sections.filter(status__in=WANTING, locked=False).exists()
    return order_run(document_id, actor) if wanting or document.run_id else 0


def order_cancel(document_id: int, actor: Actor) -> int:
    """The socket's `cancel`. Gives the id of the run that it ended."""
    document = find_document(document_id, actor)
    run_id = document.run_id
    cancel_run(document, actor=actor)
    return run_id or 0


def find_document(document_id: int, actor: Actor) -> Document:
    """A document that an actor may have written; NotFound for strangers, Forbidden for viewers."""
    document = Document.objects.select_related("project").filter(pk=document_id).first()
    if document is None:
        raise NotFound("There is no such document.")
    check_may_write(document.project_id, actor)
    return document
