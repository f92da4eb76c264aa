"""Taking a thing out of a sentence, only where the rest is certain to be a sentence still."""

import re

from plans.planner.knowledge import words
from plans.planner.matching import kin
from plans.planner.phrases import starts_with_verb
from plans.planner.wording import capital, small, stem, stems, tokens

LEAST_WORDS = 2
NAMED = r"(?:(?:the|a|an|all|any|some|our|more)\s+)?"
END = r"\s*(?:[.;:!?)”]|$)|,\s(?:so|but|with|which|in|on|\w+ing)\s"
LOOSE = r"\s(?:at|before|after|during|while|until|instead)\s"
"""What follows says something of the sentence, not of the thing; after a name any preposition does."""
AFTER_NAME = rf"\s(?:{'|'.join(sorted(words().prepositions))})\s"
GOES_ON = r"\s(?:is|are|was|were|have|has|can|must|should|will|\w+ing|which|that|on top)\b"
"""What may follow a list of which two things are left."""
MEMBER = r"[\w'’.-]+(?:\s[\w'’.-]+){0,2}?"
CLOSING = r"\s(?:with|for|on|in|at|against|around|about)\s"


def text_without(text: str, thing: str) -> str:
    """The text without the thing, as a member of a list or as a closing phrase; the same text if that is not safe."""
    shorter = text
    for spelled in _spellings(text, thing):
        shorter = _without_member(shorter, spelled)
        shorter = _without_closing(shorter, spelled)
    return shorter if len(shorter.split()) >= min(LEAST_WORDS, len(text.split())) and stems(shorter) else text


def _spellings(text: str, thing: str) -> list[str]:
    """How the text spells the thing: "enemies" for "enemy", "Nintendo Switch" for "Switch" stays "Switch"."""
    wanted = [stem(token) for token in tokens(thing) if token not in words().stop_words]
    found = re.findall(r"[\w'’.-]*\w", text)
    return list(
        dict.fromkeys(
            " ".join(found[place : place + len(wanted)])
            for place in range(len(found) - len(wanted) + 1)
            if all(
                kin(want) & stems(word) for want, word in zip(wanted, found[place : place + len(wanted)], strict=True)
            )
        )
    )


def _without_member(text: str, spelled: str) -> str:
    """ "PC, web and Switch" as "PC and web"; "PC and Switch" as "PC"."""
    thing = NAMED + re.escape(spelled)
    after = f"{END}|{LOOSE}{f'|{AFTER_NAME}' if spelled[0].isupper() else ''}"
    for says, instead, leaves_two in (
        (rf"(?P<a>\b{MEMBER}), {thing},? and (?P<b>{MEMBER})(?={after}|{GOES_ON})", r"\g<a> and \g<b>", True),
        (rf", {thing}(?=, )", "", True),
        (rf"(?P<a>\b{MEMBER}), (?P<b>{MEMBER}),? and {thing}(?={after}|{GOES_ON})", r"\g<a> and \g<b>", True),
        (rf",? and {thing}(?={after})", "", False),
        (rf"(?<=\s){thing}(?:,| and) (?={MEMBER}(?:,| and |\.|$))", "", False),
        (rf"^{thing} and (?P<b>{MEMBER})$", r"\g<b>", False),
    ):
        found = re.search(says, text, re.IGNORECASE)
        if found and _is_plain_list(text, found, leaves_two):
            rest = found.expand(instead)
            return f"{text[: found.start()]}{rest if found.start() else capital(rest)}{text[found.end() :]}"
    return text


def _is_plain_list(text: str, found: re.Match[str], leaves_two: bool) -> bool:
    """Whether what goes is a noun among nouns, and the verb of the sentence fits what is left."""
    before, after = text[: found.start()], text[found.end() :]
    is_subject = len(tokens(before)) < 2 and not starts_with_verb(small(text)) and bool(after.strip(" ."))
    verbal = not leaves_two and set(tokens(found.groupdict().get("b") or "")) & words().stop_words
    pair = re.search(r"\b(?:between|both|either|together|each other)\b", text, re.IGNORECASE)
    return (leaves_two or not (is_subject or pair or verbal)) and not starts_with_verb(after.strip())


def _without_closing(text: str, spelled: str) -> str:
    """ "three levels with enemies." as "three levels."."""
    found = re.search(rf"{CLOSING}{NAMED}{re.escape(spelled)}(?=[.!?]?$)", text, re.IGNORECASE)
    if not found:
        return text
    before = tokens(text[: found.start()])
    ends_well = len(before) >= LEAST_WORDS and before[-1] not in words().unfinished | words().stop_words
    return text[: found.start()] + text[found.end() :] if ends_well else text
