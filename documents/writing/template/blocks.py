"""Passages made from facts rather than from prose, by the names under which topics ask for them."""

from collections.abc import Callable, Sequence
from functools import partial

from documents.writing import markdown
from documents.writing.template import plan_blocks
from documents.writing.template.knowledge import genre_knowledge
from documents.writing.template.matching import Fact
from documents.writing.template.page import Page
from documents.writing.template.passage import Passage
from documents.writing.template.proposals import steps
from documents.writing.template.subjects import mechanics, needs_of
from plans.planner.kpis import LOWER_IS_BETTER, is_of_the_market, kpi_name
from plans.planner.limits import OUT_OF_SCOPE
from plans.planner.vocabulary import platform_names
from plans.planner.wording import capital, clean, excerpt, fold, listing, mentions, shorten

LONGEST_QUOTE = 240
MOST_LISTED, MOST_ROWS = 8, 24


def rules(page: Page) -> list[Passage]:
    """The brief's constraints that are told here."""
    facts = page.take("constraint")
    outside = [fact for fact in facts if OUT_OF_SCOPE.match(clean(fact.text))]
    inside = [fact for fact in facts if fact not in outside]
    return [*_quotes(page, inside, "rule"), *_outside(page, outside)]


def _outside(page: Page, facts: Sequence[Fact]) -> list[Passage]:
    items = [markdown.quoted(OUT_OF_SCOPE.sub("", clean(fact.text))) for fact in facts]
    return [Passage("Left out", tuple(items), 1, "list", page.lead("left out"))] if items else []


def decisions(page: Page) -> list[Passage]:
    return _quotes(page, page.take("decision"), "decision")


def questions(page: Page) -> list[Passage]:
    return _quotes(page, page.take("question"), "question")


def risks(page: Page) -> list[Passage]:
    return _quotes(page, page.take("risk"), "risk")


def _quotes(page: Page, facts: Sequence[Fact], kind: str) -> list[Passage]:
    """One fact in a sentence, several as a list."""
    items = [markdown.quoted(excerpt(fact.text, LONGEST_QUOTE)) for fact in facts[:MOST_LISTED]]
    if len(items) == 1:
        return [Passage(kind.capitalize(), (page.phrase(kind, quote=items[0]),), 1)]
    left = len(facts) - len(items)
    more = [f"and {left} more in the brief and the context"] if left else []
    return [Passage(kind.capitalize(), (*items, *more), 1, "list", page.lead(f"{kind}s"))] if items else []


def references(page: Page) -> list[Passage]:
    """The games that the brief names."""
    named = [markdown.inline(shorten(line, 80)) for line in page.known.material.brief.references[:12] if clean(line)]
    if not named:
        return []
    return [Passage("References", (page.phrase("references", names=listing(named)),), 1)]


def tuning(page: Page) -> list[Passage]:
    """Values to start from, as a table."""
    rows = genre_knowledge(page.known.reading.genre).tuning
    filled = [[page.known.fill(cell) for cell in row] for row in rows]
    lines = [" | ".join(cell for cell in row if cell) for row in filled if all(row)]
    head = ("Value", "Start", "What it changes")
    return [Passage("Starting values", tuple(lines), 2, "table", page.lead("tuning"), head)] if lines else []


def targets(page: Page) -> list[Passage]:
    """The numbers that the brief wants to reach, as a table."""
    rows = [
        f"{markdown.inline(capital(kpi_name(key)))} | {_bound(key, value)}{markdown.inline(shorten(str(value), 60))} | "
        f"{'after publication' if is_of_the_market(key) else 'in playtests'}"
        for key, value in list(page.known.material.brief.kpis.items())[:MOST_ROWS]
        if clean(key) and value not in (None, "")
    ]
    head = ("Target of the brief", "Value", "Measured")
    return [Passage("Targets", tuple(rows), 1, "table", page.lead("targets"), head)] if rows else []


def _bound(key: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return "at most " if mentions(fold(kpi_name(key)), LOWER_IS_BETTER) else "at least "


def pitch(page: Page) -> list[Passage]:
    """The brief's pitch."""
    said = page.known.material.brief.pitch
    return (
        [Passage("Pitch", (page.phrase("pitch", quote=markdown.quoted(excerpt(said, 500))),), 1)] if clean(said) else []
    )


def sheet(page: Page) -> list[Passage]:
    """What the brief says of the game, fact by fact, and what it does not say."""
    brief = page.known.material.brief
    said = {
        "Genre": capital(brief.genre),
        "Players": capital(brief.target),
        "Platforms": listing(platform_names(brief)),
        "Engine": brief.engine,
    }
    rows = [
        f"{name} | {markdown.inline(excerpt(text, 240)) if clean(text) else 'not said beyond the pitch'}"
        for name, text in said.items()
    ]
    return [Passage("Facts", tuple(rows), 1, "table", head=("Fact", "In the brief"))] if any(said.values()) else []


def look(page: Page) -> list[Passage]:
    """The brief's words on how the game looks."""
    said = page.known.material.brief.visual_style
    return (
        [Passage("Look", (page.phrase("look", quote=markdown.quoted(excerpt(said, 400))),), 1)] if clean(said) else []
    )


def context(page: Page) -> list[Passage]:
    """The context's own summary of where things stand."""
    known = page.known.material.context
    if known is None or not clean(known.summary):
        return []
    return [
        Passage("Where it stands", (page.phrase("context", quote=markdown.quoted(excerpt(known.summary, 500))),), 1)
    ]


BLOCKS: dict[str, Callable[[Page], list[Passage]]] = {
    "@mechanics": mechanics,
    "@each level": partial(needs_of, part="level"),
    "@each sound": partial(needs_of, part="sound"),
    "@each art": partial(needs_of, part="art"),
    "@more criteria": plan_blocks.more_criteria,
    "@rules": rules,
    "@decisions": decisions,
    "@questions": questions,
    "@risks": risks,
    "@tasks": plan_blocks.tasks,
    "@references": references,
    "@remaining": plan_blocks.remaining,
    "@sheet": sheet,
    "@steps": steps,
    "@tuning": tuning,
    "@targets": targets,
    "@milestones": plan_blocks.milestones,
    "@plan": plan_blocks.plan,
    "@criteria": plan_blocks.criteria,
    "@done": plan_blocks.done,
    "@open": plan_blocks.still_open,
    "@blocked": plan_blocks.blocked,
    "@task": plan_blocks.own_task,
    "@pitch": pitch,
    "@look": look,
    "@context": context,
}
LEFT_OVER = ("@mechanics", "@rules", "@decisions", "@tasks", "@risks", "@questions")
"""What a section tells of the facts dealt to it that its topic did not ask for."""
