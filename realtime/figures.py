"""What a hub counts, cheaply enough to be always on: once for each flush of a feed, never for each socket."""

import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from realtime.history import LoggedEvent

MINUTE = 60.0


@dataclass
class Figures:
    """What a hub has done since it began. Times in seconds.

    `healed` are the events that were read from the log because their hint was lost or late; `closed` is how many sockets
    were closed with each code. `lag` says how old the newest event was when the last flush had handed it on, `worst_lag`
    the same of the oldest such event since the last sample (see LastMinute).
    """

    events: int = 0
    deliveries: int = 0
    healed: int = 0
    restarts: int = 0
    layer_failures: int = 0
    closed: Counter[int] = field(default_factory=Counter)
    lag: float = 0.0
    worst_lag: float = 0.0

    def note(self, events: Sequence[LoggedEvent], frames: int) -> None:
        """Count events that have been handed on, in so many frames."""
        self.events += len(events)
        self.deliveries += frames
        self.lag = max(time.time() - events[-1].published_at, 0.0)
        self.worst_lag = max(self.worst_lag, self.lag)


class Sample(NamedTuple):
    at: float
    events: int
    deliveries: int
    worst_lag: float


class LastMinute:
    """Figures as they were at some moments of the last minute, by the clock of the event loop."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.samples: deque[Sample] = deque()

    def sample(self, now: float) -> None:
        """Called every few seconds."""
        figures = self.figures
        self.samples.append(Sample(now, figures.events, figures.deliveries, figures.worst_lag))
        figures.worst_lag = 0.0
        while self.samples[0].at < now - MINUTE:
            self.samples.popleft()

    def events_a_second(self, now: float) -> float:
        first = self.oldest(now)
        return (self.figures.events - first.events) / (now - first.at) if first.at < now else 0.0

    def deliveries_a_second(self, now: float) -> float:
        first = self.oldest(now)
        return (self.figures.deliveries - first.deliveries) / (now - first.at) if first.at < now else 0.0

    @property
    def worst_lag(self) -> float:
        return max(self.figures.worst_lag, *(sample.worst_lag for sample in self.samples), 0.0)

    def oldest(self, now: float) -> Sample:
        return self.samples[0] if self.samples else Sample(now, 0, 0, 0.0)
