"""How a run ends: done, failed or cancelled; with its document, in one transaction."""

from django.db import transaction
from django.db.models import F

from contexts import services as contexts
from contexts.models import Context
from documents.material import context_of
from documents.models import Document, Draft, Section
from documents.services.artifact import register_document_artifact
from documents.services.runs.drafts import close_draft, open_drafts
from documents.services.runs.holding import NoLongerOurs, lock_document
from documents.services.sections import whole_status
from documents.services.telling import ring_after_commit, tell_of_document
from documents.writers.section import TEMPLATE
from gamedev_gateway.core.actors import Actor
from plans.models import Generation
from plans.services import generations
from realtime import event_types

MODEL_LENGTH = 200


@transaction.atomic
def end_run(run: Generation) -> None:
    """The run has written all that it was asked for. The document is ready when that leaves no section without a text."""
    document = lock_document(run)
    actor = generations.asked_by(run)
    target = {"type": "document", "id": document.pk}
    if not generations.end_long_run(run, Generation.Status.DONE, target=target, model=models_of(run)):
        raise NoLongerOurs
    document = close_document(document, whole_status(document), run)
    register_document_artifact(document, actor)
    note_in_context(document, run, actor)
    done = document.sections.filter(status=Section.Status.DONE).count()
    told = {"sections_done": done, "elapsed_ms": document.elapsed_ms}
    tell_of_document(document, event_types.DocumentCompleted, actor=actor, **told)


@transaction.atomic
def give_up(run: Generation, code: str, message: str) -> None:
    """The run has failed; what it wrote before is kept."""
    error = {"code": code, "message": message}
    document = Document.objects.select_related("project").filter(pk=run.request["document"]).first()
    if document is None:
        generations.end_long_run(run, Generation.Status.FAILED, error=error)
        return
    document.project.lock()
    document = document.lock()
    if not generations.end_long_run(run, Generation.Status.FAILED, error=error, model=models_of(run)):
        return
    for draft in open_drafts(document):
        close_draft(draft, Draft.Status.FAILED, error=error)
    document = close_document(document, Document.Status.FAILED, run)
    tell_of_document(document, event_types.DocumentFailed, actor=generations.asked_by(run), **error)


@transaction.atomic
def cancel_run(document: Document, *, actor: Actor) -> Document:
    """End the run at once, in mid-sentence; what it wrote before is kept. Without a run, nothing is to be done."""
    document.project.lock()
    document = document.lock()
    if document.status != Document.Status.GENERATING or document.run is None:
        return document
    run = Generation.objects.select_for_update().get(pk=document.run.pk)
    generations.end_long_run(run, Generation.Status.CANCELLED, model=models_of(run))
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


def models_of(run: Generation) -> str:
    """Who wrote the run's drafts, in the order in which they came in; the row's own word for it where there are none."""
    models = dict.fromkeys(run.drafts.order_by("number").values_list("model", flat=True))
    return ", ".join(models)[:MODEL_LENGTH] or run.model


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
    done = run.drafts.filter(status=Draft.Status.DONE)
    by_model = done.exclude(model__startswith=TEMPLATE).exists()
    contexts.create_context(
        document.project,
        scope=context.scope if context else Context.Scope.GLOBAL,
        task=context.task_code if context else "",
        content={**before, "documents": [*known, entry]},
        actor=actor,
        source=Context.Source.AI if by_model else Context.Source.TEMPLATE,
    )
