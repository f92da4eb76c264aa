"""Outlines by a model. One that holds our laws, or a ModelError; the template's outline is shown to it as the usual one."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from documents.writers.prompt import outline_prompt
from documents.writers.told import CODE
from documents.writing.material import Material, OutlineSection
from documents.writing.template import make_outline
from gamedev_gateway.core.llm import Model, Usage
from plans.planner.wording import fold, squeeze

MARKUP = re.compile(r"^(?:#|[-*>]\s|\d+[.)]\s)")


class ProposedSection(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    level: int = Field(ge=1, le=3, description="1 for a chapter, 2 and 3 for what is inside one.")
    heading: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    brief: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)] = Field(
        description="What the section should tell, in one to three sentences."
    )

    def as_outline(self) -> OutlineSection:
        return OutlineSection(self.level, squeeze(self.heading), squeeze(self.brief))


class ProposedOutline(BaseModel):
    """The outline that a model is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sections: list[ProposedSection] = Field(min_length=3, max_length=30)

    def as_outline(self) -> list[OutlineSection]:
        return [section.as_outline() for section in self.sections]


async def propose_outline(model: Model, material: Material, usage: Usage) -> ProposedOutline:
    """Raises ModelError."""
    prompt = outline_prompt(material, make_outline(material), model.limits.prompt)
    codes = {task.code for task in material.tasks}

    def faults(outline: ProposedOutline) -> list[str]:
        return faults_of(outline.sections, codes)

    return (await model.ask(prompt, ProposedOutline, faults, usage=usage)).value


def faults_of(sections: Sequence[ProposedSection], codes: Collection[str]) -> list[str]:
    """What breaks our laws, a sentence each; [] when nothing does."""
    headings = [section.heading for section in sections]
    return [*level_faults(sections), *heading_faults(headings), *code_faults(sections, codes)]


def level_faults(sections: Sequence[ProposedSection]) -> list[str]:
    first = [] if sections[0].level == 1 else ["The first section must have level 1."]
    return first + [
        f"“{section.heading}” has level {section.level}, but comes after a section of level {before.level}."
        for before, section in pairwise(sections)
        if section.level > before.level + 1
    ]


def heading_faults(headings: Sequence[str]) -> list[str]:
    folded = [fold(squeeze(heading)) for heading in headings]
    twice = [heading for at, heading in enumerate(headings) if folded[at] in folded[:at]]
    return [
        *(f"The heading “{heading}” is there twice." for heading in twice),
        *(f"The heading “{heading}” must be words only." for heading in headings if not squeeze(heading)),
        *(
            f"The heading “{heading}” must not begin with Markdown or a number."
            for heading in headings
            if MARKUP.match(heading)
        ),
    ]


def code_faults(sections: Sequence[ProposedSection], codes: Collection[str]) -> list[str]:
    named = {code for section in sections for code in CODE.findall(f"{section.heading} {section.brief}")}
    return [f"The plan has no task {code}; do not speak of it." for code in sorted(named - set(codes))]
