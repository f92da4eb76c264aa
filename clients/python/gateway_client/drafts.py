"""The proof that the text of sections comes whole: pieces that join, up to the SHA-256 that ends them. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway_client.errors import Gap, Lost, Mismatch, ProtocolError
from gateway_client.place import BEGINNING

CURSOR = re.compile(r"(\d+)\.(\d+)")


@dataclass
class Known:
    """A draft whose end has not come: `at` is the byte after what has come. `sha256` only where all has come from its start."""

    at: int
    sha256: Any = None

    def add(self, text: bytes) -> None:
        self.at += len(text)
        if self.sha256:
            self.sha256.update(text)


class Drafts:
    """The drafts that one subscription is in the middle of.

    A document's own stream gives each draft from its start, or from the cursor on; sections within a project's or a task's
    stream are whatever is being written, so that the first piece of a draft may be any.
    """

    def __init__(self, stream: str, after: str | int | None) -> None:
        self.stream = stream
        self._is_documents_own = stream.startswith("document:")
        self._known: dict[tuple[int, int], Known] = {}
        cursor = CURSOR.fullmatch(str(after))
        self._resumed = (int(cursor[1]), int(cursor[2])) if cursor and self._is_documents_own else None

    def check(self, frame: Mapping[str, Any], cursor: str | None) -> Lost | None:
        """What is wrong with a frame of a section stream that follows the cursor. ProtocolError for text that came already."""
        check = getattr(self, f"_on_{frame['type']}", None)
        return check(frame, cursor or BEGINNING) if check else None

    def _on_section_start(self, frame: Mapping[str, Any], cursor: str) -> None:
        self._known[key_of(frame)] = Known(0, hashlib.sha256())

    def _on_section_chunk(self, frame: Mapping[str, Any], cursor: str) -> Gap | None:
        draft = self._draft_of(frame, frame["start"])
        at, gap = draft.at, None
        if frame["start"] < at:
            raise ProtocolError(f"{self.stream}: byte {frame['start']} of draft {frame['draft']} came after {at}.")
        if frame["start"] > at:
            gap = Gap(self.stream, after=at, before=frame["start"], cursor=cursor, draft=frame["draft"])
            draft.at, draft.sha256 = frame["start"], None
        draft.add(frame["text"].encode())
        if draft.at != frame["end"]:
            raise ProtocolError(
                f"{self.stream}: a text does not end at byte {frame['end']} as it says, but at {draft.at}."
            )
        return gap

    def _on_section_end(self, frame: Mapping[str, Any], cursor: str) -> Lost | None:
        draft = self._draft_of(frame, frame["length"])
        self._known.pop(key_of(frame))
        if draft.at != frame["length"]:
            return Gap(self.stream, after=draft.at, before=frame["length"], cursor=cursor, draft=frame["draft"])
        if draft.sha256 and draft.sha256.hexdigest() != frame["sha256"]:
            return Mismatch(self.stream, draft=frame["draft"], cursor=cursor)
        return None

    def _draft_of(self, frame: Mapping[str, Any], anywhere: int) -> Known:
        """What is known of the frame's draft; of one whose start has not come: from the cursor on, or from `anywhere`."""
        key = key_of(frame)
        if key not in self._known:
            number, at = self._resumed or (0, 0)
            is_resumed, self._resumed = frame["draft"] == number, None
            self._known[key] = Known(at if is_resumed else 0 if self._is_documents_own else anywhere)
        return self._known[key]


def key_of(frame: Mapping[str, Any]) -> tuple[int, int]:
    return frame["document_id"], frame["draft"]
