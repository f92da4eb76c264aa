"""Sections edited by hand: their words, their text, their lock, which draft counts. A run writes drafts elsewhere."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from documents.errors import BeingWritten, DraftUnfinished, SectionLocked
from documents.models import Document, Draft, Section, next_draft_number
from documents.services.artifact import refresh_document_artifact
from documents.services.telling import ring_after_commit, task_ref, tell_of_section
from documents.writing.summary import first_sentence, fold
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput, NotFound
from plans.errors import AgentsDoNotDecide
from plans.models import Task

CODE = re.compile(r"(?<![A-Za-z0-9-])T-[0-9]{3,6}(?![0-9A-Za-z])")
"""A task's code inside prose of any script."""
EDITED = ("heading", "brief", "locked", "status", "current_draft", "told_of", "revision")


@transaction.atomic
def update_section(
    section: Section,
    *,
    actor: Actor,
    locked: bool | None = None,
    brief: str | None = None,
    heading: str | None = None,
    text: str | None = None,
) -> Section:
    """Change what is given. A text is a new draft, which becomes the section's text; an agent's waits for a person where the text is
    another's. What stays the same is no change.

    Raises SectionLocked, unless this unlocks it; BeingWritten while a run writes the section; AgentsDoNotDecide for an agent that
    would lock or unlock.
    """
    if locked is not None and actor.is_agent:
        raise AgentsDoNotDecide("lock or unlock a section")
    section = lock_section(section)
    if text is not None and is_anothers(section, actor):
        propose_text(section, text, actor)
        text = None
    words = {
        name: value
        for name, value in (("brief", brief), ("heading", heading))
        if value is not None and value != getattr(section, name)
    }
    actions = actions_for(section, locked, words, text)
    if not actions:
        return section
    check_free(section, unlocking=locked is False)
    for name, value in words.items():
        setattr(section, name, value)
    if text is not None and "edited" in actions:
        take_draft(section, draft_by_hand(section, text, actor))
    section.locked = section.locked if locked is None else locked
    return save_section(section, actions, actor)


def is_anothers(section: Section, actor: Actor) -> bool:
    """Whether an agent's text would take the place of what somebody else has written, or has had written."""
    draft = section.current_draft
    return actor.is_agent and draft is not None and draft.author != actor.as_json()


def propose_text(section: Section, text: str, actor: Actor) -> None:
    """A draft that a person may adopt. What the section says, or what the agent has proposed before, is no change."""
    check_free(section)
    waiting = section.drafts.filter(status=Draft.Status.PROPOSED, author=actor.as_json(), text=text)
    if says(section, text) or waiting.exists():
        return
    draft = draft_by_hand(section, text, actor, Draft.Status.PROPOSED)
    ring_after_commit(section.document_id)
    tell_of_section(section, ["proposed"], actor=actor, task=task_ref(section.document), draft=draft)


def actions_for(section: Section, locked: bool | None, words: dict[str, str], text: str | None) -> list[str]:
    """What an edit does, in the order in which it is told."""
    relocked = locked is not None and locked != section.locked
    return [
        *(["unlocked"] if relocked and not locked else []),
        *(["briefed"] if words else []),
        *(["edited"] if text is not None and not says(section, text) else []),
        *(["locked"] if relocked and locked else []),
    ]


def says(section: Section, text: str) -> bool:
    """Whether a section says just that, and nothing makes it doubtful."""
    draft = section.current_draft
    return draft is not None and draft.text == text and section.status == Section.Status.DONE


@transaction.atomic
def adopt_draft(section: Section, number: int, *, actor: Actor) -> Section:
    """Make an earlier draft, or one that waits, the section's text. The one that is it already, adopted again, is no longer stale."""
    if actor.is_agent:
        raise AgentsDoNotDecide("adopt a draft")
    section = lock_section(section)
    draft = section.drafts.filter(number=number).first()
    if draft is None:
        raise NotFound(f"The section has no draft {number}.")
    if draft == section.current_draft and section.status == Section.Status.DONE:
        return section
    check_free(section)
    if draft.status not in (Draft.Status.DONE, Draft.Status.PROPOSED):
        raise DraftUnfinished(draft)
    section.drafts.filter(pk=draft.pk).update(status=Draft.Status.DONE)
    take_draft(section, draft)
    return save_section(section, ["adopted"], actor)


