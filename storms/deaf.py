"""A doorbell out of order: its hints are lost, come twice, or in another order."""

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

from realtime import doorbell

News = Sequence[tuple[Any, ...]]
Ring = Callable[[str, News], None]


class Unreliable:
    """Each hint is kept back, and given zero, one or two times, in whatever order."""

    def __init__(self, ring: Ring, seed: int = 0) -> None:
        self.ring = ring
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.kept: list[tuple[str, News]] = []

    def __call__(self, stream: str, news: News) -> None:
        for hint in self.choose((stream, news)):
            self.ring(*hint)

    def choose(self, hint: tuple[str, News]) -> list[tuple[str, News]]:
        with self.lock:
            self.kept.extend([hint] * self.chance.choice([0, 0, 1, 1, 2]))
            self.chance.shuffle(self.kept)
            count = self.chance.randint(0, len(self.kept))
            chosen, self.kept = self.kept[:count], self.kept[count:]
            return chosen


def put_out_of_order(how: str) -> None:
    if how == "silent":
        doorbell.ring = lambda stream, news: None
    elif how == "unreliable":
        doorbell.ring = Unreliable(doorbell.ring)
