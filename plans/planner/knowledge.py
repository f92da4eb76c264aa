"""The planner's knowledge: YAML files beside this module, read once and checked."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

HERE = Path(__file__).parent


class Knowledge(BaseModel):
    """A part of a YAML file. A field that is not declared is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Saying(Knowledge):
    """A line that is used only when the brief mentions one of `when`, and none of `unless`."""

    say: str
    when: list[str] = []
    unless: list[str] = []


class Pattern(Knowledge):
    """What a kind of task looks like, with {words} to be filled from a brief."""

    kind: str = "code"
    phase: int = 3
    rank: int = 5
    priority: int = 3
    points: int = 3
    after: list[str] = []
    when: list[str] = []
    unless: list[str] = []
    title: list[str] = []
    description: list[str] = []
    acceptance: list[Saying | str] = []
    deliverables: list[str] = []


class Genre(Knowledge):
    """A genre: how to recognise it, what it calls things, and how its tasks differ from the common ones."""

    label: str
    aka: list[str] = Field(description="Names of the genre, decisive in the genre field.")
    hints: list[str] = Field(
        description="Words that suggest the genre when they turn up in the pitch or the mechanics."
    )
    words: dict[str, list[str]] = Field(
        description="What the genre calls things; the first that the brief mentions wins."
    )
    amount: int
    maps: bool = Field(default=True, description="Whether there are levels to be laid out in space.")
    assumed: list[str] = Field(description="The core mechanic when the brief names none.")
    tasks: dict[str, dict[str, Any]] = {}


class Engine(Knowledge):
    """An engine: what it calls things, and which tools its tasks would use."""

    label: str
    setup_label: str = ""
    plain: str
    project: str
    files: str
    profiler: str
    words: list[str]
    tools: dict[str, list[str]]


class Platform(Knowledge):
    """A platform and the acceptance criteria that it adds, by task key."""

    label: str
    words: list[str]
    adds: dict[str, list[str]]


class Topic(Knowledge):
    """What to check about a thing that games often have."""

    words: list[str]
    weak: list[str] = Field(
        default=[], description="Words that need a game of one of `genres`, or one of `words` nearby."
    )
    genres: list[str] = []
    points: int = 3
    kind: str = "code"
    title: str = ""
    acceptance: list[str]
    deliverables: list[str] = []


class ConstraintRule(Knowledge):
    """Which task answers for constraints with these words, and how its criterion reads."""

    task: str
    words: list[str]
    says: str


class Words(Knowledge):
    """Word lists; see words.yaml."""

    verbs: frozenset[str]
    maybe_verbs: frozenset[str]
    surroundings: frozenset[str]
    preparations: frozenset[str]
    proper: frozenset[str]
    intransitive: frozenset[str]
    prepositions: frozenset[str]
    determiners: frozenset[str]
    stop_words: frozenset[str]
    generic: frozenset[str]
    mass_s: frozenset[str]
    mass: frozenset[str]
    bare: frozenset[str]
    foreign: frozenset[str]
    numbers: dict[str, float]
    orders: list[str]
    nothing: frozenset[str]
    unfinished: frozenset[str]
    market: list[str]
    spelling: dict[str, str]
    synonyms: list[list[str]]


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def genres() -> dict[str, Genre]:
    """All genres by file name."""
    return {path.stem: Genre(**_read(path)) for path in sorted((HERE / "genres").glob("*.yaml"))}


@cache
def patterns(genre: str) -> dict[str, Pattern]:
    """The task patterns of a genre: the common ones, changed and extended by the genre's own."""
    common: dict[str, dict[str, Any]] = _read(HERE / "tasks.yaml")
    own = genres()[genre].tasks
    return {key: Pattern(**{**common.get(key, {}), **own.get(key, {})}) for key in [*common, *own] if key != "core"}


@cache
def core_acceptance(genre: str) -> list[str]:
    """What the genre asks of its core prototype."""
    return list(genres()[genre].tasks.get("core", {}).get("acceptance", []))


@cache
def engines() -> dict[str, Engine]:
    """All engines by key; "generic" stands for the unknown."""
    return {key: Engine(**value) for key, value in _read(HERE / "engines.yaml").items()}


@cache
def platforms() -> dict[str, Platform]:
    """All platforms by key, in the order in which they are named."""
    return {key: Platform(**value) for key, value in _read(HERE / "platforms.yaml").items()}


@cache
def topics() -> list[Topic]:
    """All topics."""
    return [Topic(**value) for value in _read(HERE / "topics.yaml")]


@cache
def constraint_rules() -> list[ConstraintRule]:
    """The rules for constraints; the last one takes whatever is left."""
    return [ConstraintRule(**value) for value in _read(HERE / "constraints.yaml")]


@cache
def words() -> Words:
    """The word lists."""
    return Words(**_read(HERE / "words.yaml"))
