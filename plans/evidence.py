"""Evidence: what is shown for the acceptance criteria of a task, and who saw it. Plain data: no Django.

Whether it is enough, plans.verdicts says.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Level = Literal["said", "seen", "checked", "confirmed"]
LEVELS: tuple[Level, ...] = ("said", "seen", "checked", "confirmed")
"""Who saw it, from the least: said by whoever did the work, seen by a tool, checked by us, confirmed by a person."""

TEST, SCREENSHOT, ASSET, LOG, SIGN_OFF = KINDS = ("test", "screenshot", "asset", "log", "sign-off")
"""The kinds of evidence that a criterion can demand. Other kinds may be shown, too."""
MODEL = "model"
"""The kind of an entry that is a model's opinion on a criterion; it is no evidence itself, it weighs what is."""
SPELLINGS = {kind: kind for kind in KINDS} | {"test run": TEST, "asset check": ASSET, "sign off": SIGN_OFF}
MARKER = re.compile(r"\[\s*([a-z -]+?)\s*\]\s*$", re.IGNORECASE)
MOST_UNNAMED = 200
"""Results of tools that were shown for no criterion, kept on one task."""


class Who(BaseModel):
    """Whose word something is; names only, since this goes where ids mean nothing."""

    kind: str
    name: str


class Judgement(BaseModel):
    """What a person said of an entry last."""

    verdict: Literal["confirmed", "disputed"]
    by: Who
    at: str
    note: str = ""


class Stale(BaseModel):
    """Why an entry counts no more. `artifact` is the one that took the place of its own."""

    why: str
    at: str
    artifact: int | None = None


class Entry(BaseModel):
    """One thing shown. `n` is its number on the task. Members that are not there are left out, but `criterion`.

    What older gateways stored has a kind, and perhaps a note and an artifact: it was said, of no criterion.
    """

    model_config = ConfigDict(extra="allow")

    n: int = Field(ge=1, description="Its number on the task.")
    criterion: str | None = Field(default=None, description="The criterion that it speaks for, by its text.")
    kind: str = Field(default="note", description="test, screenshot, asset, log, sign-off, model, or any other word.")
    level: Level = Field(default="said", description="Who saw it: said < seen < checked < confirmed.")
    note: str | None = None
    excerpt: str | None = Field(default=None, description="Of a log, or of what a tool answered.")
    artifact: int | None = Field(default=None, description="Id of an artifact of the task.")
    category: str | None = Field(default=None, description="Of the artifact.")
    path: str | None = Field(default=None, description="Of the artifact, or its uri.")
    sha256: str | None = Field(default=None, description="Of the artifact, as it was when it was shown.")
    tool_call: int | None = Field(default=None, description="The call of a tool whose result it is.")
    tool: str | None = None
    run: str | None = Field(default=None, description="What was run; a newer result of the same makes this one stale.")
    passed: int | None = Field(default=None, description="Of a test run.")
    failed: int | None = None
    skipped: int | None = None
    verdict: Literal["met", "unmet", "unclear", "not_verified"] | None = Field(default=None, description="A model's.")
    generation: int | None = Field(default=None, description="The run of the model.")
    by: Who | None = None
    at: str | None = None
    judged: Judgement | None = None
    stale: Stale | None = None

    @property
    def seen_at(self) -> Level:
        """The level by now: a person may have confirmed it."""
        return "confirmed" if self.judged and self.judged.verdict == "confirmed" else self.level

    @property
    def disputed(self) -> bool:
        return self.judged is not None and self.judged.verdict == "disputed"

    @property
    def counts(self) -> bool:
        return self.stale is None and not self.disputed

    def as_json(self) -> dict[str, Any]:
        return {"n": self.n, "criterion": self.criterion, **self.model_dump(mode="json", exclude_none=True)}


# Reading


def entries_of(stored: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Stored evidence, also that of older gateways; what cannot be read is there, and says nothing."""
    return [read_entry(each, place) for place, each in enumerate(stored, start=1)]


def read_entry(stored: Mapping[str, Any], place: int) -> Entry:
    try:
        return Entry.model_validate({"n": place, **stored})
    except ValidationError:
        return Entry(n=place, kind="unreadable", note=str(dict(stored))[:500])


def level_of(actor_kind: str) -> Level:
    """What somebody's own word is worth."""
    return "confirmed" if actor_kind == "user" else "said"


def demanded(criterion: str) -> str | None:
    """The kind of evidence that a criterion demands by its end: “The hero jumps [screenshot]”."""
    found = MARKER.search(criterion)
    return SPELLINGS.get(" ".join(found[1].lower().split())) if found else None


def rank(level: Level) -> int:
    return LEVELS.index(level)


def highest(levels: Collection[Level]) -> Level:
    return max(levels, key=rank)


# Adding


def added(entries: Sequence[Entry], new: Sequence[Entry]) -> list[Entry]:
    """The entries with new ones, which are numbered here. What is shown again as it is there, is there once."""
    found = list(entries)
    for entry in new:
        if not any(same(entry, other) for other in found):
            number = max((other.n for other in found), default=0) + 1
            found = [*superseded(found, entry), entry.model_copy(update={"n": number})]
    return without_oldest(found)


def without_opinions(entries: Iterable[Entry]) -> list[Entry]:
    """The entries but for a model's opinions, which were on what was shown when it was asked."""
    return [entry for entry in entries if entry.kind != MODEL]


def same(entry: Entry, other: Entry) -> bool:
    own = {"n", "at", "judged"}
    return other.stale is None and entry.model_dump(exclude=own) == other.model_dump(exclude=own)


def superseded(entries: Sequence[Entry], new: Entry) -> list[Entry]:
    """What a new entry leaves of the others: a newer result of the same run takes their place."""
    if new.run is None or new.criterion is not None:
        return list(entries)
    kept = [each for each in entries if each.run != new.run or each.criterion is not None or each.judged]
    again = [each.n for each in kept if each.run == new.run]
    return outdated(kept, again, f"It was run again (tool call {new.tool_call}).", new.at or "")


def without_oldest(entries: Sequence[Entry]) -> list[Entry]:
    unnamed = [each.n for each in entries if each.tool_call and each.criterion is None and each.judged is None]
    gone = set(sorted(unnamed)[:-MOST_UNNAMED])
    return [each for each in entries if each.n not in gone]


def outdated(
    entries: Sequence[Entry], numbers: Collection[int], why: str, at: str, artifact: int | None = None
) -> list[Entry]:
    """The entries, those with some numbers stale from now on."""
    stale = Stale(why=why, at=at, artifact=artifact)
    return [
        each.model_copy(update={"stale": stale}) if each.n in numbers and each.stale is None else each
        for each in entries
    ]


# Naming criteria


def criterion_meant(said: Any, criteria: Sequence[str]) -> str | None:
    """A criterion by its text, or by its number from 1; None where there is none."""
    if said in criteria:
        return said
    text = str(said) if isinstance(said, int | str) and not isinstance(said, bool) else ""
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    return criteria[number - 1] if 1 <= number <= len(criteria) else None
