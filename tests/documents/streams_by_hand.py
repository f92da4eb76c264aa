"""Documents written by hand into the tables, and watchers without a socket."""

import hashlib
import random
from typing import Any

from documents import reading, streaming
from documents.models import Document, Draft, Section, next_draft_number
from documents.places import START, Place
from documents.reading import read_after
from documents.streaming import subscribe
from plans.models import Project
from tests.documents.drafts_seen import Seen, prose
from tests.realtime.readers import Reader


def make_document(project: Project, sections: int = 3) -> Document:
    document = Document.objects.create(project=project, title="The design", status=Document.Status.GENERATING)
    for idx in range(sections):
        Section.objects.create(document=document, idx=idx, heading=f"Part {idx}")
    return document


def begin(document: Document, idx: int, text: str = "") -> Draft:
    section = document.sections.get(idx=idx)
    draft = Draft.objects.create(document=document, section=section, number=next_draft_number(document))
    append(draft, text)
    return draft


def append(draft: Draft, text: str) -> None:
    draft.text += text
    draft.length = len(draft.text.encode())
    draft.save()


def end(draft: Draft, status: str = Draft.Status.DONE) -> None:
    draft.status, draft.sha256 = status, hashlib.sha256(draft.text.encode()).hexdigest()
    draft.save()
    if status == Draft.Status.DONE:
        draft.section.current_draft, draft.section.status = draft, Section.Status.DONE
        draft.section.save()
        document = Document.objects.get(pk=draft.document_id)
        document.summary_revision, document.global_summary = document.summary_revision + 1, f"After {draft.number}."
        document.save()


def end_run(document: Document, status: str = Document.Status.READY) -> None:
    document.refresh_from_db()
    document.status, document.ends = status, document.ends + 1
    document.save()


def frames_of(stretch: reading.Stretch) -> list[dict[str, Any]]:
    return [frame.model_dump() for frame in stretch.frames]


def read_on(document: Document, place: Place, up_to: Place | None = None) -> tuple[list[dict[str, Any]], Place]:
    """All frames after a place, in as many readings as it takes, and the place after them."""
    told: list[dict[str, Any]] = []
    while True:
        stretch = read_after(document.pk, place, "document:1", up_to)
        if stretch.place == place:
            return told, place
        told += frames_of(stretch)
        place = stretch.place


def read_all(document: Document) -> list[dict[str, Any]]:
    """All frames of a document."""
    return read_on(document, START)[0]


class Watcher(Reader):
    """A client of the hub that watches a document."""

    @property
    def seen(self) -> Seen:
        return Seen().take(self.frames)

    async def begin(self, document: Document, after: str | None = "0") -> "Watcher":
        hub = self.connection.hub
        async with hub.kept_feed(f"project:{document.project_id}") as log:
            await subscribe(self.connection, f"document:{document.pk}", after, None, log)  # type: ignore[arg-type]
        return self

    async def until_end_of_run(self) -> "Watcher":
        await self.until(lambda: any(frame["type"] == "document_end" for frame in self.frames))
        return self


def write_run(document: Document, chance: random.Random, pieces: int = 30, drafts: int = 3) -> None:
    """What a run does, without its writer: text that is stored, then told."""
    for idx in range(drafts):
        draft = begin(document, idx % 3)
        streaming.ring(document.pk)
        for _ in range(pieces):
            start, text = draft.length, prose(chance, 4)
            append(draft, text)
            if text:
                streaming.ring_text(document.pk, draft.section_id, draft.number, start, text)
        end(draft)
        streaming.ring(document.pk)
    end_run(document)
    streaming.ring(document.pk)
