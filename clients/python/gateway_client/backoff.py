"""How long to wait before the next connection."""

import random
from collections.abc import Callable
from dataclasses import dataclass

DOUBLINGS = 30  # beyond any cap, and short of an overflow


@dataclass
class Backoff:
    """Exponential back-off with full jitter: the n-th wait is anything up to `base` · 2ⁿ seconds, and up to `cap`."""

    base: float = 0.5
    cap: float = 30.0
    random: Callable[[], float] = random.random
    tries: int = 0

    def next(self) -> float:
        """Seconds to wait now."""
        ceiling = min(self.cap, self.base * 2.0 ** min(self.tries, DOUBLINGS))
        self.tries += 1
        return ceiling * self.random()

    def reset(self) -> None:
        """The connection has proved good."""
        self.tries = 0
