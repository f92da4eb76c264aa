"""Reading a section stream as it comes: how old its text is, and whether it is all there."""

import hashlib
import json
import re
import time
from array import array
from collections.abc import Callable
from typing import Any

from benchmarks.load.inbox import Inbox
from benchmarks.load.wire import frame_size

TEXT_FRAME = 0x81
TOKEN = "{stamp} "
"""A token that tells when it was due, and how long coalescing lets it wait; see `benchmarks.tokens`."""

STAMP = re.compile(r"\b([0-9a-f]+)\.([0-9a-f]+) ")


class SectionInbox(Inbox):
    """Takes every frame apart. `count` counts the ends of documents.

    Times in ns. Of each chunk: `ages`, since its last token was due; `oldest`, since its first was; `own`, since coalescing let
    its last token go; `dues` are when its last token was. `summaries`: from the end of a section to the summary. `began`, `ended`: the first and the last text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ages, self.oldest, self.own, self.dues, self.summaries = (array("q") for _ in range(5))
        self.began = self.ended = self.section_ended = 0
        self.draft = self.length = 0
        self.sha256 = hashlib.sha256()
        self.faults: list[str] = []

    def take(self, buffer: bytearray, end: int) -> None:
        now, view, at = time.monotonic_ns(), memoryview(buffer)[:end], 0
        while (size := frame_size(view[at:])) is not None and at + sum(size) <= end:
            if buffer[at] == TEXT_FRAME:
                self.hear(json.loads(bytes(view[at + size[0] : at + sum(size)])), now)
            at += sum(size)
        self.tail = bytes(view[at:])

    def hear(self, frame: dict[str, Any], now: int) -> None:
        handle: Callable[[dict[str, Any], int], None] | None = getattr(self, f"on_{frame['type']}", None)
        if handle:
            handle(frame, now)

    def on_section_start(self, frame: dict[str, Any], now: int) -> None:
        self.draft, self.length, self.sha256 = frame["draft"], 0, hashlib.sha256()

    def on_section_chunk(self, frame: dict[str, Any], now: int) -> None:
        if (frame["draft"], frame["start"]) != (self.draft, self.length):
            self.faults.append(f"{frame['draft']}.{frame['start']} came after {self.draft}.{self.length}")
        self.length = frame["end"]
        self.sha256.update(frame["text"].encode())
        self.began, self.ended = self.began or now, now
        if stamps := STAMP.findall(frame["text"]):
            self.weigh(stamps, now)

    def weigh(self, stamps: list[tuple[str, str]], now: int) -> None:
        due, waits = (int(part, 16) * 1_000 for part in stamps[-1])
        self.oldest.append(now - int(stamps[0][0], 16) * 1_000)
        self.ages.append(now - due)
        self.own.append(now - due - waits)
        self.dues.append(due)

    def on_section_end(self, frame: dict[str, Any], now: int) -> None:
        self.section_ended = now
        if frame["status"] != "done":
            self.faults.append(f"draft {frame['draft']} ended {frame['status']}")
        if (frame["length"], frame["sha256"]) != (self.length, self.sha256.hexdigest()):
            self.faults.append(f"draft {frame['draft']} ended otherwise than its text")

    def on_summary_update(self, frame: dict[str, Any], now: int) -> None:
        self.summaries.append(now - self.section_ended)

    def on_document_end(self, frame: dict[str, Any], now: int) -> None:
        self.count += 1
