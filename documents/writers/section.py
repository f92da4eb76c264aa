"""One interface for whoever writes a section: an order in, text in pieces out, and a result at its end.

async with section_writer().open(order) as text:    # leaving the block ends the writing, also in mid-sentence
    async for piece in text:
        ...                                         # ModelError when the rest will not come
text.result
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from documents.writing.material import Material, OutlineSection
from gamedev_gateway.core.llm import ModelError

TEMPLATE = "template"


@dataclass(frozen=True)
class SectionOrder:
    """All that a writer needs for the section at the place `idx` of the outline. Plain data, no rows.

    global_summary: what the sections written so far say, a line each. previous_text: the end of the section before.
    instructions: what a person asks of this attempt. present_text: what the section says now, when it is written anew.
    """

    material: Material
    outline: Sequence[OutlineSection]
    idx: int
    global_summary: str = ""
    previous_text: str = ""
    instructions: str = ""
    present_text: str = ""

    @property
    def section(self) -> OutlineSection:
        return self.outline[self.idx]


@dataclass(frozen=True)
class SectionResult:
    """What is known of a section besides its text.

    model: what a draft says of its writer: "template", a model's name, or "template (model: code)" when the template
    answered in a model's place. summary: one sentence. told_of: codes of the plan's tasks, in the plan's order.
    first_token_ms: from the question on; None when no model said anything. cost_usd: None where prices are not known.
    not_understood: the parts of an instruction that nothing was done about.
    fallback: why the template answered in a model's place. cut_short: the text was ended at the limit of its length.
    """

    model: str
    summary: str = ""
    told_of: tuple[str, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Decimal | None = None
    first_token_ms: int | None = None
    not_understood: tuple[str, ...] = ()
    fallback: ModelError | None = None
    cut_short: bool = False


class SectionText(Protocol):
    """The text of one section as it comes, never cut inside a character. To be read once.

    Raises ModelError when text has come and the rest will not. `result` is right once the text has ended, however it ended,
    or its block has been left; `result.model` is right from the first piece on.
    """

    def __aiter__(self) -> AsyncIterator[str]: ...

    @property
    def result(self) -> SectionResult: ...


class SectionWriter(Protocol):
    """`name` is what a draft says of its writer as long as nothing goes wrong."""

    @property
    def name(self) -> str: ...

    def open(self, order: SectionOrder) -> AbstractAsyncContextManager[SectionText]: ...
