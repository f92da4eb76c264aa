"""Runs: a document's sections written one after the other, as a job.

A run is begun, written and ended here; each step is a transaction of its own, and checks that the run is still its worker's.
A worker that died is noticed by its lease: another takes the run up, ends what was begun as failed, and goes on with the
sections that are not done.
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F, QuerySet

from contexts import services as contexts
from contexts.models import Context
from documents.errors import BeingWritten, NothingToWrite
from documents.feeding import UNSTORABLE, DraftFeed
from documents.material import context_of, material_of
from documents.models import Document, Draft, Section, next_draft_number
from documents.places import make_cursor
from documents.services.documents import register_document_artifact
from documents.services.sections import fold_summary
from documents.services.telling import ring_after_commit, task_ref, tell_of_document
from documents.writers import SectionOrder, SectionResult, SectionWriter, section_writer
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import GatewayError, NotFound
from plans.models import Generation, Project
from plans.services import generations
from plans.streams import check_may_write
from realtime import access, event_types
from realtime.publishing import publish
from realtime.threads import in_database

BEAT = 1.0
"""Seconds between two looks at whether the run is still ours."""
END_OF_TEXT_BEFORE = 1_500
WANTING = (Section.Status.EMPTY, Section.Status.FAILED, Section.Status.STALE)
log = structlog.get_logger("gateway.documents")


class NoLongerOurs(Exception):
    """The run was cancelled, or another worker has taken it up: there is nothing more to do or to tell."""


# Beginning


@transaction.atomic
def start_run(
    document: Document, *, actor: Actor, sections: Sequence[Section] | None = None, instructions: str = ""
) -> Generation:
    """Queue a run. Without sections: those that have no text or a doubtful one, or else all; never one that is locked.

    Raises BeingWritten while another run is at work, NothingToWrite when every section asked for is locked.
    """
    document.project.lock()
    document = document.lock()
    if document.status == Document.Status.GENERATING:
        raise BeingWritten(document)
    chosen = choose_sections(document, sections)
    kind = Generation.Kind.DOCUMENT if sections is None else Generation.Kind.SECTION
    request = {"document": document.pk, "sections": [section.pk for section in chosen], "instructions": instructions}
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
    free = [section for section in document.sections.all() if not section.locked]
    if asked is not None:
        wanted = {section.pk for section in asked}
        chosen = [section for section in free if section.pk in wanted]
    else:
        chosen = [section for section in free if section.status in WANTING] or free
    if not chosen:
        raise NothingToWrite(document)
    return chosen


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


# Writing


@dataclass
class Totals:
    """What the drafts of a run have used together."""

    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    first_token_ms: int | None = None

    def add(self, result: SectionResult) -> None:
        self.model = result.model
        self.tokens_in += result.tokens_in
        self.tokens_out += result.tokens_out
        if self.first_token_ms is None:
            self.first_token_ms = result.first_token_ms

    def fields(self) -> dict[str, Any]:
        known = {"tokens_in": self.tokens_in, "tokens_out": self.tokens_out, "first_token_ms": self.first_token_ms}
        return known | ({"model": self.model} if self.model else {})


def write_document(run: Generation) -> None:
    """Do a run that a worker has taken: write its sections in order, and end it, well or badly."""
    totals = Totals()
    try:
        clear_up(run)
        writer = section_writer()
        while (draft := begin_draft(run, writer.name)) is not None:
            write_draft(run, draft, writer, totals)
        end_run(run, totals)
    except NoLongerOurs:
        log.info("run_no_longer_ours", generation=run.pk)
    except GatewayError as error:
        give_up(run, totals, error.code, error.detail)
    except Exception:
        log.exception("run_failed", generation=run.pk)
        give_up(run, totals, "internal_error", "This is our fault; the server's log knows more.")


@transaction.atomic
def clear_up(run: Generation) -> None:
    """End as failed what a worker before us has begun and left."""
    document = lock_document(run)
    for draft in open_drafts(document):
        close_draft(
            draft, Draft.Status.FAILED, error={"code": "worker_lost", "message": "Its worker ended; another goes on."}
        )
    ring_after_commit(document.pk)


def next_section(run: Generation) -> Section | None:
    """The first section of the run that it has not done yet, and that nobody has locked or taken away since."""
    done = run.drafts.filter(status=Draft.Status.DONE).values("section")
    asked = Section.objects.filter(pk__in=run.request["sections"], document=run.request["document"], locked=False)
    return asked.exclude(pk__in=done).order_by("idx").first()


def write_draft(run: Generation, draft: Draft, writer: SectionWriter, totals: Totals) -> None:
    started = time.monotonic()
    order = order_for(run, draft.section_id)
    feed = DraftFeed(draft.pk, draft.document_id, draft.section_id, draft.number)
    try:
        result = asyncio.run(pump(run, writer, order, feed))
    except GatewayError as error:
        feed.flush()
        fail_draft(run, draft, error)
        raise
    feed.flush()
    if feed.lost:
        raise NoLongerOurs
    totals.add(result)
    finish_draft(run, draft, result, elapsed_ms=round((time.monotonic() - started) * 1000))


async def pump(run: Generation, writer: SectionWriter, order: SectionOrder, feed: DraftFeed) -> SectionResult:
    """Take the text from the writer as it comes. Leaves off, in mid-sentence, when the run is no longer ours."""
    taking = asyncio.ensure_future(take_text(writer, order, feed))
    try:
        while not taking.done():
            await asyncio.wait([taking], timeout=BEAT)
            if not taking.done() and not await still_ours(run):
                raise NoLongerOurs
        return taking.result()
    finally:
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)


async def take_text(writer: SectionWriter, order: SectionOrder, feed: DraftFeed) -> SectionResult:
    async with writer.open(order) as text:
        async for piece in text:
            feed.add(piece)
            if feed.lost:
                raise NoLongerOurs
    return text.result


async def still_ours(run: Generation) -> bool:
    """Prolong the run's lease. A database that is away for a moment says nothing about it; all that is written is fenced."""
    try:
        return await in_database(generations.keep, run)
    except DatabaseError:
        log.exception("lease_not_prolonged", generation=run.pk)
        return True


