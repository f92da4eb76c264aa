"""The drafts of a run: begun one after the other, ended well or badly, each with what it has cost."""

import hashlib

from django.db import transaction
from django.db.models import Q, QuerySet

from documents.feeding import UNSTORABLE
from documents.models import Document, Draft, Section, next_draft_number
from documents.services.runs.holding import NoLongerOurs, lock_document
from documents.services.sections import fold_summary
from documents.services.telling import ring_after_commit, task_ref
from documents.writers import SectionResult
from documents.writers.section import TEMPLATE
from gamedev_gateway.core.errors import GatewayError
from gamedev_gateway.core.llm import Usage
from plans.models import Generation
from plans.services import generations
from plans.services.budgets import check_budget
from realtime import event_types
from realtime.publishing import publish

WORKER_LOST = {"code": "worker_lost", "message": "Its worker ended; another goes on."}


@transaction.atomic
def clear_up(run: Generation) -> None:
    """End as failed what a worker before us has begun and left."""
    document = lock_document(run)
    for draft in open_drafts(document):
        close_draft(draft, Draft.Status.FAILED, error=WORKER_LOST)
    ring_after_commit(document.pk)


@transaction.atomic
def begin_draft(run: Generation, model: str) -> Draft | None:
    """A draft of the run's next section; None when it has written all. `model` is who is asked; who answered is known at its end.

    Raises BudgetSpent when the sections before have used up what the project's models may.
    """
    document = lock_document(run)
    section = next_section(run)
    if section is None:
        return None
    check_budget(document.project)
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


def next_section(run: Generation) -> Section | None:
    """The first section of the run that it has not done yet, and that nobody has locked, taken away or seen to by hand since."""
    done = run.drafts.filter(status=Draft.Status.DONE).values("section")
    asked = Section.objects.filter(pk__in=run.request["sections"], document=run.request["document"], locked=False)
    return asked.exclude(pk__in=done).exclude(seen_to_by_hand(run)).order_by("idx").first()


def seen_to_by_hand(run: Generation) -> Q:
    """Sections with a text that somebody has written or adopted since the run began, or said to be right though it was stale."""
    is_new = Q(current_draft__isnull=False) & ~Q(current_draft__in=run.request["drafts"])
    settled = Q(status=Section.Status.DONE, pk__in=run.request["stale"])
    return is_new | settled


@transaction.atomic
def finish_draft(run: Generation, draft: Draft, result: SectionResult, *, elapsed_ms: int) -> None:
    """The draft is complete and is the section's text now; the summary follows in the same transaction."""
    document = lock_document(run)
    draft = own_draft(document, draft)
    draft.summary, draft.told_of = result.summary.translate(UNSTORABLE), list(result.told_of)
    note_result(run, draft, result, elapsed_ms)
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
def fail_draft(run: Generation, draft: Draft, error: GatewayError, result: SectionResult, *, elapsed_ms: int) -> None:
    """The draft stays as far as it came. What it has cost is counted all the same."""
    document = lock_document(run)
    draft = own_draft(document, draft)
    note_result(run, draft, result, elapsed_ms)
    close_draft(draft, Draft.Status.FAILED, error={"code": error.code, "message": error.detail})
    ring_after_commit(document.pk)


def note_result(run: Generation, draft: Draft, result: SectionResult, elapsed_ms: int) -> None:
    """Say who wrote the draft, how long it is and took, and what it has cost."""
    draft.model, draft.tokens, draft.elapsed_ms = result.model, tokens_of(draft, result), elapsed_ms
    count_cost(run, result)


def count_cost(run: Generation, result: SectionResult) -> None:
    """Add what a writer has used to what its run has, however the run goes on."""
    generations.spend(run, Usage(result.tokens_in, result.tokens_out, result.first_token_ms, cost_usd=result.cost_usd))


def tokens_of(draft: Draft, result: SectionResult) -> int:
    """How long the draft is in tokens: as its model counts them, or the words between white space where the template wrote it, which
    has no tokens. A fallback's draft has the template's words; what the model used in vain is counted for the run."""
    return len(draft.text.split()) if result.model.startswith(TEMPLATE) else result.tokens_out


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
