"""How long the fields of a brief may be, and how a text from a document is made to fit."""

import itertools
import re
from typing import Any

from plans.brief import Brief

NAME_LIMIT = 200
LINE_LIMIT = 1_000
FIELDS: tuple[str, ...] = tuple(Brief.model_fields)
_SCHEMA: dict[str, dict[str, Any]] = Brief.model_json_schema()["properties"]

LIST_FIELDS = tuple(name for name in FIELDS if _SCHEMA[name]["type"] == "array")
TEXT_FIELDS = tuple(name for name in FIELDS if _SCHEMA[name]["type"] == "string")

_SENTENCE_END = re.compile(r"[.!?…][\"”»')\]]*(?=\s+[^a-z\s]|\s*$)|[。！？]")


def first_sentence(text: str) -> str:
    """The first sentence of a text, with its full stop; the whole text when it has only one."""
    end = _SENTENCE_END.search(text)
    return text[: end.end()] if end else text


def sentences(text: str) -> list[str]:
    """The sentences of a text, line by line."""
    found = []
    for line in text.splitlines():
        ends = [0, *(end.end() for end in _SENTENCE_END.finditer(line)), len(line)]
        found += [line[start:end].strip() for start, end in itertools.pairwise(ends)]
    return [sentence for sentence in found if sentence]


def shorten(text: str, limit: int) -> str:
    """The text if it fits; otherwise as many whole sentences as fit, or whole words and an ellipsis."""
    text = text.strip()
    if len(text) <= limit:
        return text
    ends = [end.end() for end in _SENTENCE_END.finditer(text[: limit + 1]) if end.end() <= limit]
    if ends and ends[-1] >= limit // 4:
        return text[: ends[-1]]
    words = text[: limit - 1].rsplit(maxsplit=1)
    kept = words[0] if len(words) > 1 and len(words[0]) >= limit // 4 else text[: limit - 1]
    return kept.rstrip() + "…"


def fit(field: str, value: str | list[str]) -> str | list[str]:
    """A value found in a document, made to fit its field: text shortened, lists without repetition and capped."""
    if isinstance(value, str):
        return shorten(value, _SCHEMA[field]["maxLength"])
    lines = {line.casefold(): line for line in reversed([shorten(line, LINE_LIMIT) for line in value]) if line.strip()}
    return list(reversed(lines.values()))[: _SCHEMA[field]["maxItems"]]
