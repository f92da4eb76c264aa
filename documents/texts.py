"""Pieces of text as those who follow a document hear of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Text(NamedTuple):
    """A piece of a draft that has just been stored. One without text says that something else has changed: look."""

    section_id: int = 0
    draft: int = 0
    start: int = 0
    text: str = ""


def joined(pieces: Sequence[Text]) -> Iterator[Text]:
    """The same text in as few pieces as it can be told in."""
    parts: list[Text] = []
    end = 0
    for piece in pieces:
        if not (parts and piece.text and (piece.draft, piece.start) == (parts[0].draft, end)):
            yield from whole(parts)
            parts = []
        parts.append(piece)
        end = piece.start + len(piece.text.encode())
    yield from whole(parts)


def whole(parts: Sequence[Text]) -> Iterator[Text]:
    """Pieces that follow one another as one; nothing of none."""
    if parts:
        yield parts[0]._replace(text="".join(part.text for part in parts))
