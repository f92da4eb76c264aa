"""The words that a brief puts into the task patterns."""

import re
from dataclasses import dataclass, field

from plans.brief import Brief
from plans.planner.focus import focus_phrases, pitch_actions, place_phrases
from plans.planner.genre import recognise_engine, recognise_platforms
from plans.planner.knowledge import Engine, Platform, genres, words
from plans.planner.kpis import is_of_the_market, kpi_name
from plans.planner.limits import Limits, constraints_for, exclusions_of, limits_of, positive_text
from plans.planner.phrases import Phrase, gerund_phrase, is_plural, is_surrounding, join_steps, phrase
from plans.planner.wording import (
    capital,
    clean,
    first_clause,
    fold,
    is_english,
    listing,
    mentions,
    number,
    quoted,
    sentence,
    shorten,
    small,
    tokens,
    with_article,
)

GENRE_NOUN = re.compile(
    r"(?:game|er|\brpg|jrpg|arpg|fiction|novel|vania|sim|like|lite|hell|\bfps|\brts|simulation|adventure|builder"
    r"|defen[cs]e|up|horror|quest|tactics)s?$",
    re.IGNORECASE,
)
MOST_STEPS = 3
MOST_NAMED = 3
LONGEST_FOCUS = 36
SLOT = re.compile(r"\{(\w+(?:\+\w+)*)\}")


@dataclass(frozen=True)
class Reading:
    """A brief as the planner understands it. `words` fill patterns; `assumed` are those the brief does not give."""

    name: str
    brief: Brief
    genre: str
    engine_key: str
    engine: Engine
    platforms: dict[str, Platform]
    limits: Limits
    exclusions: list[str]
    text: str
    mechanics: list[Phrase]
    words: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)

    def fill(self, line: str) -> str | None:
        """The line with its words; None when one of them is missing. Missing ones may be assumed in prose."""
        return _fill(line, {**self.assumed, **self.words})

    def fill_title(self, line: str) -> str | None:
        """The title with the brief's own words; None when one of them is missing."""
        return _fill(line, self.words)


def _fill(line: str, known: dict[str, str]) -> str | None:
    """The line with its slots filled: {thing} by one word, {thing+focus} by both with an "and" between them.

    None when a word is missing, or when a pair would have more than one "and".
    """
    if any(not known.get(slot) for slots in SLOT.findall(line) for slot in slots.split("+")):
        return None
    joined = {slots: [known[slot] for slot in slots.split("+")] for slots in SLOT.findall(line)}
    if not all(_makes_a_pair(members) for members in joined.values()):
        return None
    return SLOT.sub(lambda match: listing(joined[match.group(1)]), line)


def _makes_a_pair(members: list[str]) -> bool:
    """Whether words can be joined by "and": none has one already, and none only repeats another."""
    if len(members) < 2:
        return True
    said = [set(tokens(member)) - {"the"} for member in members]
    return " and " not in "".join(members) and not (said[0] <= said[1] or said[1] <= said[0])


def read_brief(name: str, brief: Brief, genre: str) -> Reading:
    """All that the planner knows about a brief."""
    engine_key, engine = recognise_engine(brief)
    names = names_in(brief)
    foreign = not is_english(clean(brief.pitch))
    lines = {fold(clean(line)): line for line in reversed(brief.mechanics) if clean(line)}
    phrases = [phrase(line, names, foreign=foreign) for line in reversed(lines.values())]
    mechanics = core_first([said for said in phrases if said.thing])
    reading = Reading(
        name,
        brief,
        genre,
        engine_key,
        engine,
        recognise_platforms(brief),
        limits_of(brief),
        exclusions_of(brief),
        positive_text(brief),
        mechanics or assumed_mechanics(name, brief, genre),
    )
    reading.words.update({key: value for key, value in _words(reading).items() if value})
    reading.assumed.update(_assumed(reading))
    return reading


def core_first(mechanics: list[Phrase]) -> list[Phrase]:
    """What the player does over and over, then the rest of the play, then what surrounds it.

    Steps of one action ("Aim: …", "Draw: …", "Release: …") are the core together.
    """
    played = [mechanic for mechanic in mechanics if not is_surrounding(mechanic)]
    around = [mechanic for mechanic in mechanics if mechanic not in played]
    steps = [mechanic for mechanic in played if mechanic.step][:MOST_STEPS]
    if len(steps) > 1 and steps[0] is played[0]:
        return [join_steps(steps), *(mechanic for mechanic in played if mechanic not in steps), *around]
    return [*played, *around]


def names_in(brief: Brief) -> frozenset[str]:
    """Words written with a capital letter inside a sentence: names, which keep it."""
    text = " . ".join(map(clean, [brief.pitch, brief.genre, *brief.mechanics, brief.visual_style, *brief.references]))
    return frozenset(re.findall(r"(?<=[a-z,] )[A-Z][\w'-]+", text))


