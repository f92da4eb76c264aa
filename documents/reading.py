"""A document's stream as it is stored: what follows a place, as frames. Synchronous; async callers cross once."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from documents import frames
from documents.models import Document, Draft, Section
from documents.places import START, Place, make_cursor, split_text
from realtime.frames import Frame

LARGEST_CHUNK = 32_768
"""Bytes of text in one frame."""
MANY = 2**31
MOST_DRAFTS = 20
"""Drafts read at once."""
CONTINUATIONS = [bytes([byte]) for byte in range(0x80, 0xC0)]
"""The bytes inside a character of UTF-8 that do not begin it."""


@dataclass(frozen=True)
class Stretch:
    """Frames, and the place that their reader has reached with them.

    `gone`: there is no such document any more. `more`: not all drafts were read, there may be others.
    """

    frames: list[Frame]
    place: Place
    gone: bool = False
    more: bool = False

    def labelled(self, stream: str) -> list[Frame]:
        """The same frames for those who see them under another stream."""
        return [frame.model_copy(update={"stream": stream}) for frame in self.frames]


class Reader:
    """Reads one document's stream for one subscription, never further than `up_to`."""

    def __init__(self, document: Document, stream: str, up_to: Place | None) -> None:
        self.document = document
        self.stream = stream
        self.up_to = up_to
        self.told: list[Frame] = []
        counts = Section.objects.filter(document=document).aggregate(
            total=Count("pk"), done=Count("pk", filter=Q(status=Section.Status.DONE))
        )
        self.total, self.done = counts["total"], counts["done"]

    def drafts(self) -> QuerySet[Draft]:
        drafts = Draft.objects.filter(document=self.document).order_by("number").select_related("section")
        return drafts.filter(number__lte=self.up_to.draft) if self.up_to is not None else drafts

    def tell_next(self, draft: Draft, place: Place) -> Place:
        """A draft; before one that is still being written, what its predecessors have changed in the summary."""
        if draft.number > place.draft and draft.status == Draft.Status.WRITING:
            place = self.tell_summary(place)
        return self.tell_draft(draft, place)

    def tell_draft(self, draft: Draft, place: Place) -> Place:
        """What a reader at a place gets of a draft."""
        if draft.number != place.draft:
            self.told.append(self.start_of(draft))
            place = place._replace(draft=draft.number, offset=0, ended=False)
        cut = self.up_to if self.up_to is not None and self.up_to.draft == draft.number else None
        length = min(draft.length, cut.offset) if cut else draft.length
        if length > place.offset:
            text = draft.text.encode()[place.offset : length].decode()
            self.told += chunk_frames(self.stream, self.document.pk, draft.section_id, draft.number, place.offset, text)
            place = place._replace(offset=length)
        if draft.status != Draft.Status.WRITING and (cut is None or cut.ended):
            self.told.append(self.end_of(draft))
            place = place._replace(ended=True)
        return place

    def tell_summary(self, place: Place) -> Place:
        """The summary, where it is newer than what the reader knows."""
        limit = MANY if self.up_to is None else self.up_to.revision
        if place.revision < self.document.summary_revision <= limit:
            self.told.append(self.summary())
            place = place._replace(revision=self.document.summary_revision)
        return place

    def tell_closing(self, place: Place) -> Place:
        """What follows the drafts: the summary, and the end of the run. What is newer than `up_to` is for the next reading."""
        document, limit = self.document, MANY if self.up_to is None else self.up_to.ends
        place = self.tell_summary(place)
        if place.ended and place.ends < document.ends <= limit and document.status != Document.Status.GENERATING:
            self.told.append(self.end_of_run())
            place = place._replace(ends=document.ends)
        return place if self.up_to is None else max(place, self.up_to)

    def start_of(self, draft: Draft) -> Frame:
        return frames.SectionStart(
            stream=self.stream,
            document_id=self.document.pk,
            section_id=draft.section_id,
            draft=draft.number,
            idx=draft.section.idx,
            heading=draft.section.heading,
            sections_total=self.total,
            cursor=make_cursor(draft.number, 0),
            model=draft.model,
        )

    def end_of(self, draft: Draft) -> Frame:
        return frames.SectionEnd(
            stream=self.stream,
            document_id=self.document.pk,
            section_id=draft.section_id,
            draft=draft.number,
            length=draft.length,
            sha256=draft.sha256,
            tokens=draft.tokens,
            elapsed_ms=draft.elapsed_ms or 0,
            status=draft.status,
            model=draft.model,
            cursor=make_cursor(draft.number, draft.length, ended=True),
        )

    def summary(self) -> Frame:
        return frames.SummaryUpdate(
            stream=self.stream,
            document_id=self.document.pk,
            revision=self.document.summary_revision,
            global_summary=self.document.global_summary,
            sections_done=self.done,
            sections_total=self.total,
        )

    def end_of_run(self) -> Frame:
        return frames.DocumentEnd(
            stream=self.stream,
            document_id=self.document.pk,
            status="ready" if self.document.status == Document.Status.DRAFT else self.document.status,
            sections_done=self.done,
            elapsed_ms=self.document.elapsed_ms or 0,
        )


