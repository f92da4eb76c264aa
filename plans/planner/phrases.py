"""A mechanic in the forms in which a plan needs it: as something to do, and as a thing to speak of."""

import re
from dataclasses import dataclass

from plans.planner.knowledge import words
from plans.planner.wording import clean, first_clause, fold, is_english, quoted, shorten, small, tokens, trim

RELATIVE = ("that", "which", "who", "whose")
ACT_LIMIT = 58
THING_LIMIT = 36
SUBJECT = re.compile(
    r"^(?:as an? \w+,? )?(?:the |a )?(?:players?|you|users?|we)(?: can| must| may| will| should| have to| has to| need to)? |^let (?:the )?",
    re.IGNORECASE,
)
HEAD_END = re.compile(
    r"\s(?=(?:that|which|who|where|when|while|so|with|without|by|from|if|until|to|for|whose|using|because|before|after|as)\s)|[:;(—,]|\s[–-]\s"
)
NOUN_HEAD_END = re.compile(r"\s(?:on|against|in|at|across|during|around|between|over|through|under|into)\s")
VERB_LIST = re.compile(r"^(\w+), (\w+)\b(?=,)")
PARTICIPLES = frozenset(
    [
        "chosen",
        "made",
        "built",
        "driven",
        "drawn",
        "shown",
        "given",
        "hidden",
        "taken",
        "won",
        "told",
        "kept",
        "found",
        "written",
        "spread",
    ]
)
IRREGULAR = {
    "begin": "beginning",
    "control": "controlling",
    "die": "dying",
    "lie": "lying",
    "tie": "tying",
    "travel": "travelling",
    "level": "levelling",
}


@dataclass(frozen=True)
class Phrase:
    """A mechanic. `text` is the brief's own line, `act` a title like "Let the player …", `core` fits after a colon."""

    text: str
    act: str
    core: str
    thing: str


def phrase(text: str, names: frozenset[str] = frozenset(), *, foreign: bool = False) -> Phrase:
    """The forms of one line of mechanics. `names` keep their capital letter; `foreign` tells that its text is not English."""
    line = clean(text)
    if not is_english(line, foreign=foreign):
        return Phrase(
            text,
            f"Build {quoted(shorten(line, ACT_LIMIT))}",
            quoted(shorten(line, ACT_LIMIT)),
            quoted(first_clause(line, THING_LIMIT)),
        )
    line = _base_form(SUBJECT.sub("", line))
    line = line if line.split(" ", 1)[0] in names else small(line)
    if starts_with_verb(line):
        short = shorten(line, ACT_LIMIT)
        return Phrase(text, f"Let the player {short}", short, gerund_phrase(_head(line)))
    if subject := _clause_subject(line):
        short = shorten(line, ACT_LIMIT)
        return Phrase(text, f"Build the rule that {short}", short, with_the(subject))
    named = shorten(line, ACT_LIMIT)
    return Phrase(text, f"Build {with_the(named)}", named, with_the(_noun_head(line)))


def _head(line: str) -> str:
    parts = [
        part.strip()
        for part in HEAD_END.split(VERB_LIST.sub(r"\1 and \2", line) if starts_with_verb(line) else line, maxsplit=1)
    ]
    return trim(shorten(parts[0] if len(parts[0]) >= 3 else line, THING_LIMIT))


def _noun_head(line: str) -> str:
    """The head of a noun phrase: "play-style presets" for "play-style presets chosen on the first screen"."""
    head = NOUN_HEAD_END.split(_head(line), maxsplit=1)[0]
    found = head.split()
    while len(found) > 1 and (fold(found[-1]).endswith("ed") or fold(found[-1]) in PARTICIPLES):
        found.pop()
    return " ".join(found)


def _base_form(line: str) -> str:
    """ "collects gems" as "collect gems"."""
    first, space, rest = line.partition(" ")
    base = fold(first).removesuffix("s")
    known = words().verbs - words().maybe_verbs
    return base + space + rest if fold(first).endswith("s") and base in known and space else line


def starts_with_verb(line: str) -> bool:
    """Whether the line says what to do ("collect gems") and does not name a thing ("jump buffering")."""
    found = tokens(line)
    if not found or found[0] not in words().verbs | words().maybe_verbs:
        return False
    if found[0] not in words().maybe_verbs:
        return True
    follower = found[1] if len(found) > 1 else "and"
    listed = re.match(r"[^\W_]+,", line) and follower in words().verbs | words().maybe_verbs
    return (
        bool(listed)
        or (follower in words().stop_words and follower not in RELATIVE)
        or follower in ("everything", "anything", "everyone", "nothing")
        or found[2:3] in (["by"], ["to"])
        or (found[0] not in words().intransitive and is_plural(_last_of_head(found)))
    )


def _last_of_head(found: list[str]) -> str:
    return next(
        (found[place - 1] for place, token in enumerate(found) if place and token in words().stop_words), found[-1]
    )


def is_plural(word: str) -> bool:
    """Whether a word looks like a plural noun."""
    return word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in words().mass_s


def _clause_subject(line: str) -> str:
    """ "enemies" for "enemies chase the player": the part before a verb that takes an object; "" if there is none."""
    found = line.split()
    for place in range(1, min(len(found) - 1, 5)):
        verb = fold(found[place]).removesuffix("s")
        before, after = fold(found[place - 1]), fold(found[place + 1])
        if before in words().stop_words or before.endswith("ing"):
            return ""
        if verb != fold(found[place]) and verb in words().verbs - words().maybe_verbs and after in words().stop_words:
            return " ".join(found[:place])
        if is_plural(before) and fold(found[place]) in words().verbs - words().maybe_verbs:
            return " ".join(found[:place])
        if verb in words().verbs and (after in words().determiners or after in words().numbers or after == "you"):
            return " ".join(found[:place])
    return ""


def with_the(noun: str) -> str:
    """ "the time trial", but "moving platforms", "a ghost" and "tile matching" as they are."""
    head = tokens(HEAD_END.split(noun, maxsplit=1)[0])
    end = next((place for place, token in enumerate(head) if place and token in words().prepositions), len(head))
    if (
        not head
        or head[0] in words().determiners
        or head[0].isdigit()
        or head[0] in words().numbers
        or not noun[:1].isalpha()
    ):
        return noun
    last = head[end - 1]
    return noun if is_plural(last) or last.endswith("ing") or head[0].endswith("ing") else f"the {noun}"


def gerund_phrase(line: str) -> str:
    """ "running and jumping" for "run and jump"."""
    found = line.split(" ")
    verbs = words().verbs | words().maybe_verbs
    turned = [
        gerund(word)
        if place == 0 or (fold(found[place - 1]) in ("and", "or") and fold(word.rstrip(",")) in verbs)
        else word
        for place, word in enumerate(found)
    ]
    return " ".join(turned)


def gerund(verb: str) -> str:
    """ "running" for "run"."""
    tail = "," if verb.endswith(",") else ""
    base = verb.rstrip(",")
    if base in IRREGULAR:
        return IRREGULAR[base] + tail
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")):
        return base[:-1] + "ing" + tail
    double = re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", base)
    return base + (base[-1] if double else "") + "ing" + tail
