"""The global summary of a document: taken from each section's own last line, and folded together by arithmetic."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from plans.planner.wording import clean, shorten

MOST_CHARACTERS = 1_500
LEAST_SHARE = 40
"""Fewer characters than these say nothing about a section; then the oldest ones are counted instead."""
SENTENCE_LIMIT = 240
HEADING_LIMIT = 80
KEPT = 2_000
"""How much of a text's beginning is remembered, to take its first sentence from."""
MARK = re.compile(r"[*_# ]{0,6}summary[*_ ]{0,4}:(?P<said>.*)", re.IGNORECASE)
MAY_BECOME_MARK = re.compile(
    r"[*_# ]{0,6}(?:s(?:u(?:m(?:m(?:a(?:r(?:y[*_ ]{0,4})?)?)?)?)?)?)?",
    re.IGNORECASE,
)


def fold(summaries: Mapping[int, tuple[str, str]], limit: int = MOST_CHARACTERS) -> str:
    """The (heading, summary) of the sections written so far as one text, a line each, in the order of their places.

    Long lines are shortened evenly; when even that says nothing, the oldest are only counted. Never longer than `limit`.
    """
    lines = [_line(*summaries[place]) for place in sorted(summaries)]
    room = limit - max(0, len(lines) - 1)
    if lines and room // len(lines) < LEAST_SHARE and sum(map(len, lines)) > room:
        return _newest(lines, limit)
    share = _share(lines, room)
    return "\n".join(_fitted(line, share) for line in lines)


def _line(heading: str, summary: str) -> str:
    named, said = shorten(heading, HEADING_LIMIT), " ".join(summary.split())
    return f"{named}: {said}" if named and said else named or said


def _share(lines: list[str], room: int) -> int:
    """The length to which lines may go, so that all fit: what short ones leave goes to the long ones."""
    waiting = sorted(map(len, lines))
    while waiting and waiting[0] <= room // len(waiting):
        room -= waiting.pop(0)
    return room // len(waiting) if waiting else max(map(len, lines), default=0)


def _fitted(line: str, limit: int) -> str:
    return line if len(line) <= limit else f"{line[: max(0, limit - 1)].rstrip()}…"[:limit]


def _newest(lines: list[str], limit: int) -> str:
    for told in range(max(1, limit // (LEAST_SHARE + 1)), 0, -1):
        head = f"({len(lines) - told} earlier sections)"
        room = limit - len(head) - told
        if told < len(lines) and room // told >= LEAST_SHARE:
            share = _share(lines[-told:], room)
            return "\n".join([head, *(_fitted(line, share) for line in lines[-told:])])
    return _fitted(f"({len(lines)} sections)", limit)


def first_sentence(text: str, limit: int = SENTENCE_LIMIT) -> str:
    """The first sentence of the prose in a Markdown text, shortened; "" when there is no prose."""
    for line in text.splitlines():
        prose = clean(line) if not line.lstrip().startswith(("#", "|", "```")) else ""
        if any(char.isalnum() for char in prose):
            return _fitted(re.split(r"(?<=[.!?…])\s", prose, maxsplit=1)[0], limit)
    return ""


@dataclass(frozen=True)
class Ending:
    """What is left when a stream has ended: text that was held back after all, and the section's summary."""

    rest: str
    summary: str


class SummaryLine:
    """Takes the closing `SUMMARY: …` line out of a text that arrives in pieces, wherever the pieces are cut.

    `feed` gives the text that can be passed on; only what may belong to that line stays here. `finish` gives the rest,
    and the summary: what the line says, or else the first sentence of the text.
    """

    def __init__(self) -> None:
        self._held = ""
        self._beginning = ""

    def feed(self, piece: str) -> str:
        """The text that surely does not belong to a closing summary line."""
        text = self._held + piece
        end = self._safe_end(text)
        self._held = text[end:]
        self._beginning = (self._beginning + text[:end])[:KEPT]
        return text[:end]

    def finish(self) -> Ending:
        """To be called once, after the last piece."""
        found = MARK.fullmatch(self._held.strip())
        if not found:
            return Ending(self._held, first_sentence(self._beginning + self._held))
        said = clean(found["said"]) if any(char.isalnum() for char in found["said"]) else ""
        return Ending("", _fitted(said, SENTENCE_LIMIT) or first_sentence(self._beginning))

    def _safe_end(self, text: str) -> int:
        """Where the text ends that can be passed on: before closing white space and a line that is, or may become, the mark."""
        body = text.rstrip()
        start = body.rfind("\n") + 1
        line, tail = body[start:].lstrip(), text[len(body) :]
        begins_a_line = start > 0 or not self._beginning
        may_become = "\n" not in tail and MAY_BECOME_MARK.fullmatch(line + tail)
        if line and begins_a_line and (MARK.fullmatch(line) or may_become):
            return len(body[:start].rstrip())
        return len(body)
