"""The section being composed: its facts, and what the document has said before, so that nothing is said twice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from documents.writing import markdown
from documents.writing.material import TaskFact
from documents.writing.template.facts import Known
from documents.writing.template.knowledge import Line, Paragraph, phrases
from documents.writing.template.matching import Fact, Place
from documents.writing.template.passage import Passage, sentences
from plans.planner.wording import capital, excerpt, shorten, stems

LONGEST_CRITERION = 200
CLOSED_TWICE = re.compile(r"([.!?…])”\.")
"""A quotation that ends its own sentence ends ours too."""


@dataclass
class Told:
    """What a document has said: its sentences, and the ways of introducing facts and the criteria that are used up."""

    said: set[str] = field(default_factory=set)
    spent: set[str] = field(default_factory=set)

    def add(self, passages: Sequence[Passage]) -> None:
        """Note the sentences of a section."""
        self.spent |= {key for passage in passages for key in passage.spends}
        self.said |= {
            found for passage in passages for line in (passage.lead, *passage.lines) for found in sentences(line)
        }

    def copy(self) -> "Told":
        return Told(set(self.said), set(self.spent))

    def without(self, other: "Told") -> "Told":
        """What is told here and not there."""
        return Told(self.said - other.said, self.spent - other.spent)


@dataclass
class Page:
    """One section on its way. `told` is shared by all sections of a document, so that nothing is said twice."""

    known: Known
    place: Place
    facts: list[Fact]
    headings: dict[str, str]
    """The heading of the section on each topic."""
    told: Told
    _here: set[str] = field(default_factory=set)
    """The sentences weighed for this section."""

    def take(self, kind: str) -> list[Fact]:
        """The facts of a kind that are still to be told here."""
        taken = [fact for fact in self.facts if fact.kind == kind]
        self.facts = [fact for fact in self.facts if fact.kind != kind]
        return taken

    def paragraph(self, told: Paragraph) -> list[Passage]:
        """A paragraph of a topic, without the lines that do not apply or have been said."""
        if not self.known.applies(told):
            return []
        lines = tuple(text for line in told.lines if (text := self.say(line)))
        lead = self.known.fill(told.lead, **self._extra()) or "" if told.lead else ""
        if not lines or (told.lead and not lead):
            return []
        return [Passage(told.about, lines, told.rank, told.form, lead)]

    def say(self, line: Line) -> str:
        """A line that has not been said yet; "" otherwise."""
        ways = self.known.ways_to_say(line, self.place.section.heading, **self._extra())
        return next((text for text in ways if self.new(text)), "")

    def new(self, text: str) -> bool:
        """Whether none of the text's sentences has been said; from now on they have."""
        is_new = self.is_new(text)
        self._here |= set(sentences(text)) if is_new else set()
        return is_new

    def is_new(self, text: str) -> bool:
        """Whether none of the text's sentences has been said."""
        return not set(sentences(text)) & (self.told.said | self._here)

    def unsaid(self, passages: Sequence[Passage]) -> list[Passage]:
        """The passages without the lines that the document has said; those that are mostly said are left out."""
        kept = [replace(passage, lines=tuple(filter(self.new, passage.lines))) for passage in passages]
        return [
            new for new, old in zip(kept, passages, strict=True) if new.lines and 2 * len(new.lines) > len(old.lines)
        ]

    def _extra(self) -> dict[str, str]:
        others = {
            f"see_{key}": heading for key, heading in self.headings.items() if heading != self.place.section.heading
        }
        return {"heading": shorten(self.place.section.heading, 80) or "this section", **others}

    def phrase(self, kind: str, **parts: str) -> str:
        """A fact introduced in a way that this document has not used; `parts` are finished Markdown."""
        ways = phrases()[kind]
        start = ways.index(self.known.pick(ways, f"{kind}{len(self.headings)}"))
        ordered = [*ways[start:], *ways[:start]]
        way = next((text for text in ordered if f"{kind}:{text}" not in self.told.spent), ordered[0])
        self.told.spent |= {f"{kind}:{way}", f"code:{parts.get('code', '')}"}
        filled = way
        for name, value in {"heading": markdown.inline(self._extra()["heading"]), **parts}.items():
            filled = filled.replace(f"{{{name}}}", value)
        line = capital(CLOSED_TWICE.sub(r"\1”", filled))
        return markdown.opening(line) if way.startswith("{") else line

    def tell(self, tasks: Sequence[TaskFact]) -> None:
        """Note that the document speaks of tasks."""
        self.told.spent |= {f"code:{task.code}" for task in tasks}

    def has_told(self, task: TaskFact) -> bool:
        """Whether the document has spoken of a task."""
        return f"code:{task.code}" in self.told.spent

    def lead(self, kind: str) -> str:
        """What introduces a list or a table; "" when every way has been used."""
        if all(f"{kind} lead:{way}" in self.told.spent for way in phrases()[f"{kind} lead"]):
            return ""
        return self.phrase(f"{kind} lead")

    def criterion(self, task: TaskFact, about: str = "") -> str:
        """A criterion of a task that nothing has quoted yet, in quotation marks; "" if there is none."""
        line = self.free_criterion(task, about)
        return markdown.quoted(line.rstrip(".")) if line else ""

    def free_criterion(self, task: TaskFact, about: str = "") -> str:
        """The criterion of a task that says most about something, else the first that has not been quoted."""
        wanted = stems(about)
        line = max(self.free_criteria(task), key=lambda text: len(wanted & stems(text)), default="")
        self.told.spent |= {self.criterion_key(line)} if line else set()
        return line

    def free_criteria(self, task: TaskFact) -> list[str]:
        """The criteria of a task that have not been quoted, and are short enough to be."""
        return [
            line
            for line in task.acceptance
            if self.criterion_key(line) not in self.told.spent and len(line) <= LONGEST_CRITERION
        ]

    @staticmethod
    def criterion_key(line: str) -> str:
        return f"criterion:{' '.join(line.split()).casefold()}"

    def own_criteria(self, most: int) -> list[str]:
        """The criteria of the document's own task that have not been quoted."""
        task = self.known.material.task
        found = [self.free_criterion(task) for _ in range(most)] if task else []
        return [excerpt(line, LONGEST_CRITERION) for line in found if line]