def find_sections(document: Document, ids: Sequence[int]) -> list[Section]:
    """Sections of a document by their ids; InvalidInput names the places of those that it does not have."""
    found = document.sections.in_bulk(ids)
    if missing := [place for place, pk in enumerate(ids) if pk not in found]:
        raise InvalidInput({f"sections.{place}": ["The document has no such section."] for place in missing})
    return list(found.values())


def lock_section(section: Section) -> Section:
    """The section as it is now. The rows of its project and its document stay locked until commit."""
    section.document.project.lock()
    document = section.document.lock()
    fresh = Section.objects.select_related("current_draft").get(pk=section.pk)
    fresh.document = document
    return fresh


def check_free(section: Section, *, unlocking: bool = False) -> None:
    """Raise unless a person may change the section now."""
    if section.status == Section.Status.WRITING:
        raise BeingWritten(section)
    if section.locked and not unlocking:
        raise SectionLocked(section)


def draft_by_hand(section: Section, text: str, actor: Actor, status: Draft.Status = Draft.Status.DONE) -> Draft:
    data = text.encode()
    return Draft.objects.create(
        document=section.document,
        section=section,
        number=next_draft_number(section.document),
        text=text,
        length=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        status=status,
        author=actor.as_json(),
        summary=first_sentence(text),
        told_of=tasks_told_of(section, text),
    )


def tasks_told_of(section: Section, text: str) -> list[str]:
    """The codes of the active plan's tasks that a text names, or that the section told of before, in the plan's order."""
    named = {*CODE.findall(text), *section.told_of}
    tasks = Task.objects.active().filter(plan__project=section.document.project_id)
    codes = tasks.exclude(status=Task.Status.DROPPED).values_list("code", flat=True)
    return [code for code in codes if code in named]


def take_draft(section: Section, draft: Draft) -> None:
    section.current_draft = draft
    section.told_of = draft.told_of
    section.status = Section.Status.DONE


def save_section(section: Section, actions: list[str], actor: Actor) -> Section:
    """Store an edit and tell it. Other words are an edit of the document's outline too, so its own edit counter rises."""
    section.revision += 1
    section.save(update_fields=EDITED)
    document = section.document
    Document.objects.filter(pk=document.pk).update(
        revision=F("revision") + int("briefed" in actions), updated_at=timezone.now()
    )
    fold_summary(document)
    settle_status(document)
    refresh_document_artifact(document, actor)
    ring_after_commit(document.pk)
    tell_of_section(section, actions, actor=actor, task=task_ref(document))
    return section


def whole_status(document: Document) -> Document.Status:
    """Ready when every section has a text, locked ones too; else still a draft."""
    wanting = document.sections.filter(current_draft=None)
    return Document.Status.DRAFT if wanting.exists() else Document.Status.READY


def settle_status(document: Document) -> None:
    """After an edit by hand: a document that is a draft or ready is what its sections make it now. The document's row must be
    locked. What a run made it, failed or cancelled, it stays until the next run."""
    settled = Document.objects.filter(pk=document.pk, status__in=(Document.Status.DRAFT, Document.Status.READY))
    settled.update(status=whole_status(document))


def fold_summary(document: Document) -> str:
    """Make the document's global summary of what its sections' current drafts say; a new one has the next revision.

    The document's row must be locked. `document` has the summary and its revision afterwards.
    """
    current = document.sections.filter(current_draft__isnull=False)
    said: Any = current.values_list("idx", "heading", "current_draft__summary")
    folded = fold({idx: (heading, summary) for idx, heading, summary in said})
    Document.objects.filter(pk=document.pk).exclude(global_summary=folded).update(
        global_summary=folded, summary_revision=F("summary_revision") + 1, updated_at=timezone.now()
    )
    document.refresh_from_db(fields=["global_summary", "summary_revision"])
    return folded
