"""A mechanic in the forms in which a plan needs it: as something to do, and as a thing to speak of."""

import re
from dataclasses import dataclass

from plans.planner.knowledge import words
from plans.planner.wording import (
    clean,
    first_clause,
    fold,
    is_english,
    listing,
    mentions,
    quoted,
    shorten,
    small,
    tokens,
    trim,
)

ARTICLES = ("a", "an", "the", "your", "his", "her", "their", "every", "each", "some", "another")
PARTICLES = (
    "away",
    "back",
    "forward",
    "backward",
    "together",
    "apart",
    "everything",
    "anything",
    "everyone",
    "nothing",
)
THEIRS = {"your": "their", "you": "they", "yourself": "themselves"}
RELATIVE = ("that", "which", "who", "whose")
LABEL = re.compile(r"(?P<label>[^:.;!?(]{2,60}?)\s*(?:\([^)]*\)|\s[–—-]\s[^:]{1,60})?:\s+\S")
LABEL_WITH_NOTE = re.compile(r":\s")
LONGEST_LABEL = 6
LONGEST_SUBJECT = 6
MASS_ENDINGS = ("tion", "sion", "ment", "ness", "acy", "ism")
ACT_LIMIT = 58
THING_LIMIT = 36
SUBJECT = re.compile(
    r"^(?:as an? \w+,? )?(?:the |a )?(?:players?|you|users?|we)"
    r"(?: can| must| may| will| should| have to| has to| need to)? |^let (?:the )?",
    re.IGNORECASE,
)
MODAL_SUBJECT = re.compile(
    r"(?:the |a )?(?:players?|you|users?|we) (?:can|must|may|will|should|have to|has to|need to) "
    r"|let (?:the )?players? ",
    re.IGNORECASE,
)
LEADING_ADJECTIVES = re.compile(r"^(?:[\w-]+, )+(?=[\w-]+ [\w-]+$)")
HEAD_END = re.compile(
    r"\s(?=(?:that|which|who|where|when|while|so|with|without|by|from|if|until|to|for|whose|using|because|before|after"
    r"|as)\s)|[:;(—,]|\s[–-]\s"
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
    step: str = ""
    """ "releasing" for a mechanic that is named by a verb alone, such as "Release: every arrow flies at full power"."""
    steps: tuple["Phrase", ...] = ()
    """The mechanics that were joined in this one."""

    @property
    def parts(self) -> tuple["Phrase", ...]:
        """The mechanics joined here, or this one."""
        return self.steps or (self,)


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
    label = label_of(line)
    spoken = _plain_label(label) or line
    line = _base_form(SUBJECT.sub("", spoken))
    line = line if line.split(" ", 1)[0] in names else small(line)
    told_to_player = bool(MODAL_SUBJECT.match(spoken))
    step = _step(line) if label or len(tokens(line)) == 1 else ""
    if told_to_player or starts_with_verb(line):
        short = shorten(line, ACT_LIMIT)
        return Phrase(text, f"Let the player {_of_the_player(short)}", short, gerund_phrase(_head(line)), step)
    if subject := _clause_subject(line):
        short = shorten(line, ACT_LIMIT)
        return Phrase(text, f"Build the rule that {with_the(subject)}{short[len(subject) :]}", short, with_the(subject))
    named = shorten(line, ACT_LIMIT)
    return Phrase(text, f"Build {with_the(named)}", named, with_the(_noun_head(line)), step)


def _of_the_player(line: str) -> str:
    """ "expand their territory" for "expand your territory"."""
    return re.sub(r"\b(?:your|you|yourself)\b", lambda found: THEIRS[found.group().lower()], line, flags=re.IGNORECASE)


def label_of(line: str) -> str:
    """ "Sway & steady" of "Sway & steady (the skill): while drawing, …"; "" for a line without a label."""
    found = LABEL.match(line)
    return found["label"].strip() if found and len(tokens(found["label"])) <= LONGEST_LABEL else ""


def _plain_label(label: str) -> str:
    """The label in words: "sway and steady" for "Sway & steady"."""
    plain = re.sub(r"\s*[&+]\s*", " and ", re.sub(r"\s*/\s*", "/", label))
    return re.split(r"\s+[–—-]\s+", plain, maxsplit=1)[0]


def _step(line: str) -> str:
    """ "releasing" for "release" and for "release and flight"; "" when more is said."""
    verb, _, rest = line.partition(" ")
    known = fold(verb) in words().verbs | words().maybe_verbs
    return gerund(fold(verb)) if known and (not rest or rest.startswith("and ")) else ""


def is_surrounding(mechanic: Phrase) -> bool:
    """Whether a mechanic is a part around the play, such as a menu, a mode or the cast, and not what the player does."""
    line = clean(mechanic.text)
    named = label_of(line)
    if named:
        return mentions(fold(LABEL_WITH_NOTE.split(line, maxsplit=1)[0]), words().surroundings)
    head = " ".join(tokens(_noun_head(small(line))))
    if starts_with_verb(small(line)):
        verb, follower = [*tokens(line), "", ""][:2]
        prepares = verb in words().preparations
        return prepares and (follower in ("from", "your") or mentions(head, words().surroundings))
    return any(head == around or head.endswith(f" {around}") for around in words().surroundings)


def join_steps(steps: list[Phrase]) -> Phrase:
    """Several steps of one action as one mechanic: "aiming, drawing and releasing"."""
    named = listing(list(dict.fromkeys(mechanic.step for mechanic in steps)))
    texts = "; ".join(mechanic.text for mechanic in steps)
    return Phrase(texts, f"Build {named}", named, named, steps=tuple(steps))


def _head(line: str) -> str:
    """The line up to its first clause; a verb alone keeps what follows it: "choose from 30 cars"."""
    listed = VERB_LIST.sub(r"\1 and \2", line) if starts_with_verb(line) else line
    head = HEAD_END.split(listed, maxsplit=1)[0].strip()
    goes_on = " " not in head and listed[len(head) :].startswith(" ") and starts_with_verb(line)
    if len(head) < 3 or goes_on:
        head = line
    return trim(shorten(_compact(head), THING_LIMIT))


def _compact(head: str) -> str:
    """A head that is too long without its adjectives: "explore a galaxy", not "explore a procedurally generated"."""
    if len(head) <= THING_LIMIT:
        return head
    head = NOUN_HEAD_END.split(head, maxsplit=1)[0]
    found = head.split()
    joins_adjectives = {"and"} if found[1:2] in (["a"], ["an"]) else set()
    has_clauses = set(tokens(head)[2:]) & words().stop_words - joins_adjectives
    if len(head) <= THING_LIMIT or len(found) < 4 or has_clauses:
        return head
    if not starts_with_verb(head):
        return " ".join(found[-2:])
    return " ".join([found[0], *([found[1]] if fold(found[1]) in words().determiners else []), found[-1]])


def _noun_head(line: str) -> str:
    """The head of a noun phrase: "play-style presets" for "play-style presets chosen on the first screen"."""
    head = NOUN_HEAD_END.split(_head(LEADING_ADJECTIVES.sub("", line)), maxsplit=1)[0]
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
        return bool(re.match(r"[\w'’-]+\s", line)) and _orders(found)
    if found[0] not in words().maybe_verbs:
        return True
    follower = found[1] if len(found) > 1 else "and"
    if follower in ("and", "or") and found[2:] and found[2] not in words().verbs | words().maybe_verbs:
        return False
    listed = re.match(r"[^\W_]+,", line) and follower in words().verbs | words().maybe_verbs
    return (
        bool(listed)
        or (follower in words().stop_words and follower not in RELATIVE)
        or follower in PARTICLES
        or found[2:3] in (["by"], ["to"])
        or "into" in found[2:4]
        or (follower in words().numbers and is_plural(found[-1 if len(found) == 2 else 2]))
        or (found[0] not in words().intransitive and is_plural(_last_of_head(found)))
    )


def _orders(found: list[str]) -> bool:
    """Whether an unknown first word must be a verb: "oust the king", "oust two kings"."""
    if len(found) < 3 or found[0] in words().stop_words | words().numbers.keys() or found[0].endswith("ly"):
        return False
    counted = found[1] in words().numbers and is_plural(found[2])
    return found[0].isalpha() and (found[1] in ARTICLES or counted)


def _last_of_head(found: list[str]) -> str:
    return next(
        (found[place - 1] for place, token in enumerate(found) if place and token in words().stop_words), found[-1]
    )


def is_plural(word: str) -> bool:
    """Whether a word looks like a plural noun."""
    return word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in words().mass_s


def _clause_subject(line: str) -> str:
    """ "enemies" for "enemies chase the player": the part before a verb that takes an object; "" if there is none."""
    found = [fold(word) for word in line.split()]
    only_nouns = words().verbs - words().maybe_verbs
    for place in range(1, min(len(found) - 1, LONGEST_SUBJECT)):
        before, word, after = found[place - 1 : place + 2]
        verb = word.removesuffix("s")
        if {"of", "and"} & {before, word} or (found[place - 2 : place - 1] == ["of"] and before in words().determiners):
            continue
        if (before in words().stop_words and place > 1) or before.endswith("ing"):
            return ""
        inflected = verb != word and verb in words().verbs
        certain = inflected and verb in only_nouns and after in words().stop_words
        told = found[0] == "the" and place > 1 and inflected and after in words().prepositions
        plural = is_plural(before) and word in only_nouns
        has_object = verb in words().verbs and (
            after in words().determiners or after in words().numbers or after == "you"
        )
        if place and before not in words().stop_words and (certain or told or plural or has_object):
            return " ".join(line.split()[:place])
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
    alone = end == 1 and (last in words().bare or last.endswith(MASS_ENDINGS))
    if alone or "and" in head[:end] or last in words().mass:
        return noun
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
