"""The writer's knowledge: YAML files beside this module, read once and checked.

`outlines.yaml` says which sections each kind of document has; `topics/` what a section on a topic says; `genres/` what a
genre adds to a topic; `mechanics.yaml` what there is to say about things that games often have; `phrases.yaml` how facts of
the brief, the plan and the context are introduced.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

HERE = Path(__file__).parent


class Knowledge(BaseModel):
    """A part of a YAML file. A field that is not declared is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Knowledge):
    """When something applies: what the brief mentions, which of its fields are filled, and which genres it may be."""

    when: list[str] = []
    unless: list[str] = []
    has: list[str] = Field(default=[], description="Fields of the brief, or words of the writer, that must be there.")
    missing: list[str] = Field(default=[], description="Fields of the brief, or words, that must not be there.")
    genres: list[str] = []


class Line(Condition):
    """One to three sentences with {words}; of several ways to say them the project's name decides for one."""

    say: list[str]

    @field_validator("say", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class Paragraph(Condition):
    """Lines that belong together. Rank 1 is always said, rank 2 while there is room, rank 3 to fill or on request."""

    about: str
    rank: int = 2
    form: Literal["prose", "list"] = "prose"
    lead: str = Field(default="", description="Stands before a list.")
    lines: list[Line]

    @field_validator("lines", mode="before")
    @classmethod
    def _plain_lines(cls, value: Any) -> Any:
        return [line if isinstance(line, dict) else {"say": line} for line in value]


class Topic(Knowledge):
    """What sections are about: how they are recognised, which facts belong to them, and what there is to say."""

    words: list[str] = Field(description="Words of headings.")
    facts: list[str] = Field(default=[], description="Words of facts that are told here.")
    takes: list[str] = Field(default=[], description="Kinds of facts that are told here when no other section fits.")
    may_take: list[str] = Field(
        default=[], description="Kinds of facts that are told here when nothing else takes them."
    )
    summary: str = Field(default="", description="The section in one sentence.")
    text: list[Paragraph | str] = Field(description='Paragraphs, and blocks such as "@mechanics".')


class Planned(Condition):
    """A section of an outline."""

    level: int = 1
    topic: str
    heading: str
    brief: str


class Note(Knowledge):
    """What there is to say about a thing that games often have, named by the first word of the planner's topic.

    `words` recognise things that the planner has no topic for.
    """

    words: list[str] = []

    play: str
    care: str
    edge: str = ""
    value: list[str] = Field(default=[], description="Name and value to start from.")


class Needs(Knowledge):
    """What such a thing needs on the pages about levels, sound and look; parts of sentences."""

    level: str
    sound: str
    art: str


class Genre(Knowledge):
    """What a genre adds to topics, and the values to start from: name, value, what it changes."""

    topics: dict[str, list[Paragraph]]
    tuning: list[tuple[str, str, str]]


def _read(name: str) -> Any:
    return yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def topics() -> dict[str, dict[str, Topic]]:
    """All topics by the kind of document that they come from ("gdd", …, "any") and by key."""
    return {
        path.stem: {key: Topic(**value) for key, value in _read(f"topics/{path.name}").items()}
        for path in sorted((HERE / "topics").glob("*.yaml"))
    }


@cache
def outlines() -> dict[str, list[Planned]]:
    """The sections of each kind of document; "task" are those of a document of one task that stand before them."""
    return {kind: [Planned(**entry) for entry in entries] for kind, entries in _read("outlines.yaml").items()}


@cache
def genre_knowledge(genre: str) -> Genre:
    """What is known about a genre; of the unknown ones, what is true of games."""
    known = (HERE / "genres" / f"{genre}.yaml").exists()
    return Genre(**_read(f"genres/{genre if known else 'general'}.yaml"))


@cache
def notes() -> dict[str, Note]:
    """What there is to say about mechanics, by the first word of the planner's topic."""
    return {key: Note(**value) for key, value in _read("mechanics.yaml").items()}


@cache
def needs() -> dict[str, Needs]:
    """What mechanics need elsewhere, by the first word of the planner's topic."""
    return {key: Needs(**value) for key, value in _read("each.yaml").items()}


@cache
def phrases() -> dict[str, list[str]]:
    """The ways to introduce a fact, by its kind."""
    return {kind: list(ways) for kind, ways in _read("phrases.yaml").items()}


@cache
def roles() -> dict[str, list[str]]:
    """Words in titles by which a task's part in the whole is recognised."""
    return dict(_read("roles.yaml"))


@cache
def simpler_words() -> dict[str, str]:
    """Plain words for harder ones."""
    return dict(_read("simpler.yaml"))
