"""Section streams: how late text is, how much of it goes through, and how soon the summary follows a section.

python -m benchmarks.sections [--quick] [--rounds 3] [--only uvicorn fastapi] [--streams 100] [--seconds 12]

A source of tokens inside the gateway stands where a model would (`benchmarks.tokens`). `own`: from when coalescing let a chunk's last token go;
`last token`, `first token`: from when these were due, so with the wait for more text.
"""

import math
import time
from array import array
from collections.abc import Sequence
from urllib.parse import urlencode

from benchmarks import table
from benchmarks.load.listeners import Listeners
from benchmarks.load.sections import TOKEN, SectionInbox
from benchmarks.load.target import Target
from benchmarks.servers import FASTAPI, GATEWAY, SERVERS, Running
from benchmarks.table import Measured

RATE = 50
"""Tokens a second of one stream, as a fast model says them."""
WORD = "token "
SOON = 1.0
"""Seconds in which the streams of one run begin, one after the other."""
POST_TAKES = 0.25
"""Seconds within which the server has begun one run, while nothing else is asked of it. When it took longer, not all streams were
written at the same time, and that is told."""
RATES = ("tokens a second", "stored before they are sent")
OUTLINE = [{"heading": "A section of a benchmark", "level": 1}]


def measure(running: Running, streams: int, seconds: float, tokens: int, documents: int) -> Measured:
    """Every figure of one server. A baseline has only the rate."""
    rate = unthrottled(running, tokens)
    if "bulk" not in running.target.ways:
        stored = unthrottled(running, tokens // 300, store=True)
        return {"tokens a second": rate, "stored before they are sent": stored}
    figures = {"tokens a second": rate, "stored before they are sent": rate, "core": math.nan}
    print_lateness(figures, "one watcher", lateness(running, 1, 1, seconds))
    before, began = running.cpu_seconds, time.monotonic()
    print_lateness(figures, f"{streams} × 3", lateness(running, streams, 3, seconds))
    figures["core"] = (running.cpu_seconds - before) / (time.monotonic() - began)
    figures["summary p95"] = table.percentile(summaries(running, documents), 0.95) / 1e6
    return figures


# Lateness


def lateness(running: Running, streams: int, watchers: int, seconds: float) -> dict[str, list[int]]:
    """Ages in ns of the chunks that came while all streams were written; see `SectionInbox`."""
    target = running.target
    names = [make_document(target, outline=OUTLINE) for _ in range(streams)]
    listeners = watch(target, names * watchers)
    try:
        begins = time.monotonic() + 1 + POST_TAKES * streams
        for place, name in enumerate(names):
            delay = begins + SOON * place / streams - time.monotonic()
            say(target, name, rate=RATE, count=round(RATE * (seconds + SOON)), delay=max(delay, 0), text=TOKEN)
        table.tell("" if time.monotonic() < begins else "the streams were begun too late")
        listeners.drain(1, patience=begins - time.monotonic() + seconds + 30)
        tell_faults(listeners, watchers * streams)
        all_write = (begins + SOON) * 1e9, (begins + seconds) * 1e9
        return {name: within(listeners, name, *all_write) for name in ("own", "ages", "oldest")}
    finally:
        listeners.close()


def within(listeners: Listeners, name: str, since: float, until: float) -> list[int]:
    return [
        age
        for inbox in section_inboxes(listeners)
        for age, due in zip(getattr(inbox, name), inbox.dues, strict=True)
        if since <= due <= until
    ]


def print_lateness(figures: dict[str, float], words: str, found: dict[str, list[int]]) -> None:
    """Add the figures, in ms: the gateway's own part, then the ages of a chunk's last and first token."""
    own = found["own"]
    for part in (0.5, 0.95, 0.99, 1.0):
        figures[f"{words}, own p{round(100 * part)}"] = table.percentile(own, part) / 1e6
    figures[f"{words}, last token p99"] = table.percentile(found["ages"], 0.99) / 1e6
    figures[f"{words}, first token p99"] = table.percentile(found["oldest"], 0.99) / 1e6


# Rate


def unthrottled(running: Running, tokens: int, **options: object) -> float:
    """Tokens a second to one watcher, from the first text to the last, when the source never waits."""
    target = running.target
    is_gateway = "bulk" in target.ways
    stream = make_document(target, outline=OUTLINE) if is_gateway else target.stream
    listeners = watch(target, [stream])
    try:
        say(target, stream, rate=0, count=tokens, text=WORD, **options)
        listeners.drain(1, patience=30)
        tell_faults(listeners, 1)
        (inbox,) = section_inboxes(listeners)
        table.tell("" if inbox.length == tokens * len(WORD) else f"{inbox.length} bytes came")
        return tokens / (inbox.ended - inbox.began) * 1e9
    finally:
        listeners.close()


# Summaries


def summaries(running: Running, documents: int) -> Sequence[int]:
    """From each section's end to the summary after it, ns: so many documents by the template writer, one after the other."""
    target, found = running.target, array("q")
    for _ in range(documents):
        name = make_document(target)
        listeners = watch(target, [name])
        try:
            target.call("POST", f"/api/v1/documents/{number_of(name)}/generate/")
            listeners.drain(1, patience=30)
            tell_faults(listeners, 1)
            found.extend(section_inboxes(listeners)[0].summaries)
        finally:
            listeners.close()
    return found


# All of them


def make_document(target: Target, **more: object) -> str:
    """The stream of a new document; without an outline, of nine sections."""
    body = {"title": "A benchmark", "kind": "gdd", **more}
    return f"document:{target.call('POST', f'/api/v1/projects/{target.project}/documents/', body)['id']}"


def number_of(stream: str) -> str:
    return stream.partition(":")[2]


def say(target: Target, stream: str, **tokens: object) -> None:
    target.call("POST", f"/bench/tokens?{urlencode({'stream': stream, **tokens})}")


def watch(target: Target, streams: Sequence[str]) -> Listeners:
    listeners = Listeners()
    for stream in streams:
        wire = target.connect()
        target.subscribe(wire, stream=stream)
        listeners.add(wire)
    listeners.settle(0.5)
    listeners.start_anew(SectionInbox)
    return listeners


def section_inboxes(listeners: Listeners) -> list[SectionInbox]:
    return [inbox for inbox in listeners.inboxes.values() if isinstance(inbox, SectionInbox)]


def tell_faults(listeners: Listeners, expected: int) -> None:
    inboxes = section_inboxes(listeners)
    missing = expected - sum(inbox.count for inbox in inboxes)
    table.tell(f"{missing} of {expected} watchers lack the end" if missing else "")
    table.tell("; ".join(fault for inbox in inboxes for fault in inbox.faults[:1])[:300])


def main() -> None:
    asked = table.arguments(
        __doc__,
        streams={"type": int, "default": 100},
        seconds={"type": float, "default": 12.0},
        tokens={"type": int, "default": 300_000},
    )
    streams, seconds, documents = (5, 3.0, 1) if asked.quick else (asked.streams, asked.seconds, 12)
    compared = {name: SERVERS[name] for name in [*GATEWAY, FASTAPI] if "batches" not in name}
    found = table.interleaved(
        table.chosen(asked.only, compared),
        asked.rounds,
        lambda running: measure(running, streams, seconds, asked.tokens, documents),
    )
    rates = {name: {key: figures[key] for key in RATES} for name, figures in found.items()}
    table.show("Unthrottled, to one watcher; the gateway always stores first", rates)
    late = {name: {key: figures[key] for key in figures if key not in RATES} for name, figures in found.items()}
    ours = {name: figures for name, figures in late.items() if name in GATEWAY}
    if ours:
        show_columns(ours)


def show_columns(figures: dict[str, dict[str, float]]) -> None:
    """One line for each figure, since there are many: ms, and what the server used of a core with all streams."""
    print(f"| | {' | '.join(figures)} |\n|---|{'---|' * len(figures)}")
    for name in next(iter(figures.values())):
        print(f"| {name} | {' | '.join(table.number(each[name]) for each in figures.values())} |")


if __name__ == "__main__":
    main()
