"""An export that was read from disk and not looked at yet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from gamedev_gateway.exchange.errors import ExchangeError

Place = tuple[int | str, ...]
LARGEST_DOCUMENT = 512 * 1024 * 1024
"""Bytes of one JSON file; the events of a larger project belong into the folder form, where they are read line by line."""


def dotted(place: Place) -> str:
    return ".".join(map(str, place))


@dataclass(frozen=True)
class Package:
    """`document` should be a ProjectExport and each of `events` an EventShape; `events` gives each with its place.

    `where` puts a place in the document into words: the file and the path in it.
    """

    document: dict[str, Any]
    events: Iterator[tuple[str, Any]]
    where: Callable[[Place], str] = dotted


def parse_json(raw: bytes, place: str) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ExchangeError(f"{place}: This is not JSON: {error}.") from error


def as_object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ExchangeError(f"{place}: A JSON object belongs here.")
    return value


def dump(value: Any) -> bytes:
    """JSON for people: two spaces, one end of line."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2)
    except TypeError as error:
        raise ExchangeError(f"Something in this project cannot be written as JSON: {error}.") from error
