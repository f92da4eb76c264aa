"""Which topic a section is about, and which facts are told in which section."""

from collections.abc import Sequence
from dataclasses import dataclass

from documents.writing.material import OutlineSection, TaskFact
from documents.writing.template.facts import Known
from documents.writing.template.knowledge import Topic, topics
from plans.planner.phrases import Phrase, is_surrounding
from plans.planner.wording import clean, fold, mention, stems

LEAST = 3.0
OWN_KIND, COMMON_KIND = 1.5, 0.5
CHOSEN, CLOSE = 2.0, 0.8
"""What it takes to tell a fact in a section rather than where facts of its kind are told by default."""


@dataclass(frozen=True)
class Fact:
    """Something that the brief, the plan or the context says: its kind, its words, and where it is from."""

    kind: str
    text: str
    mechanic: Phrase | None = None
    task: TaskFact | None = None


@dataclass(frozen=True)
class Place:
    """A section with its topic; None when no topic is known for it."""

    section: OutlineSection
    key: str
    topic: Topic | None
    stems: frozenset[str]


def places_of(outline: Sequence[OutlineSection], kind: str) -> list[Place]:
    """Every section with the topic that its heading, or else its brief, speaks of."""
    return [_place(section, kind) for section in outline]


def _place(section: OutlineSection, kind: str) -> Place:
    heading, brief = fold(clean(section.heading)), fold(clean(section.brief))
    words = stems(f"{heading} {brief}")
    scored = [
        (
            _score(topic, heading, brief) + (OWN_KIND if group == kind else COMMON_KIND if group == "gdd" else 0),
            -rank,
            key,
            topic,
        )
        for rank, (group, members) in enumerate(topics().items())
        if group != "any"
        for key, topic in members.items()
        if _score(topic, heading, brief) >= LEAST
    ]
    if not scored:
        return Place(section, "", None, words)
    _, _, key, topic = max(scored, key=lambda entry: entry[:2])
    return Place(section, key, topic, words)


def _score(topic: Topic, heading: str, brief: str) -> float:
    """Longer words of the heading count more, and so does being all of it; the brief decides only between equals."""
    found = [hit.group() for hit in mention(tuple(topic.words)).finditer(heading)]
    longest = max((2.0 + len(hit.split()) for hit in found), default=0.0)
    named = longest + 0.5 * max(0, len(found) - 1) + 2 * len("".join(found)) / max(len(heading), 1)
    told = len({hit.group() for hit in mention(tuple(topic.words)).finditer(brief)})
    return named + min(told, 3) * (0.3 if found else 1.0)


def facts_of(known: Known) -> list[Fact]:
    """All facts that are told once in a document, each only once."""
    material, brief = known.material, known.material.brief
    context = material.context
    told = [
        *(
            Fact("mechanic", part.text, mechanic=mechanic)
            for mechanic in known.reading.mechanics
            for part in mechanic.parts[:1]
        ),
        *(Fact("constraint", line) for line in brief.constraints if clean(line)),
        *(Fact("decision", line) for line in (context.decisions if context else ())),
        *(Fact("question", line) for line in (context.open_questions if context else ())),
        *(Fact("risk", line) for line in (context.risks if context else ())),
        *(Fact("task", f"{task.title}. {task.description}", task=task) for task in _tasks_told(known)),
    ]
    return list({(fact.kind, fold(clean(fact.text))): fact for fact in told}.values())


def _tasks_told(known: Known) -> list[TaskFact]:
    """The tasks that sections tell of: all of them, or those that touch the document's own task."""
    task = known.material.task
    if task is None:
        return [task for task in known.material.tasks if task.status != "dropped"]
    return [
        other for other in known.material.tasks if other.code in task.dependencies or task.code in other.dependencies
    ]


def deal(known: Known, places: Sequence[Place]) -> list[list[Fact]]:
    """The facts of each section: every fact goes where it fits best, or where its kind is told, or nowhere."""
    dealt: list[list[Fact]] = [[] for _ in places]
    name = mention((clean(known.material.project_name),))
    for fact in facts_of(known):
        said = name.sub(" ", fold(clean(fact.task.title if fact.task else fact.text)))
        if (at := _home(fact, said, places)) is not None:
            dealt[at].append(fact)
    return dealt


def _home(fact: Fact, said: str, places: Sequence[Place]) -> int | None:
    words = stems(said)
    scores = [_fit(fact, said, len(words & place.stems), place) for place in places]
    best = max(range(len(places)), key=lambda at: (scores[at], -at), default=None)
    return best if best is not None and scores[best] else None


def _fit(fact: Fact, said: str, shared: int, place: Place) -> float:
    """How well a fact fits a section: by the topic's words, by words shared with the section, by the kind of fact."""
    if place.topic is None:
        return 1.2 * shared
    own = 0.4 * shared
    hits = {hit.group() for hit in mention(tuple(place.topic.facts)).finditer(said)}
    by_topic = CHOSEN + sum(len(hit.split()) for hit in hits) if hits and _may_leave_home(fact) else 0.0
    by_kind = 1.0 if fact.kind in place.topic.takes else 0.3 if fact.kind in place.topic.may_take else 0.0
    return by_topic + by_kind * (3.0 if _belongs(fact) else 1.0) + (own if hits or own >= CLOSE else 0.0)


def _may_leave_home(fact: Fact) -> bool:
    """What the player does is told with the mechanics; what surrounds it may be told where it matters more."""
    return fact.mechanic is None or is_surrounding(fact.mechanic)


def _belongs(fact: Fact) -> bool:
    return fact.mechanic is not None and not is_surrounding(fact.mechanic)
