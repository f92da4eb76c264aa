"""Sections by a model; where it gives nothing, by the template."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

from documents.writers.prompt import section_prompt
from documents.writers.section import TEMPLATE, SectionOrder, SectionResult, SectionWriter
from documents.writers.template import TemplateWriter
from documents.writers.told import tasks_told_of
from documents.writing.summary import SummaryLine
from gamedev_gateway.core.llm import Model, ModelError, Usage
from gamedev_gateway.core.llm.errors import EmptyAnswer, TooLong


class ModelWriter:
    """Holds no connection: each section has its own, from its first piece to its last."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.name = model.name
        self.template = TemplateWriter()

    @asynccontextmanager
    async def open(self, order: SectionOrder) -> "AsyncIterator[ModelText]":
        text = ModelText(self.model, order, self.template)
        async with aclosing(text.pieces):
            yield text


class ModelText:
    """The text of a model without its closing summary line.

    A failure before the first word: the template answers instead. The limit of its length: what is there stays, as done.
    Any other failure after the first word is raised.
    """

    def __init__(self, model: Model, order: SectionOrder, template: SectionWriter) -> None:
        self.model = model
        self.order = order
        self.template = template
        self.pieces = self._pieces()
        self.text = self.summary = ""
        self.usage = Usage()
        self.cut_short = False
        self.fallback: ModelError | None = None
        self.instead: SectionResult | None = None

    def __aiter__(self) -> AsyncIterator[str]:
        return self.pieces

    @property
    def result(self) -> SectionResult:
        return replace(
            self.instead or self._own_result(),
            tokens_in=self.usage.tokens_in,
            tokens_out=self.usage.tokens_out,
            first_token_ms=self.usage.first_token_ms,
            cost_usd=self.usage.cost_usd,
            fallback=self.fallback,
        )

    def _own_result(self) -> SectionResult:
        told_of = tasks_told_of(self.text, self.order.material.tasks)
        return SectionResult(self.model.name, self.summary, told_of, cut_short=self.cut_short)

    async def _pieces(self) -> AsyncGenerator[str]:
        try:
            async with aclosing(self._from_model()) as pieces:
                async for piece in pieces:
                    yield piece
            return
        except ModelError as error:
            if self.text:
                raise
            self.fallback = error
        async with self.template.open(self.order) as text:
            self.instead = replace(text.result, model=f"{TEMPLATE} ({self.model.name}: {self.fallback.code})")
            async for piece in text:
                yield piece

    async def _from_model(self) -> AsyncGenerator[str]:
        closing = SummaryLine()
        try:
            async with self.model.stream(section_prompt(self.order, self.model.limits.prompt)) as stream:
                self.usage = stream.usage
                async for token in stream:
                    if piece := self._said(closing.feed(token)):
                        yield piece
        except TooLong:
            if not self.text:
                raise
            self.cut_short = True
        ending = closing.finish()
        self.summary = ending.summary
        if ending.rest and not self.cut_short:  # of a text cut short it may be half of the summary line
            yield self._said(ending.rest)
        if not self.text.strip():
            raise EmptyAnswer(f"{self.model.name} answered with nothing but a summary.")

    def _said(self, piece: str) -> str:
        self.text += piece
        return piece
