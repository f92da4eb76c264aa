"""The mechanics of a brief, one passage each: what the brief says, what to watch, and which task makes it."""

from documents.writing import markdown
from documents.writing.material import TaskFact
from documents.writing.template.knowledge import Note, needs, notes
from documents.writing.template.matching import Fact
from documents.writing.template.page import Page
from documents.writing.template.passage import Passage
from plans.planner.checks import Setting, topic_of
from plans.planner.phrases import Phrase
from plans.planner.wording import capital, clean, excerpt, fold, mentions, shorten, squeeze, stems

MOST_WITH_ALL, MOST_WITH_MUCH, MOST_TOLD = 4, 6, 9
LONGEST_QUOTE = 230
NAME_LIMIT = 60


def mechanics(page: Page) -> list[Passage]:
    """A passage for each mechanic that is told here; the more there are, the shorter each."""
    facts = [fact for fact in page.take("mechanic") if fact.mechanic]
    detail = 3 if len(facts) <= MOST_WITH_ALL else 2 if len(facts) <= MOST_WITH_MUCH else 1
    told = [_passage(page, fact.mechanic, detail) for fact in facts[:MOST_TOLD] if fact.mechanic]
    return [*told, *_rest(page, facts[MOST_TOLD:])]


def _passage(page: Page, mechanic: Phrase, detail: int) -> Passage:
    name = markdown.inline(capital(shorten(mechanic.thing, NAME_LIMIT)))
    lines = [page.phrase("mechanic", quote=_words_of(page, mechanic)), *_noted(page, mechanic, detail)]
    if task := task_for(page, mechanic):
        lines.append(_made_by(page, task, mechanic))
    return Passage(mechanic.thing, tuple(lines), 1, name=name)


def _words_of(page: Page, mechanic: Phrase) -> str:
    if not page.known.material.brief.mechanics:
        return markdown.quoted(excerpt(mechanic.core, LONGEST_QUOTE))
    return "; ".join(markdown.quoted(excerpt(part.text, LONGEST_QUOTE).rstrip(".")) for part in mechanic.parts)


def _noted(page: Page, mechanic: Phrase, detail: int) -> list[str]:
    """What there is to say about such a thing: its own note, or else something that is true of any."""
    lines = [line for part in mechanic.parts if (note := _note(page, part)) for line in _lines(note, detail)]
    said = [text for line in lines if (text := page.known.fill(line)) and page.is_new(text)]
    if said:
        return said[: detail + len(mechanic.parts) - 1]
    return [page.phrase("any mechanic", thing=markdown.inline(mechanic.thing))]


def _note(page: Page, mechanic: Phrase) -> Note | None:
    return notes().get(_topic_key(page, mechanic))


def _lines(note: Note, detail: int) -> list[str]:
    value = f"A starting value, to be tuned: {note.value[0]}, {note.value[1]}." if note.value else ""
    return [line for line in (note.play, note.care, value, note.edge)[: detail + 1] if line]


def _made_by(page: Page, task: TaskFact, mechanic: Phrase) -> str:
    page.facts = [fact for fact in page.facts if fact.task != task]
    criterion = page.criterion(task, mechanic.thing)
    kind = "made by" if criterion else "made by, bare"
    return page.phrase(kind, code=task.code, criterion=criterion)


def task_for(page: Page, mechanic: Phrase) -> TaskFact | None:
    """The task that makes a mechanic: the one that quotes it, or the one whose title shares most of its words."""
    tasks = [task for task in page.known.material.tasks if task.status != "dropped"]
    words = squeeze(mechanic.parts[0].text)[:80].replace('"', "'")
    if quoting := next((task for task in tasks if words and words in task.description), None):
        return quoting
    wanted = stems(clean(mechanic.core))
    scored = [(len(wanted & stems(task.title)), task) for task in tasks]
    best, found = max(scored, key=lambda entry: entry[0], default=(0, None))
    return found if best >= min(2, len(wanted)) and best else None


def needs_of(page: Page, part: str) -> list[Passage]:
    """What each mechanic needs in levels, sound or look, as far as that is known."""
    lines = [
        f"{markdown.opening(capital(markdown.inline(shorten(thing.thing, NAME_LIMIT))))}: {needed}."
        for mechanic in page.known.reading.mechanics[:MOST_TOLD]
        for thing in mechanic.parts[:1]
        if (key := _topic_key(page, thing)) in needs() and (needed := getattr(needs()[key], part))
    ]
    unique = list({line.partition(": ")[2]: line for line in reversed(lines)}.values())[::-1]
    return [Passage("Mechanic by mechanic", tuple(unique), 1, "list", page.lead(f"each {part}"))] if unique else []


def _topic_key(page: Page, mechanic: Phrase) -> str:
    found = topic_of(mechanic.text, Setting(page.known.reading.genre, page.known.reading.text))
    return found.words[0] if found else next((key for key, note in notes().items() if _is_named(note, mechanic)), "")


def _is_named(note: Note, mechanic: Phrase) -> bool:
    return bool(note.words) and mentions(fold(clean(mechanic.text)), note.words)


def _rest(page: Page, facts: list[Fact]) -> list[Passage]:
    named = [markdown.quoted(shorten(fact.text, 80)) for fact in facts if fold(clean(fact.text))]
    return [Passage("Further mechanics", tuple(named), 1, "list", page.lead("mechanics"))] if named else []
