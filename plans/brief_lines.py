"""A brief as entries for a prompt, of which the ones that matter most are kept where there is no room for all."""

from gamedev_gateway.core.llm.room import Line
from plans.brief import Brief
from plans.planner.wording import excerpt, stems

LONGEST_ENTRY = 300
MOST = 1_000_000
"""The weight of what always comes first."""


def brief_lines(brief: Brief, words: frozenset[str] = frozenset()) -> list[Line]:
    """The brief, entry by entry; what it says of the game as a whole always comes first."""
    whole = {
        "pitch": brief.pitch,
        "genre": brief.genre,
        "look": brief.visual_style,
        "players": brief.target,
        "engine": brief.engine,
    }
    several = {
        "mechanic": brief.mechanics,
        "constraint": brief.constraints,
        "platform": brief.platform,
        "milestone": brief.milestones,
        "reference": brief.references,
        "target": [f"{name} = {value}" for name, value in brief.kpis.items()],
    }
    return [
        *(Line(f"{name}: {excerpt(said, 2 * LONGEST_ENTRY)}", MOST) for name, said in whole.items() if said),
        *(entry(name, said, words) for name, entries in several.items() for said in entries),
    ]


def entry(name: str, said: str, words: frozenset[str]) -> Line:
    text = excerpt(said, LONGEST_ENTRY)
    return Line(f"{name}: {text}", len(words & stems(text)))
