"""Which passages go into a section, so that it has the length that was asked for."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from documents.writing.template.passage import Passage, tokens_of


@dataclass(frozen=True)
class Size:
    """Tokens: what a section should have at least, what is enough, and what it never exceeds."""

    least: int
    enough: int
    most: int


USUAL = Size(330, 500, 860)
UNKNOWN = Size(310, 330, 860)
"""For a section on no known topic: what can be said about anything has to last for several."""
SHORT = Size(110, 190, 300)
LONG = Size(480, 760, 890)


def fitted(passages: Sequence[Passage], size: Size, seed: str = "") -> list[Passage]:
    """The passages in their order: those of rank 1, of rank 2 while there is room, of rank 3 while it is too short.

    Which ones of rank 2 come first when there is no room for all is decided by the seed: not each project needs the same.
    """
    chosen = {at for at, passage in enumerate(passages) if passage.rank == 1}
    chosen |= _more(passages, chosen, rank=2, until=size.enough, seed=seed)
    chosen |= _more(passages, chosen, rank=3, until=size.least if size is not LONG else size.enough)
    return cut([passages[at] for at in sorted(chosen)], size.most)


def _more(passages: Sequence[Passage], chosen: set[int], *, rank: int, until: int, seed: str = "") -> set[int]:
    added = set(chosen)
    waiting = [at for at, passage in enumerate(passages) if passage.rank == rank]
    for at in sorted(waiting, key=lambda at: zlib.crc32(f"{seed}{passages[at].about}".encode()) if seed else at):
        if tokens_of(passages[place] for place in added) < until:
            added.add(at)
    return added


def cut(passages: list[Passage], most: int) -> list[Passage]:
    """The passages with lines left out, least important and longest passages first, until they fit."""
    kept = list(passages)
    while tokens_of(kept) > most:
        at = max(
            range(len(kept)),
            key=lambda place: (len(kept[place].lines) > 1, kept[place].rank, len(kept[place].lines), place),
        )
        kept[at] = kept[at].without_last_line()
        kept = [passage for passage in kept if passage.lines]
    return kept
