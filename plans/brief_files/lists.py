"""Lists as people write them: one text with commas, lines with dashes, entries with a name and a date."""

import math
import re
from collections.abc import Mapping
from typing import Any

MAX_ENTRY_WORDS = 5
MAX_INLINE_LIST = 4_000
NAMES = ("name", "title", "milestone", "nombre")
DATES = ("date", "due", "when", "deadline", "fecha")
DESCRIPTIONS = ("description", "details", "text", "descripción")

_OUTSIDE_BRACKETS = r"(?![^()]*\))"
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_COMMA = re.compile(rf"[,،]\s{_OUTSIDE_BRACKETS}|[、，]")
_SEMICOLON = re.compile(rf";{_OUTSIDE_BRACKETS}")
_PLATFORM_BREAK = re.compile(rf"\s*(?:[,;|、，]|/(?!S\b)|\s+(?:and|y|und|et|&|\+)\s+)\s*{_OUTSIDE_BRACKETS}", re.I)
_AND = re.compile(r"^(?:and|y)\s+", re.I)
_ABBREVIATION = re.compile(r"\b(?:Bros|Co|Inc|Jr|Ltd|Sr|St|etc|vs)\.$", re.I)


def split_list(text: str) -> list[str]:
    """The entries of a list written as one text: lines, or short entries between semicolons or commas, or itself."""
    lines = [_BULLET.sub("", line).strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) != 1 or len(lines[0]) > MAX_INLINE_LIST:
        return lines
    for separator in (_SEMICOLON, _COMMA):
        entries = [_AND.sub("", entry).strip() for entry in separator.split(lines[0])]
        if len(entries) > 1 and all(len(entry.split()) <= MAX_ENTRY_WORDS for entry in entries):
            return [entry for entry in entries if entry]
    return lines


def split_platforms(text: str) -> list[str]:
    """The platforms in "PC/Mac, Switch and web."."""
    if len(text) > MAX_INLINE_LIST or "\n" in text:
        return split_list(text)
    return [part.strip() for part in _PLATFORM_BREAK.split(without_stop(text)) if part.strip()]


def without_stop(text: str) -> str:
    """A text without the full stop that ended its sentence."""
    text = text.strip()
    return text if text.endswith("..") or _ABBREVIATION.search(text) else text.removesuffix(".")


def scalar_text(value: Any) -> str | None:
    """A text or a number as text; None when it is neither."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return str(value)


def entry_text(entry: Any) -> str | None:
    """One entry of a list as one text; None when it cannot be said in one."""
    if not isinstance(entry, Mapping):
        return scalar_text(entry)
    words = {key: _joined(value) for key, value in entry.items() if value is not None}
    texts = {key: word for key, word in words.items() if word is not None}
    return _named_entry(texts) if texts and len(texts) == len(words) else None


def _joined(value: Any) -> str | None:
    parts = [scalar_text(part) for part in value] if isinstance(value, list) else [scalar_text(value)]
    return None if None in parts else ", ".join(part for part in parts if part is not None)


def _named_entry(texts: dict[str, str]) -> str:
    """`Alpha (2026-03-01): playable` for a name, a date and a description; `key: value` for anything else."""
    name, date = _take(texts, NAMES), _take(texts, DATES)
    rest = "; ".join(text if key.lower() in DESCRIPTIONS else f"{key}: {text}" for key, text in texts.items())
    head = f"{name} ({date})" if name and date else name or date
    return ": ".join(part for part in (head, rest) if part)


def _take(texts: dict[str, str], keys: tuple[str, ...]) -> str:
    found = next((key for key in texts if key.lower() in keys), None)
    return texts.pop(found) if found is not None else ""
