"""How far a subscription has come in its stream, and the proof that nothing was skipped on the way. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from gateway_client.errors import Gap, Lost, ProtocolError
from gateway_client.frames import Event

BEGINNING = "0"
"""The cursor before the first event that is kept, whichever that is."""


class Place:
    """The place of one subscription.

    `cursor`: what to resume after; None until the first `subscribed` of one that is live only, and for a document, which
    begins with its whole text then, until the first piece of that. `seq`: all up to there has
    come, or was not wanted; None where nobody has told yet. An event follows when nothing can have been between: the whole
    log of a project has no holes, and elsewhere `prev` names the event before it.
    """

    def __init__(self, stream: str, after: str | int | None, *, filtered: bool) -> None:
        self.stream = stream
        self.is_document = stream.startswith("document:")
        self.is_whole_log = stream.startswith("project:") and not filtered
        self.cursor = None if after is None else str(after)
        digits = re.match(r"\d+", self.cursor or "")
        self.seq = int(digits[0]) if digits and self.cursor != BEGINNING else None

    def subscribed(self, frame: Mapping[str, Any]) -> Lost | None:
        """The subscription has begun, or begun again. Lost when not from where it was."""
        if not frame["recovered"]:
            return self.lost(frame)
        if self.cursor is None and not self.is_document:
            self.cursor, self.seq = frame["cursor"], frame.get("seq")
        elif self.cursor == BEGINNING and self.is_whole_log:
            self.seq = frame["seq"] - frame["missed"]
        return None

    def lost(self, frame: Mapping[str, Any]) -> Lost:
        """The stream goes on elsewhere, as a frame with `reason`, `seq` and `cursor` says."""
        lost = Lost(self.stream, frame.get("reason") or "unknown", after=self.seq or 0, cursor=frame["cursor"])
        self.cursor, self.seq = (None, None) if self.is_document else (frame["cursor"], frame.get("seq"))
        return lost

    def event(self, event: Event) -> Gap | None:
        """An event has come. A Gap when another one should have come before it; ProtocolError when it came already."""
        before = event.seq - 1 if self.is_whole_log else event.prev
        if event.seq <= (self.seq or 0) or event.prev >= event.seq:
            raise ProtocolError(f"{self.stream}: event {event.seq} (prev {event.prev}) came after {self.seq}.")
        gap = None
        if self.seq is not None and before > self.seq:
            gap = Gap(self.stream, after=self.seq, before=event.seq, cursor=self.cursor or BEGINNING)
        self.cursor, self.seq = event.cursor, event.seq
        return gap

    def position(self, frame: Mapping[str, Any]) -> None:
        """All up to the frame's seq has come."""
        if frame["seq"] >= (self.seq or 0):
            self.cursor, self.seq = frame["cursor"], frame["seq"]