def order_for(run: Generation, section_id: int) -> SectionOrder:
    document = Document.objects.select_related("project").get(pk=run.request["document"])
    sections = list(document.sections.select_related("current_draft"))
    place = next(number for number, each in enumerate(sections) if each.pk == section_id)
    before = sections[place - 1].current_draft if place else None
    present = sections[place].current_draft
    return SectionOrder(
        material=material_of(document),
        outline=[each.outline for each in sections],
        idx=place,
        global_summary=document.global_summary,
        previous_text=before.text[-END_OF_TEXT_BEFORE:] if before else "",
        instructions=run.request["instructions"],
        present_text=present.text if present else "",
    )


# Drafts


@transaction.atomic
def begin_draft(run: Generation, model: str) -> Draft | None:
    """A draft of the run's next section; None when it has written all."""
    document = lock_document(run)
    section = next_section(run)
    if section is None:
        return None
    section.status = Section.Status.WRITING
    section.save(update_fields=["status"])
    draft = Draft.objects.create(
        document=document,
        section=section,
        generation=run,
        number=next_draft_number(document),
        author=run.requested_by,
        instructions=run.request["instructions"],
        model=model,
    )
    ring_after_commit(document.pk)
    return draft


@transaction.atomic
def finish_draft(run: Generation, draft: Draft, result: SectionResult, *, elapsed_ms: int) -> None:
    """The draft is complete and is the section's text now; the summary follows in the same transaction."""
    document = lock_document(run)
    draft = own_draft(document, draft)
    draft.summary, draft.told_of = result.summary.translate(UNSTORABLE), list(result.told_of)
    draft.model = result.model
    draft.tokens, draft.elapsed_ms = result.tokens_out, elapsed_ms
    close_draft(draft, Draft.Status.DONE)
    section = draft.section
    section.current_draft, section.told_of = draft, draft.told_of
    section.save(update_fields=["current_draft", "told_of"])
    fold_summary(document)
    ring_after_commit(document.pk)
    told = event_types.SectionCompleted(
        document_id=document.pk,
        section_id=section.pk,
        heading=section.heading,
        draft=draft.number,
        length=draft.length,
        sha256=draft.sha256,
        tasks=section.told_of,
    )
    publish(document.project_id, told, actor=generations.asked_by(run), task=task_ref(document))


@transaction.atomic
def fail_draft(run: Generation, draft: Draft, error: GatewayError) -> None:
    document = lock_document(run)
    close_draft(own_draft(document, draft), Draft.Status.FAILED, error={"code": error.code, "message": error.detail})
    ring_after_commit(document.pk)


def open_drafts(document: Document) -> QuerySet[Draft]:
    """The drafts that are being written, with their rows locked: what is appended meanwhile would not be in their SHA-256."""
    drafts = document.drafts.filter(status=Draft.Status.WRITING)
    return drafts.select_related("section").select_for_update(of=("self",))


def own_draft(document: Document, draft: Draft) -> Draft:
    fresh = open_drafts(document).filter(pk=draft.pk).first()
    if fresh is None:
        raise NoLongerOurs
    return fresh


def close_draft(draft: Draft, status: Draft.Status, error: dict[str, str] | None = None) -> None:
    """End a draft, and its section's being written. The section keeps the text that it had, unless this is done."""
    draft.status, draft.error = status, error
    draft.sha256 = hashlib.sha256(draft.text.encode()).hexdigest()
    draft.save(update_fields=["status", "error", "sha256", "summary", "told_of", "model", "tokens", "elapsed_ms"])
    section = draft.section
    section.status = section_status(section, status)
    section.save(update_fields=["status"])


def section_status(section: Section, draft: Draft.Status) -> Section.Status:
    if draft == Draft.Status.DONE:
        return Section.Status.DONE
    if draft == Draft.Status.FAILED:
        return Section.Status.FAILED
    return Section.Status.STALE if section.current_draft_id else Section.Status.EMPTY


