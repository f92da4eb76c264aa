"""The tasks that a brief's mechanics become: the first is the core, the others follow, grouped when there are many."""

from dataclasses import dataclass
from itertools import pairwise

from plans.planner.checks import Checks, Setting, named_check, topic_of
from plans.planner.knowledge import Pattern, core_acceptance
from plans.planner.phrases import Phrase
from plans.planner.vocabulary import Reading
from plans.planner.wording import capital, listing, quoted, shorten, squeeze, tokens

TITLE_LIMIT = 80
NAMED_LIMIT = 4
MOST_CORE_POINTS = 8
SHARED_WORK = 0.7
"""Mechanics made together cost less than each alone."""
PROSE_ROOM = 18_000
GENERAL_CORE = (
    "Three of five testers repeat it for five minutes of their own accord.",
    "Its numbers are in one data file and can be changed while the game runs.",
)
SIZES = (1, 2, 3, 5, 8, 13)


@dataclass(frozen=True)
class Outline:
    """A task before it has a code: a pattern whose lines are already filled."""

    key: str
    pattern: Pattern
    title: str
    description: str
    acceptance: tuple[str, ...]


def core_outline(reading: Reading, checks: Checks) -> Outline:
    """The prototype of the first mechanic, on which everything else stands."""
    first = reading.mechanics[0]
    told = bool(reading.brief.mechanics)
    lines = [
        f"{capital(first.thing)} can be tried in a greybox scene from input to visible result, with no explanation in words.",
        *filter(None, map(reading.fill, core_acceptance(reading.genre))),
        *GENERAL_CORE[: max(0, 2 - len(core_acceptance(reading.genre)))],
        *_core_checks(first, checks),
    ]
    description = [
        f"Build the smallest playable form of {first.thing} with placeholder shapes, "
        "and tune it until repeating it is a pleasure in itself.",
        "Everything that follows rests on it, so it is tried by people outside the team before anything is built on top.",
        in_the_briefs_words([first])
        if told
        else f"The brief lists no mechanics; this is what the {'pitch' if reading.brief.pitch else 'genre'} suggests.",
    ]
    pattern = Pattern(
        kind="code",
        phase=1,
        rank=0,
        priority=1,
        points=min(MOST_CORE_POINTS, _points([first], 5, checks.setting)),
        after=["setup"],
        deliverables=[
            "Greybox scene of the core",
            "Tuning values in one data file",
            "Automated tests of the rules of the core",
        ],
    )
    return Outline("core", pattern, _core_title(reading, first), " ".join(description), tuple(lines))


def _core_checks(core: Phrase, checks: Checks) -> list[str]:
    if not core.steps:
        return checks.take(core, 1)
    taken = [(part, line) for part in core.steps for line in checks.take(part, 1)]
    return [named_check(capital(part.step), line) for part, line in taken]


def _core_title(reading: Reading, first: Phrase) -> str:
    focus = reading.words.get("focus", "")
    candidates = [f"Greybox the core: {first.core}", f"Greybox the core: {first.thing}"]
    if where := reading.words.get("where", ""):
        candidates.insert(0, f"Greybox the core: {first.core} {where}")
    elif not reading.brief.mechanics and not set(tokens(focus)) <= {"the", *tokens(first.core)}:
        candidates.insert(0, f"Greybox the core: {first.core} – {focus}")
    return next(title for title in [*candidates, shorten(candidates[-1], TITLE_LIMIT)] if len(title) <= TITLE_LIMIT)


def mechanic_outlines(groups: list[list[Phrase]], checks: Checks) -> list[Outline]:
    """One task a group; the first half belongs to the vertical slice."""
    early = (len(groups) + 1) // 2
    return [_mechanic_outline(place, group, 2 if place < early else 3, checks) for place, group in enumerate(groups)]


