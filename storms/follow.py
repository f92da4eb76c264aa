"""One stream with one filter, as one client follows it over all its connections, and what must be true of its frames."""

import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple


class Interest(NamedTuple):
    """A stream, the project whose log it shows, and which of that log's events."""

    stream: str
    project: str
    task: str | None = None
    types: tuple[str, ...] = ()

    def wants(self, event: dict[str, Any]) -> bool:
        return (not self.types or event["type"] in self.types) and self.task in (None, event["task_code"])


class Told(NamedTuple):
    """What `subscribed` said: after which seq it begins, up to where the log is, and how many events lie between."""

    after: int
    seq: int
    missed: int


State = Literal["off", "asked", "on", "leaving", "leaving for good"]
SETTLED_AFTER = 1.5
"""Seconds after which a subscription that was never stalled counts as live, so that what comes late is the server's doing."""


@dataclass
class Follow:
    """`seqs` are all that ever came. `position` is the latest place from which it may go on: of an event, or a `position`."""

    interest: Interest
    complain: Callable[[str], None]
    lateness: array
    state: State = "off"
    began: int | None = None
    first_prev: int | None = None
    seqs: array = field(default_factory=lambda: array("Q"))
    position: tuple[int, str] | None = None
    told: list[Told] = field(default_factory=list)
    asked_after: int | None = None
    live_since: float = 0.0

    @property
    def last_seq(self) -> int:
        return self.seqs[-1] if self.seqs else 0

    def lost(self) -> None:
        """The socket is gone."""
        self.state = "off"

    def unsettle(self) -> None:
        """The client stalls: what it gets for a while is late by its own doing."""
        self.live_since = time.time() + SETTLED_AFTER

    def on_subscribed(self, frame: dict[str, Any]) -> None:
        if self.state != "asked":
            self.complain(f"`subscribed` without having asked: {frame}")
        if not frame["recovered"]:
            self.complain(f"not recovered after {self.asked_after}: {frame}")
        after = frame["seq"] if self.asked_after is None else self.asked_after
        if self.began is None:
            self.began = after
            self.position = (frame["seq"], frame["cursor"]) if self.asked_after is None else (0, "0")
        self.told.append(Told(after, frame["seq"], frame["missed"]))
        self.state = "on"
        self.unsettle()

    def on_event(self, frame: dict[str, Any]) -> None:
        if self.state == "leaving":
            return  # it has asked for them again already
        if self.state not in ("on", "leaving for good"):
            self.complain(f"an event while the subscription is {self.state}: seq {frame['seq']}")
        seq, prev = frame["seq"], frame["prev"]
        if self.seqs:
            if prev != self.seqs[-1]:
                self.complain(f"prev is {prev}, but the frame before was {self.seqs[-1]} (seq {seq})")
        else:
            self.first_prev = prev
        if seq <= max(self.last_seq, self.began or 0):
            self.complain(f"seq {seq} after {self.last_seq} (began at {self.began})")
        self.seqs.append(seq)
        self.position = seq, frame["cursor"]
        self.note_lateness(frame)

    def note_lateness(self, frame: dict[str, Any]) -> None:
        """How long ago the server made the event; it is on the same machine, with the same clock."""
        now, made_at = time.time(), datetime.fromisoformat(frame["timestamp"]).timestamp()
        if min(now, made_at) > self.live_since:
            self.lateness.append(now - made_at)

    def on_position(self, frame: dict[str, Any]) -> None:
        if self.state == "leaving":
            return
        if frame["seq"] < self.last_seq:
            self.complain(f"position {frame['seq']} behind the frame {self.last_seq}")
        self.position = frame["seq"], frame["cursor"]

    def compare(self, log: list[dict[str, Any]]) -> list[str]:
        """Everything that differs from the log, which is whole."""
        if self.began is None:
            return ["never subscribed"]
        wanted = [event["seq"] for event in log if self.interest.wants(event)]
        expected = [seq for seq in wanted if seq > self.began]
        faults = []
        if expected != self.seqs.tolist():
            faults.append(difference(expected, self.seqs.tolist()))
        first_prev = max((seq for seq in wanted if seq <= self.began), default=0)
        if self.first_prev not in (None, first_prev):
            faults.append(f"the first prev was {self.first_prev}, expected {first_prev}")
        for after, seq, missed in self.told:
            if missed != sum(after < each <= seq for each in wanted):
                faults.append(f"missed was {missed} between {after} and {seq}")
        return faults


def difference(expected: list[int], got: list[int]) -> str:
    missing, strange = sorted(set(expected) - set(got)), sorted(set(got) - set(expected))
    doubles = len(got) - len(set(got))
    return (
        f"expected {len(expected)} events, got {len(got)}: {len(missing)} missing {missing[:5]}, "
        f"{len(strange)} strange {strange[:5]}, {doubles} twice, {'in' if got == sorted(got) else 'out of'} order"
    )
