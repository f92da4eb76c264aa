"""Where a value lies on an axis, and which values get a mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class Scale:
    """From 0…`most` to 0…`length` pixels."""

    most: float
    length: float

    def at(self, value: float) -> float:
        return value / self.most * self.length if self.most else 0

    def marks(self, about: int, least: float = 0) -> Sequence[float]:
        """Round values from 0 on, about so many, and no closer to each other than `least`."""
        step = max(round_step(self.most / about), least) if self.most else 1
        return [step * place for place in range(floor(self.most / step) + 1)]


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, 50 … that is no smaller."""
    size = 10 ** floor(log10(least))
    return float(next(step * size for step in STEPS if step * size >= least * 0.999))


def whole_top(most: float, about: int) -> float:
    """The round value above all others, as the top of an axis that counts things."""
    step = max(round_step(most / about), 1) if most else 1
    return max(ceil(most / step), 1) * step
