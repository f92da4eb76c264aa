"""A passage of a section: lines that belong together, and how they look as Markdown."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Form = Literal["prose", "list", "table"]
SENTENCE_END = re.compile(r"(?<=[.!?…])[”’)]*\s+(?=[“‘(]?[^\W\d_a-z])")
SHORTEST = 4
"""Sentences of fewer words, such as "Not yet.", may come twice."""
WORD_TOKENS, CHARACTERS_A_TOKEN = 1.3, 6.5


@dataclass(frozen=True)
class Passage:
    """Lines of finished Markdown. A table has a `head`, and its lines are rows with cells joined by " | "."""

    about: str
    lines: tuple[str, ...]
    rank: int = 2
    form: Form = "prose"
    lead: str = ""
    head: tuple[str, ...] = ()
    name: str = ""
    """Stands in bold before the first line."""
    spends: tuple[str, ...] = ()
    """Keys of what is used up when the passage is chosen."""

    def markdown(self) -> str:
        """The passage as it stands on the page."""
        name = f"**{self.name}.** " if self.name else ""
        if self.form == "prose" or (self.form == "list" and len(self.lines) == 1):
            return f"{name}{' '.join([*([self.lead] if self.lead else []), *self.lines])}"
        body = self._table() if self.form == "table" else "\n".join(f"- {line}" for line in self.lines)
        lead = f"{name}{self.lead}".strip()
        return f"{lead}\n\n{body}" if lead else body

    def _table(self) -> str:
        rows = [" | ".join(self.head), " | ".join("---" for _ in self.head), *self.lines]
        return "\n".join(f"| {row} |" for row in rows)

    def without_last_line(self) -> "Passage":
        """One line shorter."""
        return replace(self, lines=self.lines[:-1])


def markdown_of(passages: Iterable[Passage]) -> str:
    """The section's text."""
    return "\n\n".join(passage.markdown() for passage in passages if passage.lines)


def tokens_of(passages: Iterable[Passage]) -> int:
    """About how many tokens a model would count."""
    text = markdown_of(passages)
    return round(max(len(text.split()) * WORD_TOKENS, len(text) / CHARACTERS_A_TOKEN))


def split_sentences(line: str) -> list[str]:
    """The sentences of a line as they are."""
    return [part for part in SENTENCE_END.split(line) if part]


def sentences(line: str) -> list[str]:
    """The sentences of a line, folded for comparing; very short ones left out."""
    found = (" ".join(part.split()).casefold().strip(" |-*“”‘’().…") for part in SENTENCE_END.split(line))
    return [part for part in found if len(part.split()) >= SHORTEST]