def _mechanic_outline(place: int, group: list[Phrase], phase: int, checks: Checks) -> Outline:
    pattern = Pattern(
        kind="code",
        phase=phase,
        rank=0,
        priority=2,
        points=_points(group, 3, checks.setting),
        after=["core"],
        deliverables=_deliverables(group),
    )
    acceptance = _group_acceptance(group, checks) if len(group) > 1 else _single_acceptance(group[0], checks)
    return Outline(f"mechanic{place}", pattern, _group_title(group), _group_description(group), tuple(acceptance))


def groups_of(mechanics: list[Phrase], room: int) -> list[list[Phrase]]:
    """The mechanics in their order, in at most `room` groups of nearly equal size."""
    count = min(room, len(mechanics))
    bounds = [round(place * len(mechanics) / count) for place in range(count + 1)] if count else [0]
    return [mechanics[start:end] for start, end in pairwise(bounds)]


def _group_title(group: list[Phrase]) -> str:
    if len(group) == 1:
        return group[0].act
    things = list(dict.fromkeys(mechanic.thing for mechanic in group))
    for shown in range(len(things), 0, -1):
        rest = len(group) - shown
        more = [f"{rest} more mechanics" if rest > 1 else "one more mechanic"] if rest else []
        title = f"Implement {listing([*things[:shown], *more])}"
        if len(title) <= TITLE_LIMIT:
            return title
    return shorten(f"Implement {things[0]}", TITLE_LIMIT)


def _group_description(group: list[Phrase]) -> str:
    if len(group) == 1:
        thing = group[0].thing
        lines = [
            f"Add {thing} on top of the core: first alone in a test scene, then in the running game.",
            "It has to change what the player wants to do, not only what is on the screen; what nobody misses is taken out again.",
        ]
    else:
        lines = [
            f"Add {listing([mechanic.thing for mechanic in group[:NAMED_LIMIT]])} on top of the core, "
            "one after the other, each first alone in a test scene.",
            "They share this task because they meet in play: the review looks at them together.",
        ]
    return " ".join([*lines, in_the_briefs_words(group)])


def in_the_briefs_words(group: list[Phrase]) -> str:
    """A sentence that quotes the mechanics verbatim, as far as there is room."""
    texts: list[str] = []
    for mechanic in [part for joined in group for part in joined.parts]:
        if sum(map(len, texts)) + len(mechanic.text) < PROSE_ROOM:
            texts.append(quoted(squeeze(mechanic.text)))
    return f"In the words of the brief: {'; '.join(texts)}."


def _single_acceptance(mechanic: Phrase, checks: Checks) -> list[str]:
    thing = mechanic.thing
    return [
        *checks.take(mechanic, 3),
        f"Within three minutes of meeting {thing} in the build, a tester acts on it on purpose and can say what it changes.",
        f"An automated test covers the normal case of {thing}, one misuse and one edge case.",
    ]


def _group_acceptance(group: list[Phrase], checks: Checks) -> list[str]:
    dealt = [(mechanic, checks.take_one(mechanic)) for mechanic in group[:NAMED_LIMIT]]
    named = [named_check(capital(_name(mechanic)), line) for mechanic, line in dealt if line]
    rest = len(group) - len(named)
    if not rest:
        together = listing([mechanic.thing for mechanic in group])
        return [*named, f"One scene has {together} working at the same time, covered by an automated test."]
    others = "other mechanics" if named else "mechanics"
    return [
        *named,
        f"Each of the {rest} {others} of this group has a test scene and an automated test named after it.",
        f"One scene has {group[0].thing} and the others of this group working at the same time, without an error.",
    ]


def _name(mechanic: Phrase) -> str:
    return shorten(mechanic.core, 90)


def _points(group: list[Phrase], default: int, setting: Setting) -> int:
    parts = [part for mechanic in group for part in mechanic.parts]
    sizes = [found.points if (found := topic_of(part.text, setting)) else default for part in parts]
    wanted = sum(sizes) * SHARED_WORK if len(parts) > 1 else sizes[0]
    return next((size for size in SIZES if size >= wanted), SIZES[-1])


def _deliverables(group: list[Phrase]) -> list[str]:
    scenes = [f"Test scene: {mechanic.thing}" for mechanic in group[:3]]
    return [*scenes, "Tuning values in data", "Automated tests"]