def read_after(document_id: int, place: Place, stream: str, up_to: Place | None = None) -> Stretch:
    """What follows a place, at most up to another and at most some drafts of it; nothing of a document that is gone."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        return Stretch([], place, gone=True)
    reader = Reader(document, stream, up_to)
    page = list(reader.drafts().filter(number__gte=place.draft)[:MOST_DRAFTS])
    if page and page[0].number > place.draft:
        place = place._replace(ended=True)  # its draft has gone with its section
    for draft in page:
        if draft.number > place.draft and not place.ended:
            break  # it waits until the draft before it has ended
        if draft.number > place.draft or not place.ended:
            place = reader.tell_next(draft, place)
    more = len(page) == MOST_DRAFTS
    if not more:
        place = reader.tell_closing(place)
    return Stretch(reader.told, place, more=more)


def read_current(document_id: int, stream: str, up_to: Place) -> Stretch:
    """The drafts that are the sections' texts now, and the one that is being written, from their start."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        return Stretch([], up_to, gone=True)
    reader = Reader(document, stream, up_to)
    wanted = Q(pk__in=document.sections.exclude(current_draft=None).values("current_draft"))
    if not up_to.ended:
        wanted |= Q(number=up_to.draft)
    revision = 0
    for draft in reader.drafts().filter(wanted):
        revision = reader.tell_next(draft, START._replace(revision=revision)).revision
    return Stretch(reader.told, reader.tell_closing(up_to._replace(revision=revision, ends=0)))


def has_been_at(document_id: int, place: Place) -> bool:
    """Whether the stream has ever been at a place, and still has what leads there."""
    if not place.draft:
        return not place.offset
    draft = Draft.objects.filter(document=document_id, number=place.draft).only("text", "length", "status").first()
    waits = Draft.objects.filter(document=document_id, number__lt=place.draft, status=Draft.Status.WRITING)
    if draft is None or place.offset > draft.length or waits.exists():
        return False
    if place.ended:
        return place.offset == draft.length and draft.status != Draft.Status.WRITING
    return draft.text.encode()[place.offset : place.offset + 1] not in CONTINUATIONS


def read_place(document_id: int) -> Place:
    """How far the stream has come."""
    document = Document.objects.filter(pk=document_id).values_list("summary_revision", "ends").first()
    if document is None:
        return Place()
    last = (
        Draft.objects.filter(document=document_id).order_by("-number").values_list("number", "length", "status").first()
    )
    if last is None:
        return Place(0, 0, True, *document)
    first_open = (
        Draft.objects.filter(document=document_id, status=Draft.Status.WRITING)
        .order_by("number")
        .values_list("number", "length", "status")
        .first()
    )
    number, length, status = first_open or last
    return Place(number, length, status != Draft.Status.WRITING, *document)


def read_open_start(document_id: int) -> Place:
    """The place before the draft that is being written; where the stream has come to when none is."""
    place = read_place(document_id)
    if place.ended:
        return place
    before = Draft.objects.filter(document=document_id, number__lt=place.draft).order_by("-number")
    number, length = before.values_list("number", "length").first() or (0, 0)
    return Place(number, length, True, place.revision, place.ends)


def chunk_frames(stream: str, document_id: int, section_id: int, number: int, start: int, text: str) -> Iterator[Frame]:
    for begins, ends, piece in split_text(text, start, LARGEST_CHUNK):
        yield frames.SectionChunk(
            stream=stream,
            document_id=document_id,
            section_id=section_id,
            draft=number,
            start=begins,
            end=ends,
            text=piece,
            cursor=make_cursor(number, ends),
        )
