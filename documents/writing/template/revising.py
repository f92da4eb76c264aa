"""A section changed as an instruction asks: what is told, how much, in which form, in which words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from documents.writing import markdown
from documents.writing.template.fitting import LONG, SHORT, USUAL, Size, fitted
from documents.writing.template.knowledge import simpler_words
from documents.writing.template.page import Page
from documents.writing.template.passage import Passage, split_sentences
from documents.writing.template.wishes import Wishes
from plans.planner.phrases import starts_with_verb
from plans.planner.wording import capital, listing, sentence, small, stems, tokens

SIZES: dict[str, Size] = {"": USUAL, "shorter": SHORT, "longer": LONG}
FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|can|must|may|will|should|never|always|does|do|gets?|needs?|stays?|keeps?)\b",
    re.IGNORECASE,
)
QUOTATION = re.compile(r"(“[^”]*”)")
MOST_CODES = 6


def revised(candidates: Sequence[Passage], wishes: Wishes, page: Page) -> list[Passage]:
    """The section's passages as the wishes ask."""
    kept = _without(candidates, wishes.without)
    weighed = _focused(kept, wishes.focus, page)
    added = _without([_mention(subject, page) for subject in wishes.mention], wishes.without)
    passages = fitted([*weighed, *added], SIZES[wishes.size], page.known.material.project_name)
    if wishes.simpler:
        passages = [replace(passage, lines=tuple(map(simpler, passage.lines))) for passage in passages]
    return _formed(passages, wishes.form)


def _without(passages: Sequence[Passage], subjects: Sequence[str]) -> list[Passage]:
    """The passages without the lines that speak of a subject, and without those whose heart it is."""
    kept = [
        passage
        for passage in passages
        if not any(about(passage.name or passage.about, subject) for subject in subjects)
    ]
    lines = [
        tuple(line for line in passage.lines if not any(about(line, subject) for subject in subjects))
        for passage in kept
    ]
    return [replace(passage, lines=left) for passage, left in zip(kept, lines, strict=True) if left]


def about(text: str, subject: str) -> bool:
    """Whether a text speaks of a subject: it has all of the subject's words that carry meaning."""
    wanted = stems(subject) or frozenset(tokens(subject))
    return bool(wanted) and wanted <= stems(text) | frozenset(tokens(text))


def _focused(passages: Sequence[Passage], subjects: Sequence[str], page: Page) -> list[Passage]:
    """What speaks of the subjects first in importance, the rest after it; what the plan says of them is added."""
    if not subjects:
        return list(passages)
    matched = [
        any(about(f"{passage.about} {' '.join(passage.lines)}", subject) for subject in subjects)
        for passage in passages
    ]
    other = 3 if any(matched) else None
    ranked = [
        replace(passage, rank=1 if hit else other or passage.rank)
        for passage, hit in zip(passages, matched, strict=True)
    ]
    return [
        *(_told_by_the_plan(subject, page, known=any(matched)) for subject in subjects),
        *sorted(ranked, key=lambda passage: passage.rank if other else 0),
    ]


def _told_by_the_plan(subject: str, page: Page, *, known: bool) -> Passage:
    """Which tasks touch a subject, or that nothing is known of it yet."""
    tasks = [task.code for task in page.known.material.tasks if about(f"{task.title} {task.description}", subject)]
    name = markdown.quoted(subject)
    if tasks:
        line = page.phrase("focus", subject=name, codes=listing(tasks[:MOST_CODES]))
    else:
        line = page.phrase("focus alone" if known else "focus unknown", subject=name)
    return Passage("Focus", (line,), 1)


def _mention(subject: str, page: Page) -> Passage:
    """What a person asked to be said: a sentence of theirs as it is, a thing as a point to be worked out."""
    if FINITE.search(subject) and len(tokens(subject)) > 3 and not starts_with_verb(small(subject)):
        return Passage("Also", (markdown.opening(sentence(capital(markdown.inline(subject)))),), 1)
    return Passage("Also", (page.phrase("mention", subject=markdown.quoted(subject)),), 1)


def simpler(line: str) -> str:
    """The line in plainer words and shorter sentences; quotations stay as they are."""
    parts = QUOTATION.split(line)
    return "".join(part if part.startswith("“") else _plain(part) for part in parts)


def _plain(text: str) -> str:
    split = re.sub(r";\s+(\w)", lambda found: f". {found.group(1).upper()}", text)
    return _pattern().sub(lambda found: _same_case(found.group(), simpler_words()[found.group().lower()]), split)


def _pattern() -> re.Pattern[str]:
    ordered = sorted(simpler_words(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, ordered))})\b", re.IGNORECASE)


def _same_case(model: str, word: str) -> str:
    return capital(word) if model[:1].isupper() else word


def _formed(passages: list[Passage], form: str) -> list[Passage]:
    shaped: dict[str, Callable[[list[Passage]], list[Passage]]] = {
        "list": _as_lists,
        "table": _as_table,
        "prose": _as_prose,
    }
    return shaped[form](passages) if form else passages


def _as_lists(passages: list[Passage]) -> list[Passage]:
    return [_as_list(passage) if passage.form == "prose" else passage for passage in passages]


def _as_list(passage: Passage) -> Passage:
    lines = tuple(part for line in passage.lines for part in split_sentences(line))
    return replace(passage, form="list", name=passage.name or capital(passage.about), lines=lines)


def _as_table(passages: list[Passage]) -> list[Passage]:
    """All prose as one table, a row for each subject; lists and tables stay behind it."""
    prose = [passage for passage in passages if passage.form == "prose"]
    rows = tuple(f"{passage.name or capital(passage.about)} | {' '.join(passage.lines)}" for passage in prose)
    table = [Passage("Overview", rows, 1, "table", head=("Subject", "What holds"))] if rows else []
    return [*table, *(passage for passage in passages if passage.form != "prose")]


def _as_prose(passages: list[Passage]) -> list[Passage]:
    return [
        replace(passage, form="prose", lines=tuple(sentence(line) for line in passage.lines))
        if passage.form == "list"
        else passage
        for passage in passages
    ]
