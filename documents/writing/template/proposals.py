"""Things that the writer proposes in detail, marked as such: in which order mechanics appear."""

from collections.abc import Sequence
from itertools import pairwise

from documents.writing import markdown
from documents.writing.template.page import Page
from documents.writing.template.passage import Passage
from plans.planner.phrases import is_surrounding
from plans.planner.wording import capital, listing, shorten

MOST_STEPS = 6
NAME_LIMIT = 60
WITHOUT_STAGES = ("sports", "rhythm", "card", "narrative")
"""Where a level is not the place in which a mechanic appears."""


def steps(page: Page) -> list[Passage]:
    """Which mechanic appears when and what it meets, over the number of levels that the plan counts on."""
    known = page.known
    things = [
        markdown.inline(shorten(part.thing, NAME_LIMIT)) for part in known.reading.mechanics if not is_surrounding(part)
    ]
    amount = int(known.words["amount"])
    if len(things) < 2 or amount < 2 or known.reading.genre in WITHOUT_STAGES:
        return []
    rows = _rows(things, min(amount, MOST_STEPS, len(things) + 2))
    ranges = _ranges(amount, len(rows))
    lines = tuple(f"{number} | {new} | {meets}" for number, (new, meets) in zip(ranges, rows, strict=True))
    head = (markdown.inline(capital(known.words["unit"])), "New", "Meets")
    return [Passage("Order of appearance", lines, 1, "table", page.lead("steps"), head)]


def _rows(things: Sequence[str], count: int) -> list[tuple[str, str]]:
    """What is new and what it meets: one thing after the other, then what they are together, then everything."""
    shown = list(things[: max(1, count - 1)])
    rows = [(capital(shown[0]), "nothing yet, in a safe place")]
    rows += [(capital(new), before) for before, new in pairwise(shown)]
    while len(rows) < count - 1:
        rows.append((f"Nothing; {shown[-1]} turned around", shown[0]))
    return [*rows, ("Nothing; an examination", listing(shown))][:count]


def _ranges(amount: int, count: int) -> list[str]:
    """The numbers that fall to each step: "1", or "4 to 6"."""
    ends = [round(amount * (place + 1) / count) for place in range(count)]
    starts = [1, *(end + 1 for end in ends[:-1])]
    return [str(end) if start >= end else f"{start} to {end}" for start, end in zip(starts, ends, strict=True)]