def assumed_mechanics(name: str, brief: Brief, genre: str) -> list[Phrase]:
    """What the player does when the brief lists no mechanics: the pitch tells, or the genre in the pitch's surroundings."""
    if actions := pitch_actions(brief.pitch):
        return [phrase(line) for line in actions]
    place, focus = next(iter(place_phrases(brief.pitch)), ""), next(iter(focus_phrases(brief.pitch)), "")
    if genre == "general" and focus:
        return [Phrase(brief.pitch, focus, shorten(brief.pitch, 56), focus)]
    around = (
        f" in {place}" if place else f" with {focus}" if focus else f" in {shorten(name, 24)}" if clean(name) else ""
    )
    line = genres()[genre].assumed[0] + around
    return [Phrase(line, capital(line), line, gerund_phrase(line))]


def _words(reading: Reading) -> dict[str, str]:
    brief = reading.brief
    return {
        "name": shorten(reading.name, 40) if clean(reading.name) else "",
        **_mechanic_words(reading.mechanics),
        **_focus_words(reading),
        **_genre_words(reading),
        **_engine_words(reading),
        **_platform_words(brief),
        **_style_words(brief),
        **_target_words(brief),
        "pitch": sentence(shorten(brief.pitch, 240)),
        "references": listing([shorten(reference, 40) for reference in brief.references[:3] if clean(reference)]),
        "kpi_names": listing(_measured_in_play(brief)[:2]),
        "constraints": _constraints_told(brief),
        "speed": small(shorten(next(iter(constraints_for(brief, "performance")), ""), 60)),
        "access": small(shorten(next(iter(constraints_for(brief, "accessibility")), ""), 60)),
    }


def _constraints_told(brief: Brief) -> str:
    """How the README speaks of the brief's constraints; "" when there are none."""
    count = len([line for line in brief.constraints if clean(line)])
    if count < 2:
        return "The constraint of the brief is listed in the README, with the task" if count else ""
    return "The constraints of the brief are listed in the README, each with the task"


def _measured_in_play(brief: Brief) -> list[str]:
    return [kpi_name(key) for key in brief.kpis if clean(key) and not is_of_the_market(key)]


def _mechanic_words(mechanics: list[Phrase]) -> dict[str, str]:
    things = _distinct_things(mechanics)
    parts = [part.step for part in mechanics[0].steps] or things[:1]
    several = listing([*parts, *things[1 : max(2, MOST_NAMED - len(parts) + 1)]])
    return {
        "thing": things[0],
        "the_thing": _definite(things[0]),
        "thing2": things[1] if len(things) > 1 else "",
        "things": several,
        "several": several if len(things) > 1 or len(parts) > 1 else "",
        "Several": capital(several) if len(things) > 1 or len(parts) > 1 else "",
    }


def _definite(thing: str) -> str:
    """ "the cards" for "cards"; what is done, such as "playing cards", and what has a determiner stay as they are."""
    found = tokens(thing)
    is_thing = is_plural(found[-1]) if found else False
    return thing if not is_thing or found[0].endswith("ing") or found[0] in words().determiners else f"the {thing}"


def _distinct_things(mechanics: list[Phrase]) -> list[str]:
    """The mechanics as things; one that says nothing new after those before it is named by its longer form."""
    things: list[str] = []
    for mechanic in mechanics:
        new = set(tokens(mechanic.thing)) - set(tokens(" ".join(things))) - {"the"}
        things.append(mechanic.thing if new else shorten(mechanic.core, 40))
    return list(dict.fromkeys(things))


def _focus_words(reading: Reading) -> dict[str, str]:
    """What the pitch is about and the mechanics do not say already, and where it happens."""
    said = {"the", *tokens(" ".join(mechanic.thing for mechanic in reading.mechanics))}
    audience = set(tokens(reading.brief.target)) - words().stop_words
    counted = {name for choice in genres()[reading.genre].words["unit"] for name in choice.split("/")}
    found, places = (
        [
            text
            for text in texts
            if len(text) <= LONGEST_FOCUS and not set(tokens(text)) & audience and tokens(text)[-1] not in counted
        ]
        for texts in (focus_phrases(reading.brief.pitch), place_phrases(reading.brief.pitch))
    )
    new = [text for text in found if not set(tokens(text)) <= said]
    focus = next(iter([*new, *found]), "")
    place = next((text for text in places if not set(tokens(text)[1:]) <= said), "")
    is_alone, core = len(reading.mechanics) == len(reading.brief.mechanics) == 1, set(tokens(reading.mechanics[0].core))
    around = place or (f"with {focus}" if focus in new else "")
    return {"focus": focus, "place": place, "where": around if is_alone and not set(tokens(around)) <= core else ""}


