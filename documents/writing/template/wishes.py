"""What an instruction for a section asks for."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from documents.writing.template.wish_grammar import COMPILED, JOINT, NO_SUBJECT, OUT_OF_REACH
from plans.planner.clauses import BULLET, PLEASANTRY, SENTENCE, command
from plans.planner.spans import quotation, split_outside, veiled

LONGEST_SUBJECT = 600
SEVERAL = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+")


@dataclass(frozen=True)
class Wishes:
    """What is asked of a section. Subjects are in the person's own words."""

    size: Literal["", "shorter", "longer"] = ""
    form: Literal["", "list", "table", "prose"] = ""
    simpler: bool = False
    focus: tuple[str, ...] = ()
    mention: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether anything is to be done."""
        return replace(self, not_understood=()) != Wishes()

    def and_also(self, meaning: str, subject: str) -> "Wishes":
        """These wishes and one more; of two sizes or forms the later one counts."""
        match meaning:
            case "shorter" | "longer":
                changed = replace(self, size=meaning)
            case "longer on":
                changed = replace(self, size="longer", focus=(*self.focus, subject))
            case "list" | "table" | "prose":
                changed = replace(self, form=meaning)
            case "simpler":
                changed = replace(self, simpler=True)
            case "focus":
                changed = replace(self, focus=(*self.focus, subject))
            case "mention":
                changed = replace(self, mention=(*self.mention, subject))
            case _:
                changed = replace(self, without=(*self.without, *SEVERAL.split(subject)))
        return changed


def read_wishes(instructions: str) -> Wishes:
    """What an instruction in plain English asks for, and which of its parts were not understood."""
    wishes = Wishes()
    missed: list[str] = []
    for clause in _clauses(instructions):
        understood = _understood(clause, wishes)
        missed += [] if understood else [clause]
        wishes = understood or wishes
    return replace(wishes, not_understood=tuple(missed))


def _clauses(instructions: str) -> list[str]:
    lines = [BULLET.sub("", line) for line in instructions.splitlines()]
    sentences = [sentence for line in lines for sentence in split_outside(SENTENCE, line)]
    parts = [part for sentence in sentences for part in split_outside(JOINT, sentence)]
    plain = [part.strip(" \t,;:").removesuffix(".").strip() for part in parts]
    return [part for part in plain if any(char.isalnum() for char in part) and not PLEASANTRY.fullmatch(part)]


def _understood(clause: str, wishes: Wishes) -> Wishes | None:
    """The wishes with what a clause asks for; None when it cannot be done."""
    asked = re.sub(r"\s+please$", "", command(clause), flags=re.IGNORECASE)
    for meaning, pattern in COMPILED:
        if found := pattern.fullmatch(veiled(asked)):
            subject = _subject(found, asked)
            return None if subject is None else wishes.and_also(meaning, subject)
    return None


def _subject(found: re.Match[str], asked: str) -> str | None:
    """The subject in the person's own words; "" where the way has none, None where what is said is no subject."""
    if "subject" not in found.re.groupindex:
        return ""
    told = asked[found.start("subject") : found.end("subject")].strip(" .,:;!")
    told = quotation(told) or told
    is_one = (
        any(char.isalnum() for char in told) and not NO_SUBJECT.fullmatch(told) and not OUT_OF_REACH.fullmatch(told)
    )
    return told[:LONGEST_SUBJECT] if is_one else None
