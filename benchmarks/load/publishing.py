"""Publishing: some writers in a process of their own, each with so many requests in flight."""

import math
import multiprocessing
import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

from benchmarks.load.inbox import stamp
from benchmarks.load.target import Target
from benchmarks.load.wire import RECEIVE_BYTES, TIMEOUT, client_frame

PUBLISHED = b'"published"'
ERROR = b'"error"'
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """What to publish. `count` events in all or as many as `seconds` allow; with a `rate`, so many a second by one writer."""

    way: str
    count: int | None = None
    seconds: float | None = None
    rate: float | None = None
    writers: int = 1
    window: int = 1
    bulk: int = 500
    first: int = 1


@dataclass(frozen=True)
class Published:
    """What the server has said to be stored, in how many seconds, and what the publisher took of a core."""

    events: int
    seconds: float
    core: float

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


class Refused(Exception):
    """The server did not store an event; the message is its answer."""


class Writer(Protocol):
    """One connection. `in_flight` counts the requests that are not answered yet, each of `weight` events."""

    socket: socket.socket
    in_flight: int
    weight: int

    def room(self, window: int) -> int:
        """How many events it can send now, given how many requests may be in flight."""

    def send(self, numbers: list[int]) -> None: ...

    def receive(self) -> int:
        """How many requests were answered by what has come."""


class SocketWriter:
    """Publishes over a WebSocket."""

    weight = 1

    def __init__(self, target: Target) -> None:
        self.target = target
        wire = target.connect()
        self.socket = wire.socket
        self.rest = bytes(wire.buffer)
        self.in_flight = 0

    def room(self, window: int) -> int:
        return window - self.in_flight

    def send(self, numbers: list[int]) -> None:
        frames = [client_frame(self.target.publication(number, stamp(number)).encode()) for number in numbers]
        self.in_flight += len(frames)
        self.socket.sendall(b"".join(frames))

    def receive(self) -> int:
        got = self.rest + received(self.socket)
        if ERROR in got:
            raise Refused(got[:500])
        answered = got.count(PUBLISHED)
        self.rest = got[-len(PUBLISHED) + 1 :]
        self.in_flight -= answered
        return answered


class HttpWriter:
    """Publishes by POST on a connection that is kept; one request at a time."""

    def __init__(self, target: Target, bulk: int | None) -> None:
        self.target = target
        self.weight = bulk or 1
        self.bulk = bulk is not None
        self.socket = socket.create_connection((target.host, target.port), timeout=TIMEOUT)
        self.rest = b""
        self.in_flight = 0

    def room(self, window: int) -> int:
        return 0 if self.in_flight else self.weight

    def send(self, numbers: list[int]) -> None:
        self.in_flight += 1
        self.socket.sendall(self.target.post_request([stamp(number) for number in numbers], bulk=self.bulk))

    def receive(self) -> int:
        self.rest += received(self.socket)
        head, found, body = self.rest.partition(b"\r\n\r\n")
        if not found or len(body) < int(LENGTH.search(head)[1]):
            return 0
        if b" 201 " not in head.split(b"\r\n", 1)[0]:
            raise Refused(self.rest[:1_000])
        self.rest = b""
        self.in_flight -= 1
        return 1


def received(connection: socket.socket) -> bytes:
    piece = connection.recv(RECEIVE_BYTES)
    if not piece:
        raise Refused("The server has closed the connection.")
    return piece


def make_writer(target: Target, order: Order) -> Writer:
    if order.way == "socket":
        return SocketWriter(target)
    return HttpWriter(target, order.bulk if order.way == "bulk" else None)


class Effort:
    """How far an order has been carried out: events sent, and events that the server has said to be stored."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.sent = self.stored = 0
        self.began = time.monotonic()
        self.until = self.began + order.seconds if order.seconds else math.inf

    def fill(self, writer: Writer) -> None:
        """Let a writer have as much in flight as it may."""
        while (share := self.share(writer)) > 0:
            first = self.order.first + self.sent
            writer.send(list(range(first, first + share)))
            self.sent += share

    def share(self, writer: Writer) -> int:
        """How many events it is to send now."""
        if time.monotonic() >= self.until:
            return 0
        room = writer.room(self.order.window)
        return room if self.order.count is None else min(room, self.order.count - self.sent)

    def hear(self, writer: Writer) -> None:
        self.stored += writer.receive() * writer.weight
        self.fill(writer)


def publish(writers: list[Writer], order: Order) -> Published:
    """Keep every writer's window full until the order is done and all of it is answered."""
    by_number = {writer.socket.fileno(): writer for writer in writers}
    effort, cpu, epoll = Effort(order), time.process_time(), select.epoll()
    for number, writer in by_number.items():
        epoll.register(number, select.EPOLLIN)
        effort.fill(writer)
    while effort.stored < effort.sent:
        for number, _ in epoll.poll(TIMEOUT):
            effort.hear(by_number[number])
            if not by_number[number].in_flight:
                epoll.unregister(number)  # it is done; servers close connections that ask nothing more
    took = time.monotonic() - effort.began
    return Published(effort.stored, took, (time.process_time() - cpu) / took)


def publish_paced(writer: Writer, order: Order) -> Published:
    """One event each 1/rate seconds, answered or not."""
    count = order.count or round(order.rate * order.seconds)
    began, cpu = time.monotonic(), time.process_time()
    for place in range(count):
        due = began + place / order.rate
        while (left := due - time.monotonic()) > 0:
            if select.select([writer.socket], [], [], left)[0]:
                writer.receive()
        writer.send([order.first + place])
    while writer.in_flight:
        writer.receive()
    took = time.monotonic() - began
    return Published(count, took, (time.process_time() - cpu) / took)


# The process


class Publisher:
    """A process that publishes when it is told to."""

    def __init__(self, target: Target) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=obey, args=(theirs, target), daemon=True)
        self.process.start()
        theirs.close()

    def begin(self, order: Order) -> None:
        """Connect the writers, and begin when all are connected."""
        self.pipe.send(order)
        self.result()

    def result(self) -> Any:
        answer = self.pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def has_ended(self) -> bool:
        """Whether the result is there: the order is done, or has failed."""
        return self.pipe.poll()

    def publish(self, order: Order) -> Published:
        self.begin(order)
        return self.result()

    def close(self) -> None:
        self.pipe.close()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()


@contextmanager
def publisher(target: Target) -> Iterator[Publisher]:
    started = Publisher(target)
    try:
        yield started
    finally:
        started.close()


def obey(pipe: Connection, target: Target) -> None:
    """The process: an order in, `None` when it begins, what came of it out; until the pipe is closed."""
    while True:
        try:
            order = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(carry_out(pipe, target, order))
        except Exception as error:
            pipe.send(Refused(repr(error)))


def carry_out(pipe: Connection, target: Target, order: Order) -> Published:
    writers = [make_writer(target, order) for _ in range(order.writers)]
    try:
        pipe.send(None)
        return publish_paced(writers[0], order) if order.rate else publish(writers, order)
    finally:
        for writer in writers:
            writer.socket.close()
