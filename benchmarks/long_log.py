"""Whether a long log costs more: publishing and resuming with a log of a thousand events, and with one of a million.

python -m benchmarks.long_log [--quick] [--rounds 3] [--events 1000000]
"""

from benchmarks import table
from benchmarks.load.publishing import Order, publisher
from benchmarks.resume import resume
from benchmarks.servers import Running, gateway
from benchmarks.table import Measured

BEHIND = 1_000
"""How far the resuming client is behind; the short log has no more."""


def measure(running: Running, seconds: float) -> Measured:
    after = running.target.count()["max"] - BEHIND
    resumed = [resume(running, 1, BEHIND, after) for _ in range(5)]
    with publisher(running.target) as publishing:
        publishing.publish(Order("socket", seconds=seconds / 4, writers=16, window=32))
        rate = publishing.publish(Order("socket", seconds=seconds, writers=16, window=32)).per_second
    return {
        "publishes a second": rate,
        f"resuming {BEHIND:,} events, first, ms": resumed[0],
        "again, median, ms": table.percentile(resumed[1:], 0.5),
    }


def main() -> None:
    asked = table.arguments(__doc__, events={"type": int, "default": 1_000_000})
    events, seconds = (20_000, 1.0) if asked.quick else (asked.events, 4.0)
    lengths = {BEHIND: f"a log of {BEHIND:,}", events: f"a log of {events:,}"}
    servers = {words: lambda _, length=length: gateway(length) for length, words in lengths.items()}
    found = table.interleaved(servers, asked.rounds, lambda running: measure(running, seconds))
    table.show("The gateway on uvicorn", found)
    short, long = found.values()
    change = {name: f"{100 * (long[name] / short[name] - 1):+.0f} %" for name in short}
    print("long against short: " + ", ".join(f"{name} {value}" for name, value in change.items()))


if __name__ == "__main__":
    main()
