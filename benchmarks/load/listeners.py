"""Many sockets read by one process: epoll, one large buffer, and as few system calls as the load allows."""

import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.load.inbox import TAIL_BYTES, Inbox, StampedInbox
from benchmarks.load.wire import PONG, Wire, client_frame

PIECE_BYTES = 1 << 19
PINGS = (b"\x89\x04", b"\x89\x0c")
"""How the pings of uvicorn (4 bytes) and autobahn (12) begin. No text of ASCII has such a byte, and no event is as long as its
length would have to be. One that is cut in two is missed; the next comes in time."""


@dataclass(frozen=True)
class Drained:
    """What came: frames, the seconds between the first and the last, and what reading took of a core (0 to 1)."""

    frames: int
    seconds: float
    core: float

    @property
    def per_second(self) -> float:
        return self.frames / self.seconds if self.seconds else 0.0


class Listeners:
    """Sockets with their inboxes."""

    def __init__(self) -> None:
        self.epoll = select.epoll()
        self.sockets: dict[int, socket.socket] = {}
        self.inboxes: dict[int, Inbox] = {}
        self.closed: list[bytes] = []
        self.buffer = bytearray(TAIL_BYTES + PIECE_BYTES)
        self.view = memoryview(self.buffer)

    def __len__(self) -> int:
        return len(self.sockets)

    def add(self, wire: Wire) -> None:
        number = wire.socket.fileno()
        self.sockets[number] = wire.socket
        self.inboxes[number] = Inbox()
        self.inboxes[number].feed(bytes(wire.buffer))
        wire.socket.setblocking(False)
        self.epoll.register(number, select.EPOLLIN)

    def start_anew(self, kind: Callable[[], Inbox], witnesses: Callable[[], Inbox] | None = None) -> None:
        """Fresh inboxes for the next run; the first socket gets the `witnesses` kind."""
        self.inboxes = {number: kind() for number in self.sockets}
        if witnesses:
            self.inboxes[next(iter(self.inboxes))] = witnesses()

    def drain(self, expected: int, *, pause: float = 0.0, patience: float = 5.0) -> Drained:
        """Read until each socket has `expected` frames, or nothing has come for `patience` seconds.

        `pause`: seconds between two looks at the sockets. It costs latency and saves system calls.
        """
        waiting = {number for number, inbox in self.inboxes.items() if not inbox.has(expected)}
        before = sum(inbox.count for inbox in self.inboxes.values())
        began, cpu = time.monotonic(), time.process_time()
        first = last = 0.0
        while waiting and time.monotonic() - max(last, began) < patience:
            for number, _ in self.epoll.poll(0.2):
                inbox = self.read(number)
                if inbox.count:
                    first, last = first or time.monotonic(), time.monotonic()
                if inbox.has(expected) or number not in self.sockets:
                    waiting.discard(number)
            if pause:
                time.sleep(pause)
        core = (time.process_time() - cpu) / max(time.monotonic() - began, 1e-9)
        return Drained(sum(inbox.count for inbox in self.inboxes.values()) - before, last - first, core)

    def read(self, number: int) -> Inbox:
        inbox = self.inboxes[number]
        old = len(inbox.tail)
        self.buffer[:old] = inbox.tail
        try:
            size = self.sockets[number].recv_into(self.view[old : old + PIECE_BYTES])
        except BlockingIOError:
            return inbox
        except OSError:
            size = 0
        if not size:
            self.forget(number)
            return inbox
        inbox.take(self.buffer, old + size)
        self.answer_pings(number, old, old + size)
        return inbox

    def answer_pings(self, number: int, start: int, end: int) -> None:
        for ping in PINGS:
            place = self.buffer.find(ping, start, end)
            if place >= 0 and place + 2 + ping[1] <= end:
                payload = bytes(self.view[place + 2 : place + 2 + ping[1]])
                self.sockets[number].send(client_frame(payload, PONG))

    def faults(self, expected: int) -> str:
        """What is not as it should be after a run; empty when every socket got all of it, in order, up to the same seq."""
        self.settle(0.2)
        inboxes = list(self.inboxes.values())
        lost = sum(expected - inbox.count for inbox in inboxes)
        disordered = sum(isinstance(inbox, StampedInbox) and not inbox.in_order for inbox in inboxes)
        found = {
            f"{lost:,} of {expected * len(inboxes):,} frames missing": lost,
            "sockets ended at different events": len({inbox.last_seq for inbox in inboxes}) > 1,
            f"{disordered} sockets out of order": disordered,
            f"{len(self.closed)} sockets closed by the server, the first with {self.closed[:1]}": self.closed,
        }
        return "; ".join(words for words, there in found.items() if there)

    @property
    def latencies(self) -> list[int]:
        """The age of every stamped frame when it was read, ns."""
        return [late for inbox in self.inboxes.values() if isinstance(inbox, StampedInbox) for late in inbox.latencies]

    def settle(self, seconds: float) -> None:
        """Read whatever comes, for a while: pings, heartbeats, what a run left behind."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for number, _ in self.epoll.poll(left):
                self.read(number)

    def forget(self, number: int) -> None:
        """A socket that the server has closed. Its inbox stays, with what it got."""
        self.epoll.unregister(number)
        self.sockets.pop(number).close()
        self.closed.append(self.inboxes[number].tail[-130:])

    def close(self) -> None:
        for connection in self.sockets.values():
            connection.close()
        self.sockets.clear()
        self.epoll.close()
