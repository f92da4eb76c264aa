"""More entries than there is room for: the ones that matter most stay."""

from collections.abc import Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """An entry on one line, and how much it matters beside the others of its block."""

    text: str
    weight: int = 0


def fitting(lines: Sequence[Line], room: int, what: str) -> str:
    """The lines that fit `room` characters, in their order, and at the end how many were left out.

    The weightiest are taken first, and of equal ones the first.
    """
    kept: set[int] = set()
    for at in sorted(range(len(lines)), key=lambda at: -lines[at].weight):
        room -= len(lines[at].text) + 1
        if room < 0:
            break
        kept.add(at)
    left_out = len(lines) - len(kept)
    more = [f"({left_out} more {what} are not shown)"] if left_out else []
    return "\n".join([*(lines[at].text for at in sorted(kept)), *more])
