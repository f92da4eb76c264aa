"""SVG as text: elements, escaped words, words cut to a width. Nothing in it is fetched from elsewhere, and nothing runs."""

import re
import unicodedata
from collections.abc import Sequence
from html import escape

NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may have, not even escaped."""
NARROW, WIDE = frozenset("fijlrtIJ.,:;'|!()[]- "), frozenset("mwMW@%")
ELLIPSIS = "…"


def words(text: str) -> str:
    """Text of any language as the content of an element."""
    return escape(NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def element(name: str, *children: str, **attributes: str | float) -> str:
    """One element. `class_` is written `class`, `stroke_width` `stroke-width`; children are SVG already (see `words`)."""
    written = "".join(f' {key.strip("_").replace("_", "-")}="{value_of(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def value_of(value: str | float) -> str:
    return words(value) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """A coordinate or an amount, with one digit where it needs one: 12, 4.5."""
    return f"{value:.1f}".removesuffix(".0")


def label(text: str, x: float, y: float, class_: str, **attributes: str | float) -> str:
    return element("text", words(text), x=x, y=y, class_=class_, **attributes)


def group(title: str, *children: str, class_: str) -> str:
    """Shapes that are one thing, with the words that a screen reader says and a mouse shows."""
    return element("g", element("title", words(title)), *children, class_=class_, role="img")


def window(x: float, y: float, width: float, height: float, *children: str) -> str:
    """What is seen of the children through a window, whose corner is their origin: what is wider than thought is cut off."""
    return element("svg", *children, x=x, y=y, width=width, height=height)


def width_of(text: str, size: float) -> float:
    """About how wide a text is, in pixels: nobody knows the reader's font. That of a wide one, such as DejaVu Sans."""
    return size * sum(width_of_letter(letter) for letter in text)


def width_of_letter(letter: str) -> float:
    """In parts of the font's size."""
    if joins(letter):
        return 0
    if is_wide(letter):
        return 1
    if letter in NARROW:
        return 0.37
    return 0.74 if letter.isupper() else 0.62


def is_wide(letter: str) -> bool:
    """As wide as it is high: ideographs, symbols, dashes, and what lies beyond the letters of living languages."""
    if letter in WIDE or letter > "\uffff" or unicodedata.east_asian_width(letter) in "WF":
        return True
    return not letter.isascii() and not letter.isalpha()


def joins(letter: str) -> bool:
    """Whether it is part of the letter before it: an accent, a vowel sign, a joiner, a variant."""
    return unicodedata.category(letter) in ("Mn", "Me", "Cf")


def fitting(text: str, width: float, size: float) -> int:
    """How many characters of a text fit into a width. A letter is never parted from its accents."""
    room = width / size
    for place, letter in enumerate(text):
        room -= width_of_letter(letter)
        if room < 0:
            return place
    return len(text)


def cut(text: str, width: float, size: float) -> str:
    """The text, cut to the width; the mark at its end says so."""
    if fitting(text, width, size) == len(text):
        return text
    return text[: fitting(text, width - size, size)].rstrip() + ELLIPSIS


def wrap(text: str, width: float, size: float, lines: int) -> Sequence[str]:
    """The text in at most so many lines, broken between words where there are any."""
    rest = " ".join(text.split())
    found: list[str] = []
    while len(found) < lines - 1 and (end := fitting(rest, width, size)) < len(rest):
        space = rest.rfind(" ", 0, end + 1)
        end = space if space > 0 else max(end, 1)
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*found, cut(rest, width, size)]
