"""When a server that fails is left alone: plain arithmetic, with the time given.

closed → open after several failures in a row → half open after a rest: one call tries it → closed again, or open for
another rest. Times are seconds of any clock that only rises.
"""

from dataclasses import dataclass, replace

FAILURES = 3
REST = 30.0


@dataclass(frozen=True)
class Breaker:
    """What is remembered of a server: failures in a row, since when it rests, and since when a call tries it again."""

    failures: int = 0
    opened_at: float | None = None
    trial_at: float | None = None

    def rests_for(self, now: float) -> float:
        """How many seconds no call may be made; 0 when one may. A trial that was never heard of again ends with a rest's time."""
        if self.opened_at is None:
            return 0.0
        since = self.opened_at if self.trial_at is None else self.trial_at
        return min(max(since + REST - now, 0.0), REST)

    def called(self, now: float) -> "Breaker":
        """A call is made that `rests_for` has let through: of a server that rests, it is the trial."""
        return self if self.opened_at is None else replace(self, trial_at=now)

    def succeeded(self) -> "Breaker":
        return Breaker()

    def failed(self, now: float) -> "Breaker":
        """Open after `FAILURES` in a row; a trial that fails opens it for another rest, a straggler of before does not."""
        if self.opened_at is not None and self.trial_at is None:
            return self
        failures = self.failures + 1
        return Breaker(failures, now if failures >= FAILURES else None)
