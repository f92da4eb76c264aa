"""How often one socket may speak."""

import time


class Bucket:
    """A token bucket: `rate` takes a second on average, up to two seconds' worth at once."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.level = rate * 2
        self.seen = time.monotonic()

    def take(self) -> bool:
        """Take one; False when the bucket is empty."""
        now = time.monotonic()
        self.level = min(self.rate * 2, self.level + (now - self.seen) * self.rate)
        self.seen = now
        if self.level < 1:
            return False
        self.level -= 1
        return True
