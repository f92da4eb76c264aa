"""Outlines by the template or by a model; where the model gives none that holds our laws, by the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Protocol

from pydantic import BaseModel, Field, StringConstraints

from documents.writers.prompt import outline_prompt
from documents.writers.section import TEMPLATE
from documents.writing.material import Material, OutlineSection
from documents.writing.template import make_outline
from gamedev_gateway.core.llm import Model, ModelError
from plans.planner.wording import fold, squeeze


@dataclass(frozen=True)
class Outline:
    """The sections, and what is known of how they came about: see `SectionResult`."""

    sections: tuple[OutlineSection, ...]
    model: str = TEMPLATE
    tokens_in: int = 0
    tokens_out: int = 0
    fallback: ModelError | None = None


class Outliner(Protocol):
    @property
    def name(self) -> str: ...

    async def outline(self, material: Material) -> Outline: ...


class TemplateOutliner:
    name = TEMPLATE

    async def outline(self, material: Material) -> Outline:
        return Outline(tuple(make_outline(material)))


class ModelOutliner:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.name = model.name

    async def outline(self, material: Material) -> Outline:
        """Never fails for the model's sake: the template's outline is there already, and shown to the model as the usual one."""
        usual = make_outline(material)
        prompt = outline_prompt(material, usual, self.model.limits.prompt)
        try:
            answer = await self.model.ask(prompt, ProposedOutline, faults_of)
        except ModelError as error:
            name = f"{TEMPLATE} ({self.name}: {error.code})"
            return Outline(tuple(usual), name, error.usage.tokens_in, error.usage.tokens_out, error)
        sections = tuple(section.as_outline() for section in answer.value.sections)
        return Outline(sections, self.name, answer.usage.tokens_in, answer.usage.tokens_out)


class ProposedSection(BaseModel):
    level: int = Field(ge=1, le=3, description="1 for a chapter, 2 and 3 for what is inside one.")
    heading: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    brief: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)] = Field(
        description="What the section should tell, in one to three sentences."
    )

    def as_outline(self) -> OutlineSection:
        return OutlineSection(self.level, squeeze(self.heading), self.brief)


class ProposedOutline(BaseModel):
    """The outline that a model is asked for."""

    sections: list[ProposedSection] = Field(min_length=3, max_length=30)


def faults_of(outline: ProposedOutline) -> list[str]:
    """What breaks our laws, a sentence each; [] when nothing does."""
    sections = outline.sections
    return [*level_faults(sections), *heading_faults([section.heading for section in sections])]


def level_faults(sections: Sequence[ProposedSection]) -> list[str]:
    first = [] if sections[0].level == 1 else ["The first section must have level 1."]
    return first + [
        f"“{section.heading}” has level {section.level}, but comes after a section of level {before.level}."
        for before, section in pairwise(sections)
        if section.level > before.level + 1
    ]


def heading_faults(headings: Sequence[str]) -> list[str]:
    folded = [fold(squeeze(heading)) for heading in headings]
    return [
        *(
            f"The heading “{heading}” is there twice."
            for at, heading in enumerate(headings)
            if folded[at] in folded[:at]
        ),
        *(f"The heading “{heading}” must be words only." for heading in headings if not squeeze(heading)),
        *(f"The heading “{heading}” must not begin with a #." for heading in headings if heading.startswith("#")),
    ]
