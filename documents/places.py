"""Places in a document's stream: all its drafts, one after the other in the order of their numbers.

After each draft's end comes the summary if it has changed, and after a run's last draft the end of the run.
"""

import re
from typing import NamedTuple

CURSOR = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})(\.end)?")


class Place(NamedTuple):
    """How far a reader has come. They are in order: a later place is greater.

    `offset` in bytes of draft `draft`; `ended` whether its end was told; `revision` the summary's that was told, and `ends`
    how many ends of runs were.
    """

    draft: int = 0
    offset: int = 0
    ended: bool = True
    revision: int = 0
    ends: int = 0

    @property
    def of_text(self) -> tuple[int, int, bool]:
        """Without what may be told again."""
        return self.draft, self.offset, self.ended

    @property
    def cursor(self) -> str:
        return make_cursor(self.draft, self.offset, ended=self.ended)


START = Place()


def make_cursor(draft: int, offset: int, *, ended: bool = False) -> str:
    """What a client sends back to go on from here."""
    return f"{draft}.{offset}.end" if ended and draft else f"{draft}.{offset}"


def parse_cursor(text: str) -> Place | None:
    """The place that a cursor names; None when it is none. Summaries and ends of runs are not in it: they are told again."""
    if text == "0":
        return START
    match = CURSOR.fullmatch(text)
    if match is None:
        return None
    draft = int(match[1])
    return Place(draft, int(match[2]), ended=bool(match[3]) or not draft)


def split_text(text: str, start: int, most: int) -> list[tuple[int, int, str]]:
    """(start, end, text) of pieces of at most so many bytes, none of which ends inside a character."""
    pieces, data = [], text.encode()
    at = 0
    while at < len(data):
        end = min(at + most, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append((start + at, start + end, data[at:end].decode()))
        at = end
    return pieces
