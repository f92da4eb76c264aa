"""Counting frames in bytes that come in pieces, cut anywhere.

Every event has the member `"prev":` once, whatever the server wraps around it, so that frames are counted by looking for
it, which is many times as fast as taking them apart. Events that the load publishes have a stamp in their text besides,
`bench@<20 digits of nanoseconds>#<8 digits of its number>`, for the runs in which each is looked at.
"""

import re
import time
from array import array
from itertools import pairwise

MARK = b'"prev":'
STAMP = re.compile(rb"bench@(\d{20})#(\d{8})")
STAMP_BEGINS = b"bench@"
STAMP_BYTES = len(STAMP_BEGINS) + 20 + 1 + 8
SEQ_MEMBER = b'"seq":'
SEQ = re.compile(SEQ_MEMBER + rb" ?(\d+)")
TAIL_BYTES = 2_048
"""How much of what a socket got is kept: more than its last frame."""


def stamp(number: int) -> str:
    """What tells an event's time and its number, to be put in its text."""
    return f"bench@{time.monotonic_ns():020d}#{number:08d}"


class Inbox:
    """What one socket has received: how many frames, and the end of it."""

    def __init__(self) -> None:
        self.count = 0
        self.tail = b""

    def take(self, buffer: bytearray, end: int) -> None:
        """`buffer[:end]` is the tail so far, followed by a new piece."""
        new = len(self.tail)
        self.count += buffer.count(MARK, max(new - len(MARK) + 1, 0), end)
        self.keep_tail(buffer, end)

    def keep_tail(self, buffer: bytearray, end: int) -> None:
        self.tail = bytes(memoryview(buffer)[max(end - TAIL_BYTES, 0) : end])

    def has(self, expected: int) -> bool:
        """Whether so many frames have come."""
        return self.count >= expected

    def feed(self, piece: bytes) -> None:
        """The same, for a piece alone."""
        whole = bytearray(self.tail + piece)
        self.take(whole, len(whole))

    @property
    def last_seq(self) -> int:
        """The seq of the last frame; 0 before the first."""
        found = SEQ.match(self.tail, self.tail.rfind(SEQ_MEMBER))
        return int(found[1]) if found else 0


class KeepingInbox(Inbox):
    """Keeps what comes and counts it afterwards: where much comes at once, counting would take as long as the server does.

    It has all when the event with the seq `last` has come. `room`: bytes that are at hand already; asking the kernel for
    memory meanwhile would take even longer.
    """

    def __init__(self, last: int, room: int) -> None:
        super().__init__()
        self.last = last
        self.kept = bytearray(b"\1") * room
        self.size = 0

    def take(self, buffer: bytearray, end: int) -> None:
        new = memoryview(buffer)[len(self.tail) : end]
        self.kept[self.size : self.size + len(new)] = new
        self.size += len(new)
        self.keep_tail(buffer, end)

    def has(self, expected: int) -> bool:
        return MARK in self.tail and self.last_seq == self.last

    def count_kept(self) -> None:
        self.count = self.kept.count(MARK, 0, self.size)


class StampedInbox(Inbox):
    """Keeps every stamp and when it came, and reads them afterwards: how late each frame came, and whether their numbers rose
    one by one. Reading them meanwhile would let the other sockets' frames grow old.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stamps = bytearray()
        self.came = array("q")

    def take(self, buffer: bytearray, end: int) -> None:
        now = time.monotonic_ns()
        place = buffer.find(
            STAMP_BEGINS, max(len(self.tail) - STAMP_BYTES + 1, 0), end - STAMP_BYTES + len(STAMP_BEGINS)
        )
        while place >= 0:
            self.came.append(now)
            self.stamps += buffer[place : place + STAMP_BYTES]
            place = buffer.find(STAMP_BEGINS, place + STAMP_BYTES, end - STAMP_BYTES + len(STAMP_BEGINS))
        self.count = len(self.came)
        self.keep_tail(buffer, end)

    @property
    def latencies(self) -> list[int]:
        """The age of every frame when it was read, ns."""
        return [came - int(found[1]) for came, found in zip(self.came, STAMP.finditer(self.stamps), strict=True)]

    @property
    def in_order(self) -> bool:
        numbers = [int(found[2]) for found in STAMP.finditer(self.stamps)]
        return all(later == earlier + 1 for earlier, later in pairwise(numbers))
