"""Small tables for people: a figure for each server, and how many times a baseline's it is."""

import argparse
import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchmarks.servers import COMPARED, GATEWAY, SERVERS, Running, Server

Measured = Mapping[str, float]
"""Figures by name, e.g. {"200": 20_312.0}."""


def arguments(about: str | None, *, rounds: int = 3, **options: dict[str, Any]) -> argparse.Namespace:
    """`--quick`, `--rounds`, `--only`, and what a script adds."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="One short round, to see that it works.")
    parser.add_argument(
        "--rounds",
        type=int,
        default=rounds,
        help="Interleaved rounds, of which the median is told. Default: %(default)s.",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", default=[], help="Servers whose name has one of these in it."
    )
    for name, option in options.items():
        parser.add_argument(f"--{name}", **option)
    asked = parser.parse_args()
    asked.rounds = 1 if asked.quick else asked.rounds
    return asked


def chosen(only: Iterable[str], among: Mapping[str, Server] = SERVERS) -> dict[str, Server]:
    names = [part.lower() for part in only]
    return {name: server for name, server in among.items() if not names or any(part in name.lower() for part in names)}


def without_batches() -> dict[str, Server]:
    """For questions in which `gateway.v1.batch` plays no part."""
    return {name: server for name, server in SERVERS.items() if "batches" not in name}


def interleaved(
    servers: Mapping[str, Server], rounds: int, measure: Callable[[Running], Measured], *, prefill: int = 0
) -> dict[str, dict[str, float]]:
    """Measure every server in turn, so many times, each time freshly started; medians by server and figure."""
    taken: dict[str, list[Measured]] = {name: [] for name in servers}
    for number in range(1, rounds + 1):
        for name, server in servers.items():
            with server(prefill) as running:
                taken[name].append(measure(running))
            print(f"  round {number}, {name}: {in_words(taken[name][-1])}", flush=True)
    return {name: medians(figures) for name, figures in taken.items()}


def medians(figures: Sequence[Measured]) -> dict[str, float]:
    return {name: statistics.median(found[name] for found in figures) for name in figures[0]}


def in_words(figures: Measured) -> str:
    return ", ".join(f"{name} {number(value)}" for name, value in figures.items())


def number(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def show(
    title: str,
    rows: Mapping[str, Measured],
    *,
    less_is_better: bool = False,
    beside: Mapping[str, Measured] | None = None,
) -> None:
    """Print a Markdown table: a row of figures for each server, then how many times better the gateway is than each baseline.

    `beside`: what the gateway is compared with, where that is not the baselines' rows themselves.
    """
    columns = list(next(iter(rows.values())))
    print(f"\n{title}\n\n| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name, figures in rows.items():
        print(f"| {name} | {' | '.join(number(figures[column]) for column in columns)} |")
    for base, others in (beside or rows).items():
        for name in (name for name in rows if base in COMPARED and name in GATEWAY):
            pairs = [(rows[name][column], others[column]) for column in columns]
            cells = [times(*pair[::-1]) if less_is_better else times(*pair) for pair in pairs]
            print(f"| {name} ÷ {base} | {' | '.join(cells)} |")
    print(flush=True)


def times(value: float, base: float) -> str:
    return "–" if math.isnan(value) or math.isnan(base) else f"{value / base:.1f} ×"


def tell(faults: str) -> None:
    """Say what went wrong in a run. A stock server may lose; the gateway never."""
    if faults:
        print(f"    NOT RIGHT: {faults}", flush=True)


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` (0 to 1) of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(part * len(ordered)) - 1, 0)]
