"""An export as one JSON document. It is written event by event, and read whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from gamedev_gateway.exchange.errors import ExchangeError
from gamedev_gateway.exchange.export import Snapshot
from gamedev_gateway.exchange.package import LARGEST_DOCUMENT, Package, as_object, dump, parse_json


def write_json(snapshot: Snapshot, out: BinaryIO) -> None:
    """The document, with the events as its last member."""
    out.write(dump(snapshot.document).removesuffix(b"\n}"))
    out.write(b',\n  "events": [')
    for number, event in enumerate(snapshot.events()):
        out.write(b",\n    " if number else b"\n    ")
        out.write(dump(event).replace(b"\n", b"\n    "))
    out.write(b"\n  ]\n}\n" if snapshot.document["log"]["head"] else b"]\n}\n")


def read_json(path: Path) -> Package:
    if path.stat().st_size > LARGEST_DOCUMENT:
        raise ExchangeError(f"{path.name}: It is larger than {LARGEST_DOCUMENT >> 20} MB; export it as a folder.")
    document = as_object(parse_json(path.read_bytes(), path.name), path.name)
    events = document.pop("events", None)
    if not isinstance(events, list):
        raise ExchangeError(f"{path.name}: The list of events is missing.")
    return Package(document, numbered(events))


def numbered(events: list[Any]) -> Iterator[tuple[str, Any]]:
    for index, event in enumerate(events):
        yield f"events.{index}", event