# Ending


@transaction.atomic
def end_run(run: Generation, totals: Totals) -> None:
    """The run has written all that it was asked for."""
    document = lock_document(run)
    actor = generations.asked_by(run)
    target = {"type": "document", "id": document.pk}
    if not generations.end_long_run(run, Generation.Status.DONE, target=target, **totals.fields()):
        raise NoLongerOurs
    document = close_document(document, Document.Status.READY, run)
    register_document_artifact(document, actor)
    note_in_context(document, run, actor)
    done = document.sections.filter(status=Section.Status.DONE).count()
    told = {"sections_done": done, "elapsed_ms": document.elapsed_ms}
    tell_of_document(document, event_types.DocumentCompleted, actor=actor, **told)


@transaction.atomic
def give_up(run: Generation, totals: Totals, code: str, message: str) -> None:
    """The run has failed; what it wrote before is kept."""
    document = Document.objects.select_related("project").filter(pk=run.request["document"]).first()
    if document is None:
        generations.end_long_run(run, Generation.Status.FAILED, error={"code": code, "message": message})
        return
    document.project.lock()
    document = document.lock()
    if not generations.end_long_run(
        run, Generation.Status.FAILED, error={"code": code, "message": message}, **totals.fields()
    ):
        return
    for draft in open_drafts(document):
        close_draft(draft, Draft.Status.FAILED, error={"code": code, "message": message})
    document = close_document(document, Document.Status.FAILED, run)
    told = {"code": code, "message": message}
    tell_of_document(document, event_types.DocumentFailed, actor=generations.asked_by(run), **told)


@transaction.atomic
def cancel_run(document: Document, *, actor: Actor) -> Document:
    """End the run at once, in mid-sentence; what it wrote before is kept. Without a run, nothing is to be done."""
    document.project.lock()
    document = document.lock()
    if document.status != Document.Status.GENERATING or document.run is None:
        return document
    run = Generation.objects.select_for_update().get(pk=document.run.pk)
    generations.end_long_run(run, Generation.Status.CANCELLED)
    for draft in open_drafts(document):
        close_draft(draft, Draft.Status.CANCELLED)
    document = close_document(document, Document.Status.CANCELLED, run)
    tell_of_document(document, event_types.DocumentCancelled, actor=actor)
    return document


def cancel_generation(run: Generation, actor: Actor) -> None:
    """The run's own `cancel`. Raises NotOpen when it has ended."""
    document = Document.objects.select_related("project").filter(run=run, status=Document.Status.GENERATING).first()
    if document is None or run.status not in Generation.OPEN:
        raise generations.NotOpen(run)
    cancel_run(document, actor=actor)


def close_document(document: Document, status: Document.Status, run: Generation) -> Document:
    elapsed_ms = Generation.objects.values_list("elapsed_ms", flat=True).get(pk=run.pk)
    Document.objects.filter(pk=document.pk).update(status=status, run=None, ends=F("ends") + 1, elapsed_ms=elapsed_ms)
    ring_after_commit(document.pk)
    return document.lock()


def note_in_context(document: Document, run: Generation, actor: Actor) -> None:
    """What the document says becomes part of the context that it was written from, as a new version with its source."""
    context = context_of(document.project, document.task_code)
    before = context.content if context else contexts.assemble(document.project, Context.Scope.GLOBAL, "", None)
    known = [each for each in before.get("documents", []) if each.get("document_id") != document.pk]
    entry = {
        "document_id": document.pk,
        "title": document.title,
        "kind": document.kind,
        "summary": document.global_summary,
        "summary_revision": document.summary_revision,
        "generation_id": run.pk,
    }
    by_template = Generation.objects.filter(pk=run.pk, model__startswith="template").exists()
    contexts.create_context(
        document.project,
        scope=context.scope if context else Context.Scope.GLOBAL,
        task=context.task_code if context else "",
        content={**before, "documents": [*known, entry]},
        actor=actor,
        source=Context.Source.TEMPLATE if by_template else Context.Source.AI,
    )


def lock_document(run: Generation) -> Document:
    """The run's document, with its row and its project's locked; NoLongerOurs when the run has been ended or taken up."""
    if Project.objects.select_for_update().filter(pk=run.project_id).first() is None:
        raise NoLongerOurs
    document = Document.objects.select_for_update().select_related("project").filter(pk=run.request["document"]).first()
    ours = Generation.objects.filter(pk=run.pk, attempt=run.attempt, status=Generation.Status.RUNNING)
    if document is None or not ours.exists():
        raise NoLongerOurs
    return document


def register() -> None:
    long_run = generations.LongRun(run=write_document, cancel=cancel_generation)
    generations.register_long_run(Generation.Kind.DOCUMENT, long_run)
    generations.register_long_run(Generation.Kind.SECTION, long_run)
    access.register_order("generate", order_run)
    access.register_order("generate_missing", order_missing)
    access.register_order("cancel", order_cancel)
