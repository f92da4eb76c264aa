"""What an answer cost, and how long it took."""

from dataclasses import dataclass
from decimal import Decimal

CHARACTERS_PER_TOKEN = 4
"""Roughly, in English; for answers whose provider did not count."""


@dataclass
class Usage:
    """Counted over all requests of one answer, failed and repeated ones too. Right once the answer has ended, however it ended.

    first_token_ms: from the question to the first token, waits included; None when none came.
    cost_usd: US dollars at the provider's list prices; None where these are not known.
    estimated: a provider did not say how many tokens it was (an answer that was cut off, mostly), so that some are guessed
    from the length of the text.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    first_token_ms: int | None = None
    elapsed_ms: int = 0
    cost_usd: Decimal | None = None
    estimated: bool = False

    def spend(self, tokens_in: int, tokens_out: int, cost: Decimal | None) -> None:
        """Add one request. `cost` is what it cost in US dollars, where the price is known."""
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        if cost is not None:
            self.cost_usd = (self.cost_usd or Decimal()) + cost


def tokens_of(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)
