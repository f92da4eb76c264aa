"""A client that does not read for a minute, beside 200 that do, at 200 events a second.

python -m benchmarks.slow_reader [--quick] [--only daphne] [--baselines]

Told: how late the others get their events without and beside the sleeper, by how much the server's memory grows meanwhile,
and whether the sleeper gets everything when it wakes; if the server has closed its socket, then from where it was.
"""

import time
from dataclasses import dataclass, replace

from benchmarks import table
from benchmarks.load.inbox import Inbox, StampedInbox
from benchmarks.load.listeners import Listeners
from benchmarks.load.publishing import Order, Publisher, publisher
from benchmarks.load.target import Target
from benchmarks.load.wire import Wire
from benchmarks.servers import COMPARED, Running
from benchmarks.table import Measured

READERS, RATE = 200, 200
RECEIVE_BUFFER = 1 << 14
"""Bytes that the kernel takes for the sleeper, so that it is the server that has to wait."""
TEXT = "a long event, so that a minute of them is more than kernels hold for one socket: " + "x" * 1_000


@dataclass
class Phase:
    """What one stretch of publishing was like for those who read."""

    p99: float
    growth: int
    """The most by which the server's memory was above that at the beginning, bytes."""


def measure(running: Running, seconds: float) -> Measured:
    running = replace(running, target=replace(running.target, text=TEXT))
    target, listeners = running.target, Listeners()
    try:
        for _ in range(READERS):
            wire = target.connect()
            target.subscribe(wire)
            listeners.add(wire)
        with publisher(target) as publishing:
            run(running, listeners, publishing, min(seconds, 5))
            alone = run(running, listeners, publishing, seconds / 3)
            sleeper = target.connect(receive_buffer=RECEIVE_BUFFER)
            seq = target.subscribe(sleeper)
            beside = run(running, listeners, publishing, seconds)
        missed, closed, took = wake(target, sleeper, seq, round(RATE * seconds))
    finally:
        listeners.close()
    return {
        "p99 alone, ms": alone.p99,
        "p99 beside, ms": beside.p99,
        "change, %": 100 * (beside.p99 / alone.p99 - 1),
        "growth, MiB": beside.growth / (1 << 20),
        "sleeper lacks": missed,
        "closed meanwhile": closed,
        "caught up in, s": took,
    }


def run(running: Running, listeners: Listeners, publishing: Publisher, seconds: float) -> Phase:
    """Publish for a while; the memory is looked at every second."""
    listeners.start_anew(StampedInbox)
    count, growth, before = round(RATE * seconds), 0, running.resident
    publishing.begin(Order("socket", count=count, rate=RATE))
    for second in range(1, round(seconds) + 1):
        listeners.drain(min(second * RATE, count), patience=5)
        growth = max(growth, running.resident - before)
        if publishing.has_ended():
            break
    publishing.result()
    listeners.drain(count, patience=5)
    table.tell(listeners.faults(count))
    return Phase(table.percentile(listeners.latencies, 0.99) / 1e6, growth)


def wake(target: Target, sleeper: Wire, seq: int, expected: int) -> tuple[int, int, float]:
    """(events that the sleeper did not get, 1 if its socket was closed, seconds until it had what it got)."""
    began = time.monotonic()
    inbox = read_all(sleeper, expected)
    if closed := inbox.count < expected:
        again = target.connect()
        again.send(target.subscription(inbox.last_seq or seq))
        rest = read_all(again, expected - inbox.count)
        return expected - inbox.count - rest.count, closed, time.monotonic() - began
    return 0, closed, time.monotonic() - began


def read_all(wire: Wire, expected: int) -> Inbox:
    listeners = Listeners()
    listeners.add(wire)
    listeners.drain(expected, patience=5)
    (inbox,) = listeners.inboxes.values()
    listeners.close()
    return inbox


def main() -> None:
    asked = table.arguments(
        __doc__, rounds=1, baselines={"action": "store_true", "help": "The baselines, too; most do not stand it."}
    )
    seconds = 6.0 if asked.quick else 60.0
    servers = table.without_batches()
    if not asked.baselines:
        servers = {name: server for name, server in servers.items() if name not in COMPARED}
    found = table.interleaved(
        table.chosen(asked.only, servers), asked.rounds, lambda running: measure(running, seconds)
    )
    table.show(f"One of {READERS + 1} does not read for {seconds:.0f} s at {RATE} events a second", found)


if __name__ == "__main__":
    main()
