"""Handshakes with a token, one after the other: alone, and beside 1,000 open sockets; and what memory a socket costs the server.

python -m benchmarks.handshake [--quick] [--rounds 3] [--only gateway fastapi] [--sockets 1000]

`upgraded`: from connect() to the server's 101. `greeted`: to the first frame, which says that the server knows the user.
"""

import time

from benchmarks import table
from benchmarks.load.listeners import Listeners
from benchmarks.load.target import Target
from benchmarks.servers import Running
from benchmarks.table import Measured


def measure(running: Running, sockets: int, handshakes: int) -> Measured:
    target = running.target
    shake(target, 20)
    figures = {f"{name}, alone": value for name, value in shake(target, handshakes).items()}
    before = running.resident
    listeners = Listeners()
    try:
        for _ in range(sockets):
            wire = target.connect()
            target.subscribe(wire)
            listeners.add(wire)
        listeners.settle(2)
        memory = (running.resident - before) / sockets / 1024
        beside = shake(target, handshakes)
    finally:
        listeners.close()
    return {**figures, **{f"{name}, beside": value for name, value in beside.items()}, "KiB a socket": memory}


def shake(target: Target, count: int) -> dict[str, float]:
    """p95 in ms of so many handshakes."""
    upgraded, greeted = [], []
    for _ in range(count):
        began = time.monotonic()
        wire = target.open()
        upgraded.append(time.monotonic() - began)
        target.greet(wire)
        greeted.append(time.monotonic() - began)
        wire.close()
    return {
        "upgraded p95 ms": 1000 * table.percentile(upgraded, 0.95),
        "greeted p95 ms": 1000 * table.percentile(greeted, 0.95),
    }


def main() -> None:
    asked = table.arguments(__doc__, sockets={"type": int, "default": 1000})
    sockets, handshakes = (100, 50) if asked.quick else (asked.sockets, 300)
    servers = table.chosen(asked.only, table.without_batches())
    found = table.interleaved(servers, asked.rounds, lambda running: measure(running, sockets, handshakes))
    table.show(f"Handshake with token, alone and beside {sockets:,} open sockets", found, less_is_better=True)


if __name__ == "__main__":
    main()
