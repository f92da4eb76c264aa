"""Whether what was shown for the acceptance criteria of a task is enough. Plain data: no Django.

Whatever order the entries come in, the verdicts are the same; what is stale or disputed counts for nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from plans.evidence import (
    ASSET,
    LOG,
    MODEL,
    SCREENSHOT,
    SIGN_OFF,
    TEST,
    Entry,
    Level,
    demanded,
    highest,
    level_of,
    rank,
)

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


def words_of(answers: Iterable[Mapping[str, Any]]) -> dict[str, Word]:
    """Answers [{criterion, met, by?}] by criterion; a person's word is confirmed by itself."""
    return {
        answer["criterion"]: Word(
            met=answer["met"] is True, level=level_of(str((answer.get("by") or {}).get("kind", "")))
        )
        for answer in answers
        if isinstance(answer.get("criterion"), str) and "met" in answer
    }


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
