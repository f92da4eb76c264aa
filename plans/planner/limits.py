"""What the constraints of a brief allow: who works, for how long, what must not be there, and who answers for the rest."""

import re
from dataclasses import dataclass

from plans.brief import Brief
from plans.planner.knowledge import ConstraintRule, constraint_rules, words
from plans.planner.wording import clean, fold, mentions, number, shorten

NUMBER = (
    r"(?P<n>\d+(?:\.\d+)?|"
    + "|".join(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "an?"])
    + ")"
)
PEOPLE = re.compile(
    NUMBER
    + r"(?:[ -](?:\w+[ -])?)(?:developers?|devs?|artists?|programmers?|designers?|persons?|people|coders?|musicians?"
    + r"|composers?|students?|engineers?)\b"
)
TEAM_OF = re.compile(r"team of " + NUMBER + r"\b")
SPAN = re.compile(NUMBER + r"[ -](?P<unit>hours?|days?|weeks?|months?|years?)\b(?![ -](?:old|retention))")
DEADLINE = re.compile(
    r"\b(only|within|in|deadline|finish|ship|jam|schedule|done|ready|timeline|development|have|budget|by|time)\b"
)
NEGATION = re.compile(
    r"\b(?:no|without|zero|never|not any|free of|excluding|sin)\s+(?:any\s+)?([\w'-]+(?:[ -][\w'-]+)?)"
)
OUT_OF_SCOPE = re.compile(
    r"^(?:out of (?:the )?scope|not in scope|fuera del? alcance|non-goals?)\b[^:]{0,40}:\s*", re.IGNORECASE
)
WEEK_HOURS = {"hour": 1.0, "day": 8.0, "week": 35.0, "month": 150.0, "year": 1700.0}
SPARE_TIME = (
    "evening",
    "evenings",
    "weekends",
    "weekend",
    "part-time",
    "part time",
    "spare time",
    "after work",
    "hobby",
)
SPARE_SHARE = 10 / 35


@dataclass(frozen=True)
class Limits:
    """People at work, the share of a working week they give, and the hours there are (None: not said)."""

    people: int | None
    spare_time: bool
    hours: float | None

    @property
    def week(self) -> float:
        """Working hours a week of all together."""
        return 35.0 * (SPARE_SHARE if self.spare_time else 1) * (self.people or 1)

    @property
    def is_small(self) -> bool:
        """Whether few people, little time or a short deadline call for a smaller game."""
        return (self.people or 9) <= 3 or self.spare_time or (self.hours or 9_999) < 400


def limits_of(brief: Brief) -> Limits:
    """What the brief's constraints say about people and time."""
    text = fold(" / ".join(map(clean, brief.constraints)))
    spare = mentions(text, SPARE_TIME)
    people = _people(text)
    return Limits(people, spare, available_hours(text, people or 1, spare))


def _people(text: str) -> int | None:
    if mentions(text, ["solo", "alone", "by myself", "single developer", "lone developer"]):
        return 1
    found = TEAM_OF.findall(text) or [hit.group("n") for hit in PEOPLE.finditer(text)]
    return max(1, round(sum(number(value) or 0 for value in found))) if found else None


def available_hours(text: str, people: int, spare_time: bool) -> float | None:
    """The working hours in a span like "two weeks"; None when the text names no deadline."""
    for part in text.split(" / "):
        found = SPAN.search(part)
        if found and (DEADLINE.search(part) or len(part.split()) <= 3):
            unit = found.group("unit").rstrip("s")
            share = SPARE_SHARE if spare_time and unit != "hour" else 1
            return (number(found.group("n")) or 1) * WEEK_HOURS[unit] * people * share
    return None


def exclusions_of(brief: Brief) -> list[str]:
    """The things the brief says it does not want, folded: "multiplayer" for "no multiplayer"."""
    text = fold(" . ".join([*map(clean, brief.constraints), clean(brief.pitch), *map(clean, brief.mechanics)]))
    return [found for found in NEGATION.findall(text) if found not in words().stop_words]


def excluded(exclusions: list[str], terms: list[str]) -> bool:
    """Whether one of the terms is among the unwanted things."""
    return any(mentions(" ".join(thing.split()[:1]), terms) or thing in terms for thing in exclusions)


def positive_text(brief: Brief) -> str:
    """All that the brief says it has, folded, without what it says it has not."""
    lines = [
        brief.pitch,
        brief.genre,
        *brief.mechanics,
        brief.target,
        *brief.constraints,
        *brief.references,
        *brief.platform,
        brief.visual_style,
    ]
    return NEGATION.sub(" ", fold(" . ".join(map(clean, lines))))


def constraint_criteria(brief: Brief, keys: set[str]) -> list[tuple[str, str]]:
    """(task key, criterion) for every constraint; the release answers where the right task does not exist."""
    result = []
    for constraint in brief.constraints:
        rule = _rule_for(constraint)
        told = shorten(OUT_OF_SCOPE.sub("", clean(constraint)) or constraint, 800)
        result.append((rule.task if rule.task in keys else "release", rule.says.format(constraint=told)))
    return result


def constraints_for(brief: Brief, task: str) -> list[str]:
    """The constraints that a task answers for, in the brief's words."""
    return [constraint for constraint in brief.constraints if _rule_for(constraint).task == task]


def _rule_for(constraint: str) -> ConstraintRule:
    text = fold(clean(constraint))
    return next(rule for rule in constraint_rules() if not rule.words or mentions(text, rule.words))
