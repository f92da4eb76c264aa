"""Fan-out: deliveries a second at saturation, and how late an event is at 20 events a second, to many sockets at once.

python -m benchmarks.fanout [--quick] [--rounds 3] [--only gateway fastapi] [--sizes 200 500 1000]
"""

from benchmarks import table
from benchmarks.load.inbox import Inbox, StampedInbox
from benchmarks.load.listeners import Drained, Listeners
from benchmarks.load.publishing import Order, Publisher, publisher
from benchmarks.servers import Running
from benchmarks.table import Measured

EVENTS_A_SECOND = 20
WINDOW = 200
"""Publications in flight at saturation."""
FEWEST, MOST = 20, 10_000
"""Events of a run at saturation."""


def measure(running: Running, sizes: list[int], paced: float, saturated: float) -> Measured:
    """The same server with more and more sockets."""
    target, figures = running.target, {}
    listeners = Listeners()
    try:
        with publisher(target) as publishing:
            for size in sizes:
                open_up_to(running, listeners, size)
                listeners.settle(1)
                figures[f"p99 ms, {size}"] = latency(listeners, publishing, paced)
                figures[f"per s, {size}"] = saturation(running, listeners, publishing, saturated)
    finally:
        listeners.close()
    return figures


def open_up_to(running: Running, listeners: Listeners, size: int) -> None:
    while len(listeners) < size:
        wire = running.target.connect()
        running.target.subscribe(wire)
        listeners.add(wire)


def latency(listeners: Listeners, publishing: Publisher, seconds: float) -> float:
    """The 99th percentile (ms) of every delivery's age, at a rate that every server should bear."""
    listeners.start_anew(StampedInbox)
    expected = round(EVENTS_A_SECOND * seconds)
    publishing.begin(Order("socket", count=expected, rate=EVENTS_A_SECOND))
    listeners.drain(expected, patience=10)
    publishing.result()
    table.tell(listeners.faults(expected))
    return table.percentile(listeners.latencies, 0.99) / 1e6


def saturation(running: Running, listeners: Listeners, publishing: Publisher, seconds: float) -> float:
    """Deliveries a second while events come faster than they can go out. Shorter runs tell how many events it takes."""
    count, cpu = FEWEST, running.cpu_seconds
    drained = run_saturated(listeners, publishing, count)
    while drained.seconds < seconds / 2 and count < MOST:
        count = min(max(round(drained.per_second * seconds / len(listeners)), count * 2), count * 10, MOST)
        cpu = running.cpu_seconds
        drained = run_saturated(listeners, publishing, count)
    core = (running.cpu_seconds - cpu) / max(drained.seconds, 1e-9)
    print(
        f"    {len(listeners)} sockets, {count} events: the reader used {drained.core:.2f} of a core, the server {core:.2f}"
    )
    return drained.per_second


def run_saturated(listeners: Listeners, publishing: Publisher, count: int) -> Drained:
    listeners.start_anew(Inbox, witnesses=StampedInbox)
    publishing.begin(Order("socket", count=count, window=WINDOW))
    drained = listeners.drain(count, pause=0.004, patience=5)
    publishing.result()
    table.tell(listeners.faults(count))
    return drained


def main() -> None:
    asked = table.arguments(__doc__, sizes={"nargs": "+", "type": int, "default": [200, 500, 1000]})
    sizes = [50] if asked.quick else asked.sizes
    times = (1.0, 1.0) if asked.quick else (5.0, 2.0)
    found = table.interleaved(table.chosen(asked.only), asked.rounds, lambda running: measure(running, sizes, *times))
    rates = {name: {f"{size} sockets": figures[f"per s, {size}"] for size in sizes} for name, figures in found.items()}
    late = {name: {f"{size} sockets": figures[f"p99 ms, {size}"] for size in sizes} for name, figures in found.items()}
    table.show("Deliveries a second at saturation", rates)
    table.show(f"p99 of the age of a delivery at {EVENTS_A_SECOND} events a second, ms", late, less_is_better=True)


if __name__ == "__main__":
    main()
