"""What the database could not keep, found before it is tried."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from gamedev_gateway.core.errors import InvalidInput

MAX_DEPTH = 40
MOST_NAMED = 20
"""How many wrong places an answer names: enough to see the mistake, too few to make the answer larger than the question."""


def refuse_unstorable(data: Any) -> None:
    """Raise InvalidInput naming the first fields that hold a NUL character or nest too deep."""
    errors = {path or "non_field_errors": [text] for path, text in islice(unstorable(data), MOST_NAMED)}
    if errors:
        raise InvalidInput(errors)


def surely_storable(text: str) -> bool:
    """Whether a JSON text is too plain to hold anything that could not be stored; True saves the closer look."""
    return "\\u0000" not in text and text.count("{") + text.count("[") <= MAX_DEPTH


def unstorable(data: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        yield path, f"Nested deeper than {MAX_DEPTH} levels."
    elif isinstance(data, str):
        if "\x00" in data:
            yield path, "NUL characters cannot be stored; take them out."
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from unstorable(key, path, depth)
            yield from unstorable(value, f"{path}.{key}" if path else key, depth + 1)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from unstorable(value, f"{path}.{index}" if path else str(index), depth + 1)
