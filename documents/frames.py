"""What a document's stream sends: declarations that the frames are made from."""

from typing import Literal

from pydantic import Field

from realtime.frames import Frame


class SectionStart(Frame):
    """A draft of a section begins."""

    type: Literal["section_start"] = "section_start"
    stream: str = Field(description="As subscribed to.")
    document_id: int
    section_id: int
    draft: int = Field(description="Rises through the document's life.")
    idx: int
    heading: str
    sections_total: int
    cursor: str
    model: str


class SectionChunk(Frame):
    """The next piece of the draft's text: bytes `start` to `end` of its UTF-8. No piece ends inside a character."""

    type: Literal["section_chunk"] = "section_chunk"
    stream: str = Field(description="As subscribed to.")
    document_id: int
    section_id: int
    draft: int
    start: int
    end: int
    text: str
    cursor: str


class SectionEnd(Frame):
    """The draft is complete, or as complete as it will be. The pieces joined have this length in bytes and this SHA-256."""

    type: Literal["section_end"] = "section_end"
    stream: str = Field(description="As subscribed to.")
    document_id: int
    section_id: int
    draft: int
    length: int
    sha256: str
    tokens: int
    elapsed_ms: int
    status: Literal["done", "proposed", "cancelled", "failed"]
    model: str = Field(
        description="Who wrote it in the end: the template, where the model that was asked said nothing."
    )
    cursor: str


class SummaryUpdate(Frame):
    """What the document says so far, in short."""

    type: Literal["summary_update"] = "summary_update"
    stream: str = Field(description="As subscribed to.")
    document_id: int
    revision: int
    global_summary: str
    sections_done: int
    sections_total: int


class DocumentEnd(Frame):
    """The run has ended; `ready` when it wrote all that it was asked for, which need not be every section of the document."""

    type: Literal["document_end"] = "document_end"
    stream: str = Field(description="As subscribed to.")
    document_id: int
    status: Literal["ready", "failed", "cancelled"]
    sections_done: int
    elapsed_ms: int


SENT: list[type[Frame]] = [SectionStart, SectionChunk, SectionEnd, SummaryUpdate, DocumentEnd]
