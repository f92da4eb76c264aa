"""Sections by the template, in the pieces in which a model would send them."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from documents.writers.section import TEMPLATE, SectionOrder, SectionResult
from documents.writing.material import Written
from documents.writing.template import TemplateDocument

PIECE = re.compile(r"\s*(?:\S+\s*){1,6}")
"""Some words with the white space around them."""


class TemplateWriter:
    """Remembers the document that it is at, since the sections of one know of each other; so for one run at a time."""

    name = TEMPLATE
    words_per_second: ClassVar[float | None] = None
    """How fast it says what it has written; None: at once. A demo sets it, so that there is something to watch."""

    def __init__(self) -> None:
        self._document: TemplateDocument | None = None
        self._is_of: object = None
        self._lock = threading.Lock()

    @asynccontextmanager
    async def open(self, order: SectionOrder) -> "AsyncIterator[TemplateText]":
        """In a thread, since a section of a large plan takes a while that others in the event loop would wait."""
        yield TemplateText(await asyncio.to_thread(self._written, order))

    def _written(self, order: SectionOrder) -> Written:
        """Under a lock: a section whose reader was cancelled is composed to its end, and the next may have been ordered by then."""
        about = (order.material, tuple(order.outline))
        with self._lock:
            if self._document is None or self._is_of != about:
                self._document, self._is_of = TemplateDocument(*about), about
            return self._document.write(order.idx, instructions=order.instructions)


class TemplateText:
    """A section that is written already."""

    def __init__(self, written: Written) -> None:
        self.written = written
        self.result = SectionResult(
            TEMPLATE, written.summary, told_of=written.derived_from, not_understood=written.not_understood
        )

    async def __aiter__(self) -> AsyncIterator[str]:
        for piece in PIECE.findall(self.written.text):
            yield piece
            if TemplateWriter.words_per_second:
                await asyncio.sleep(len(piece.split()) / TemplateWriter.words_per_second)
