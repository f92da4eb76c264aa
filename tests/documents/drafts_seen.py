"""What a client makes of a document's stream, and what must be true of every frame of it."""

import hashlib
import random
from collections.abc import Iterable
from typing import Any

from documents.places import parse_cursor

WORDS = (
    "run ",
    "jump over the gap, ",
    "島々を跳ぶ。",
    "👩‍🚀🏴‍☠️ ",
    "e\u0301te\u0301 ",
    "🇩🇪🇯🇵",
    "\n\n",
    "Ein Übermaß an Größe. ",
)


def prose(chance: random.Random, most: int = 30) -> str:
    """Text in many scripts, with characters of one to four bytes and such as consist of several."""
    return "".join(chance.choices(WORDS, k=chance.randint(0, most)))


class Seen:
    """The drafts as they were told, over any number of connections. `faults` says in words what was wrong.

    `begun` are the numbers of the drafts whose start was told, `ends` the `section_end` of each that has one, `kinds` the
    types of all frames in their order. A client goes on from `cursor`.
    """

    def __init__(self) -> None:
        self.texts: dict[int, bytes] = {}
        self.begun: list[int] = []
        self.ends: dict[int, dict[str, Any]] = {}
        self.sections: dict[int, int] = {}
        self.summaries: list[dict[str, Any]] = []
        self.document_ends: list[dict[str, Any]] = []
        self.kinds: list[str] = []
        self.cursor = "0"
        self.faults: list[str] = []

    def take(self, frames: Iterable[dict[str, Any]]) -> "Seen":
        for frame in frames:
            self.on_frame(frame)
        return self

    def on_frame(self, frame: dict[str, Any]) -> None:
        self.kinds.append(frame["type"])
        if frame["type"] == "batch":
            self.take(frame["frames"])
        elif handle := getattr(self, f"on_{frame['type']}", None):
            handle(frame)

    def on_section_start(self, frame: dict[str, Any]) -> None:
        number = frame["draft"]
        self.check(number not in self.texts, f"draft {number} began twice")
        self.check(all(each in self.ends for each in self.texts), f"draft {number} began before another had ended")
        self.texts[number] = b""
        self.begun.append(number)
        self.note(frame)

    def on_section_chunk(self, frame: dict[str, Any]) -> None:
        number, text = frame["draft"], frame["text"].encode()
        has = self.texts.get(number)
        self.check(has is not None, f"text of draft {number}, which has not begun")
        self.check(number not in self.ends, f"text of draft {number} after its end")
        self.check(
            len(has or b"") == frame["start"], f"draft {number}: from {frame['start']}, but {len(has or b'')} were told"
        )
        self.check(frame["end"] - frame["start"] == len(text) > 0, f"draft {number}: the piece is not as long as told")
        self.texts[number] = (has or b"") + text
        self.note(frame)

    def on_section_end(self, frame: dict[str, Any]) -> None:
        number = frame["draft"]
        text = self.texts.get(number, b"")
        self.check(number in self.texts, f"the end of draft {number}, which has not begun")
        self.check(number not in self.ends, f"draft {number} ended twice")
        self.check(len(text) == frame["length"], f"draft {number}: {len(text)} bytes of {frame['length']} were told")
        self.check(hashlib.sha256(text).hexdigest() == frame["sha256"], f"draft {number} has another SHA-256")
        self.ends[number] = frame
        self.note(frame)

    def on_summary_update(self, frame: dict[str, Any]) -> None:
        self.summaries.append(frame)

    def on_document_end(self, frame: dict[str, Any]) -> None:
        self.check(all(each in self.ends for each in self.texts), "the run ended before its drafts")
        self.document_ends.append(frame)

    def note(self, frame: dict[str, Any]) -> None:
        self.cursor = frame["cursor"]
        self.sections[frame["draft"]] = frame["section_id"]
        place = parse_cursor(self.cursor)
        self.check(place is not None and place.draft == frame["draft"], f"{self.cursor} is no cursor of the frame")

    def check(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.faults.append(otherwise)

    def status_of(self, number: int) -> str:
        return self.ends[number]["status"]
