"""Which tools fit a few words. Plain data in and out."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
IN_NAME, IN_TAGS, IN_DESCRIPTION = 6, 4, 1
WHOLE_NAME = 20
LEAST_PREFIX = 3
"""So many letters of a word's beginning are that word: `anim` finds animation."""


@dataclass(frozen=True)
class Entry:
    """A tool as words are looked for in it."""

    server: str
    tool: str
    description: str = ""
    tags: Sequence[str] = field(default_factory=tuple)

    @property
    def names(self) -> set[str]:
        """What a task may call it."""
        return {self.tool.lower(), f"{self.server}.{self.tool}".lower()}


def words_of(text: str) -> list[str]:
    """The words of a text or of a name: `create_scene`, `createScene` and `create.scene` have the same ones."""
    return [word.lower() for word in WORD.findall(text)]


def score(entry: Entry, query: Collection[str]) -> int:
    """How well a tool fits words; 0 when no word is in it."""
    places = (
        (IN_NAME, words_of(f"{entry.server} {entry.tool}")),
        (IN_TAGS, words_of(" ".join(entry.tags))),
        (IN_DESCRIPTION, words_of(entry.description)),
    )
    return sum(weight for word in query for weight, words in places if is_among(word, words))


def is_among(word: str, words: Collection[str]) -> bool:
    return any(each == word or (len(word) >= LEAST_PREFIX and each.startswith(word)) for each in words)


def ranked(entries: Iterable[Entry], query: str, first: Collection[str] = ()) -> list[Entry]:
    """Those that fit, the best first; `first` are names of tools that come before the others. Without words, all of them."""
    words, wanted = set(words_of(query)), {name.lower() for name in first}
    scored = []
    for entry in entries:
        fits = score(entry, words) + (WHOLE_NAME if query.strip().lower() in entry.names else 0)
        if fits or not words:
            scored.append((not entry.names & wanted, -fits, entry.server, entry.tool, entry))
    return [each[-1] for each in sorted(scored, key=lambda each: each[:-1])]


def known_as(entries: Iterable[Entry]) -> set[str]:
    """Everything that a task may name, in lower case: tools with and without their server, servers, and tags."""
    known: set[str] = set()
    for entry in entries:
        known |= entry.names | {entry.server.lower()} | {tag.lower() for tag in entry.tags}
    return known


def closest(entries: Sequence[Entry], wish: str) -> Entry | None:
    """The tool that a wished-for name means most likely, `unity.scene.create` for instance; None when nothing is like it."""
    found = ranked(entries, wish)
    return found[0] if found else None
