"""What an answer cost, and how long it took."""

from dataclasses import dataclass

CHARACTERS_PER_TOKEN = 4
"""Roughly, in English; for answers whose provider did not count."""


@dataclass
class Usage:
    """Counted over all requests of one answer, failed and repeated ones too. Right once the answer has ended, however it ended.

    first_token_ms: from the question to the first token, waits included; None when none came.
    estimated: a provider did not say how many tokens it was (an answer that was cut off, mostly), so that some are guessed
    from the length of the text.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    first_token_ms: int | None = None
    elapsed_ms: int = 0
    estimated: bool = False

    def spend(self, *, tokens_in: int, tokens_out: int, characters_in: int, characters_out: int) -> None:
        """Add one request: the provider's figures, or our guess for those that are 0."""
        if not tokens_in or (not tokens_out and characters_out):
            self.estimated = True
        self.tokens_in += tokens_in or tokens_of(characters_in)
        self.tokens_out += tokens_out or tokens_of(characters_out)


def tokens_of(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)
