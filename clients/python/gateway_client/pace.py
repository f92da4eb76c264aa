"""How fast a connection may send. Pure."""

import math


class Pace:
    """So many commands a second, and as many at once after a pause: half of what the gateway bears. None: no limit was told."""

    def __init__(self, per_second: float | None = None) -> None:
        self._every = 1 / per_second if per_second else 0.0
        self._at_once = 1.0 if per_second else 0.0
        self._next = -math.inf

    def next(self, now: float) -> float:
        """Seconds to wait before the next command is sent. Each call is a command."""
        self._next = max(self._next, now - self._at_once) + self._every
        return max(self._next - now, 0.0)
