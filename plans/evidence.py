"""Evidence: what is shown for the acceptance criteria of a task, who saw it, and whether it is enough. Plain data: no Django.

Whatever order the entries come in, the verdicts are the same; what is stale or disputed counts for nothing.
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

HOW = {
    None: "Show what proves it: a test run, a screenshot, an asset, a log.",
    TEST: "Show a test run: kind test with passed (1 or more) and failed (0), or tool_call with a tool's run of the tests.",
    SCREENSHOT: "Show a screenshot: kind screenshot with the artifact, registered with the category screenshot.",
    ASSET: "Show the file: kind asset with the artifact, which the gateway has checked and found valid.",
    LOG: "Show a log: kind log with an excerpt or an artifact.",
    SIGN_OFF: "Ask a person to sign it off, by evidence of theirs or by confirming yours.",
}
SEEN_BY: dict[Level, str] = {
    "said": "",
    "seen": " A tool must have seen it (tool_call); somebody's word is not enough here.",
    "checked": " The gateway must have checked it: a file that it found valid, or a model's verdict; or a person confirms it.",
    "confirmed": " A person must confirm it.",
}


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


class CriterionVerdict(BaseModel):
    """How things stand with one criterion. For one that is `open`, nothing was shown, or not enough; for one that is `stale` or
    `disputed`, what was shown counts no more."""

    criterion: str
    demands: str | None = Field(description="The kind of evidence that it demands; null: any.")
    verdict: Literal["met", "unmet", "open", "stale", "disputed"]
    level: Level | None = Field(description="Who saw the best of what counts.")
    evidence: list[int] = Field(description="The numbers of the entries that it rests on.")
    reason: str = Field(description="Of one that is not met: why, and what would do.")


class Word(BaseModel):
    """An answer to a criterion, with whose word it is."""

    met: bool
    level: Level = "said"


# Reading


def entries_of(stored: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Stored evidence, also that of older gateways; what cannot be read is there, and says nothing."""
    return [read_entry(each, place) for place, each in enumerate(stored, start=1)]


def read_entry(stored: Mapping[str, Any], place: int) -> Entry:
    try:
        return Entry.model_validate({"n": place, **stored})
    except ValidationError:
        return Entry(n=place, kind="unreadable", note=str(dict(stored))[:500])


def words_of(answers: Iterable[Mapping[str, Any]]) -> dict[str, Word]:
    """Answers [{criterion, met, by?}] by criterion; a person's word is confirmed by itself."""
    return {
        answer["criterion"]: Word(
            met=answer["met"] is True, level=level_of(str((answer.get("by") or {}).get("kind", "")))
        )
        for answer in answers
        if isinstance(answer.get("criterion"), str) and "met" in answer
    }


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


# Judging


def judge(
    criteria: Sequence[str], words: Mapping[str, Word], entries: Sequence[Entry], needed: Level = "said"
) -> list[CriterionVerdict]:
    """A verdict on each criterion, in their order. `needed` is what evidence must be worth at least."""
    return [judge_one(criterion, words.get(criterion), entries, needed) for criterion in criteria]


def judge_one(criterion: str, word: Word | None, entries: Sequence[Entry], needed: Level) -> CriterionVerdict:
    kind = demanded(criterion)
    about = [entry for entry in entries if speaks_for(entry, criterion, kind)]
    opinion = opinion_on(criterion, entries)
    found = [(weighed(entry.seen_at, opinion), entry.n) for entry in about if entry.counts and fits(entry, kind)]
    worth = [(level, number) for level, number in found if holds(level, needed, opinion)]
    levels = [level for level, _ in worth]
    if word and is_enough_said(word, kind, about):
        spoken = weighed(word.level, opinion)
        enough = "confirmed" if kind == SIGN_OFF else needed
        levels += [spoken] if holds(spoken, enough, opinion) else []
    verdict = "met" if levels and (word is None or word.met) else why_not(about, kind, word, opinion)
    return CriterionVerdict(
        criterion=criterion,
        demands=kind,
        verdict=verdict,
        level=highest(levels) if levels else None,
        evidence=sorted(number for _, number in worth),
        reason="" if verdict == "met" else reason_for(verdict, kind, about, opinion, needed),
    )


def speaks_for(entry: Entry, criterion: str, kind: str | None) -> bool:
    """An entry speaks for the criterion that it names; one that names none, for each that demands its kind."""
    if entry.kind == MODEL:
        return False
    return entry.criterion == criterion or (entry.criterion is None and kind is not None and entry.kind == kind)


def is_enough_said(word: Word, kind: str | None, about: Sequence[Entry]) -> bool:
    """Whether an answer can do without evidence. One that is not a person's falls with the evidence that was shown for it."""
    stands = word.level == "confirmed" or all(entry.counts for entry in about)
    return word.met and stands and kind in (None, SIGN_OFF)


def fits(entry: Entry, kind: str | None) -> bool:
    """Whether an entry is what a criterion demands."""
    if entry.failed or kind is None:
        return not entry.failed
    if kind == SIGN_OFF:
        return entry.seen_at == "confirmed"
    return (
        entry.kind == kind
        and {
            TEST: bool(entry.passed),
            SCREENSHOT: entry.artifact is not None and entry.category == "screenshot",
            ASSET: entry.artifact is not None and rank(entry.seen_at) >= rank("checked"),
            LOG: bool(entry.excerpt) or entry.artifact is not None,
        }[kind]
    )


def opinion_on(criterion: str, entries: Sequence[Entry]) -> Entry | None:
    """The model's opinion on a criterion, where it has one: a no before a yes."""
    said = [each for each in entries if each.kind == MODEL and each.criterion == criterion and each.counts]
    return next((each for verdict in ("unmet", "met") for each in said if each.verdict == verdict), None)


def weighed(level: Level, opinion: Entry | None) -> Level:
    """What a model finds convincing is checked."""
    return highest([level, "checked"]) if opinion and opinion.verdict == "met" else level


def holds(level: Level, needed: Level, opinion: Entry | None) -> bool:
    """Whether it is enough. A model's no outweighs what was only said or seen, and never a person."""
    contested = opinion is not None and opinion.verdict == "unmet"
    return rank(level) >= rank(highest([needed, "checked"]) if contested else needed)


def why_not(
    about: Sequence[Entry], kind: str | None, word: Word | None, opinion: Entry | None
) -> Literal["unmet", "stale", "disputed", "open"]:
    if word is not None and not word.met:
        return "unmet"
    if any(entry.stale and fits(entry, kind) for entry in about):
        return "stale"
    if any(entry.disputed for entry in about):
        return "disputed"
    return "unmet" if opinion is not None and opinion.verdict == "unmet" else "open"


def reason_for(verdict: str, kind: str | None, about: Sequence[Entry], opinion: Entry | None, needed: Level) -> str:
    """Why a criterion is not met, where that is known, and what would do."""
    known = {
        "stale": sorted({entry.stale.why for entry in about if entry.stale}),
        "disputed": sorted(
            {entry.judged.note or "A person disputes it." for entry in about if entry.disputed and entry.judged}
        ),
        "unmet": [opinion.note] if opinion and opinion.verdict == "unmet" and opinion.note else [],
    }.get(verdict, [])
    return " ".join([*known, HOW[kind] + ("" if kind == SIGN_OFF else SEEN_BY[needed])])


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
