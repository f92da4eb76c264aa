"""Durable publishing by 16 writers at once: events a second over sockets, by POST in lists of 500, and by POST one each.

python -m benchmarks.publish [--quick] [--rounds 3] [--only gateway fastapi] [--writers 16]

Nobody listens. Afterwards the stored rows are counted: what was answered must be there. Socket.IO stores nothing.
"""

import math

from benchmarks import table
from benchmarks.load.publishing import Order, publisher
from benchmarks.servers import Running
from benchmarks.table import Measured

WAYS = {"socket": "over sockets", "bulk": "POST, 500 at once", "post": "POST, one each"}
WINDOW = {"socket": 32, "bulk": 1, "post": 1}
"""Requests that each writer has in flight."""


def measure(running: Running, writers: int, seconds: float) -> Measured:
    figures = {}
    with publisher(running.target) as publishing:
        for way, words in WAYS.items():
            if way not in running.target.ways:
                figures[words] = math.nan
                continue
            before = running.target.count()["count"]
            warm = publishing.publish(Order(way, seconds=seconds / 4, writers=writers, window=WINDOW[way]))
            done = publishing.publish(Order(way, seconds=seconds, writers=writers, window=WINDOW[way]))
            lacking = before + warm.events + done.events - running.target.count()["count"]
            table.tell(f"{lacking} events were answered and are not stored" if lacking else "")
            print(f"    {words}: the writers used {done.core:.2f} of a core")
            figures[words] = done.per_second
    return figures


def main() -> None:
    asked = table.arguments(__doc__, writers={"type": int, "default": 16})
    seconds = 1.0 if asked.quick else 3.0
    servers = table.chosen(asked.only, table.without_batches())
    found = table.interleaved(servers, asked.rounds, lambda running: measure(running, asked.writers, seconds))
    best = {
        name: dict.fromkeys(figures, max(figure for figure in figures.values() if not math.isnan(figure)))
        for name, figures in found.items()
    }
    table.show("Durable publishes a second (ratios: to the best way of the baseline)", found, beside=best)


if __name__ == "__main__":
    main()
