"""Resuming 10,000 events behind: how long until one client, and the last of twenty at once, has them all.

python -m benchmarks.resume [--quick] [--rounds 3] [--only gateway fastapi] [--behind 10000]

From the subscription's sending to the last byte of the last event. `first`: the server has just started. The twenty come after it.
"""

import time
from functools import partial

from benchmarks import table
from benchmarks.load.inbox import KeepingInbox
from benchmarks.load.listeners import Listeners
from benchmarks.servers import Running
from benchmarks.table import Measured

MANY = 20
EVENT_BYTES = 512
"""More than an event takes on the wire, mostly."""


def measure(running: Running, behind: int) -> Measured:
    after = running.target.count()["max"] - behind
    first = resume(running, 1, behind, after)
    again = resume(running, 1, behind, after)
    return {"one, first": first, "one, again": again, f"last of {MANY}": resume(running, MANY, behind, after)}


def resume(running: Running, clients: int, behind: int, after: int) -> float:
    """ms until the last of so many clients has all."""
    target, listeners = running.target, Listeners()
    try:
        wires = [target.connect() for _ in range(clients)]
        for wire in wires:
            listeners.add(wire)
        listeners.start_anew(partial(KeepingInbox, last=after + behind, room=behind * EVENT_BYTES))
        began = time.monotonic()
        for wire in wires:
            wire.send(target.subscription(after))
        drained = listeners.drain(behind, patience=20)
        took = time.monotonic() - began
        for inbox in kept_by(listeners):
            inbox.count_kept()
        table.tell(listeners.faults(behind))
        print(f"    {clients} resumed; the reader used {drained.core:.2f} of a core")
        return 1000 * took
    finally:
        listeners.close()


def kept_by(listeners: Listeners) -> list[KeepingInbox]:
    return [inbox for inbox in listeners.inboxes.values() if isinstance(inbox, KeepingInbox)]


def main() -> None:
    asked = table.arguments(__doc__, behind={"type": int, "default": 10_000})
    behind = 1_000 if asked.quick else asked.behind
    servers = table.chosen(asked.only)
    found = table.interleaved(servers, asked.rounds, lambda running: measure(running, behind), prefill=behind)
    table.show(f"Resuming {behind:,} events behind, ms", found, less_is_better=True)


if __name__ == "__main__":
    main()