def _genre_words(reading: Reading) -> dict[str, str]:
    genre = genres()[reading.genre]
    unit, units = _called(genre.words["unit"], reading.text).split("/")
    foe = _called(genre.words["foe"], reading.text) if "foe" in genre.words else ""
    amount = _told_amount(
        reading.text, (unit, units, "cards") if reading.genre == "card" else (unit, units)
    ) or _fitting(genre.amount, reading.limits)
    return {
        "unit": unit,
        "units": units,
        "Units": capital(units),
        "a_unit": with_article(unit),
        "amount": str(amount),
        "foe": foe,
        "genre": _genre_name(reading.brief, genre.label),
    }


def _called(choices: list[str], text: str) -> str:
    """The first choice that the brief mentions; its last word-pair part counts. Otherwise the first or, for foes, the last."""
    mentioned = [choice for choice in choices if mentions(text, choice.split("/"))]
    return mentioned[0] if mentioned else choices[0] if "/" in choices[0] else choices[-1]


def _told_amount(text: str, names: tuple[str, ...]) -> int | None:
    for hit in re.finditer(rf"([\w.]+) (?:[\w-]+ )?(?:{'|'.join(map(re.escape, names))})\b", text):
        value = number(hit.group(1))
        if value and 2 <= value <= 500 and hit.group(1) not in ("a", "an"):
            return int(value)
    return None


def _fitting(amount: int, limits: Limits) -> int:
    return max(2, round(amount * 0.6)) if limits.is_small else amount


def _genre_name(brief: Brief, label: str) -> str:
    named = re.sub(r"\s*\([^)]*\)", "", clean(brief.genre))
    if not (3 <= len(named) <= 40 and is_english(named)):
        return label
    if not is_english(named, foreign=not is_english(clean(brief.pitch))) or not any(char.isalpha() for char in named):
        return label
    return small(named) if GENRE_NOUN.search(named) else f"{small(named)} game"


def _engine_words(reading: Reading) -> dict[str, str]:
    engine, own = reading.engine, shorten(reading.brief.engine, 30)
    label = engine.setup_label.format(brief_engine=own) if engine.setup_label else engine.label or own
    return {
        "engine": label if label and is_english(label) else "",
        "engine_project": engine.project if engine.label else f"project in {own}" if own else "project",
        "engine_plain": engine.plain if engine.label else own or engine.plain,
        "engine_files": engine.files,
        "profiler": engine.profiler,
    }


def platform_names(brief: Brief) -> list[str]:
    """The brief's platforms as people write them, without repetition."""
    spelling = words().spelling
    parts = [
        part
        for line in brief.platform
        for part in re.split(r"\s*[,/;]\s*|\s+(?:and|or|y)\s+", PLATFORM_NOTE.sub("", clean(line)))
        if part
    ]
    names = [spelling.get(fold(part), shorten(part, 28)) for part in parts]
    return list(dict.fromkeys(name for name in names if name))


PLATFORM_NOTE = re.compile(r"\s*\([^)]*\)")


def _platform_words(brief: Brief) -> dict[str, str]:
    names = platform_names(brief)
    shown = names[:3] if len(names) <= 3 else [*names[:2], f"{len(names) - 2} more"]
    return {"platform": names[0] if names else "", "platforms": listing(shown)}


def _style_words(brief: Brief) -> dict[str, str]:
    style = clean(brief.visual_style)
    if not is_english(style, foreign=not is_english(clean(brief.pitch))):
        return {
            "style": quoted(shorten(style, 46)),
            "style_short": quoted(first_clause(style, 34)),
            "style_full": quoted(shorten(style, 300)) if style else "",
        }
    short = first_clause(style, 38)
    return {
        "style": small(shorten(style, 50)),
        "style_short": small(short if len(short.split()) > 1 else shorten(style, 38)),
        "style_full": quoted(shorten(style, 300)) if style else "",
    }


def _target_words(brief: Brief) -> dict[str, str]:
    target = re.sub(r"^for\s+", "", clean(brief.target), flags=re.IGNORECASE)
    short = re.split(r"\s(?=(?:with|who|that|which|looking|wanting|in)\s)", first_clause(target, 60), maxsplit=1)[0]
    short = shorten(short, 36)
    if not any(char.isalpha() for char in short):
        short = f"players aged {short}" if short else ""
    return {
        "target": small(short)
        if not short or is_english(short, foreign=not is_english(clean(brief.pitch)))
        else quoted(short)
    }


def _assumed(reading: Reading) -> dict[str, str]:
    known = reading.words
    focus = known["thing"]
    return {
        "name": "the game",
        "platform": "the target device",
        "platforms": "the target devices",
        "focus": focus,
        "target_or_players": known.get("target") or "new players",
        "thing2": known["thing"],
        "style_short": "the chosen style",
        "style_full": "the first idea of a look",
    }
