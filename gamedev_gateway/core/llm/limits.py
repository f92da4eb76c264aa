"""How long, how much and how often we ask a model."""

from dataclasses import dataclass

from django.conf import settings

CHARACTERS_AT_MOST = 8
"""Of a token. A provider that does not stop at the tokens we allow is stopped at this many characters for each of them."""
LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Limits:
    """Seconds, but for `tokens` (of one answer, thinking included), `tries` (of one request, the first included) and `prompt`.

    `answer` is for everything: tries, the pauses between them, and corrections. `prompt`: tokens, roughly, of the data that
    goes into a prompt; whoever makes the prompt keeps to it.
    """

    first_token: float = 30
    silence: float = 30
    answer: float = 300
    tokens: int = 8_000
    tries: int = 3
    prompt: int = 5_000

    @classmethod
    def from_settings(cls) -> "Limits":
        return cls(
            first_token=settings.GATEWAY_LLM_FIRST_TOKEN_SECONDS,
            silence=settings.GATEWAY_LLM_SILENCE_SECONDS,
            answer=settings.GATEWAY_LLM_ANSWER_SECONDS,
            tokens=settings.GATEWAY_LLM_ANSWER_TOKENS,
            tries=settings.GATEWAY_LLM_TRIES,
            prompt=settings.GATEWAY_LLM_PROMPT_TOKENS,
        )


def pause_after(failures: int, retry_after: float | None, jitter: float) -> float:
    """Seconds until the next try: what the provider asks for, else 1, 2, 4 …

    Up to a quarter more by `jitter` (0 to 1), so that many who were turned away together do not come back together.
    """
    base = min(2.0 ** (failures - 1), LONGEST_PAUSE) if retry_after is None else retry_after
    return base * (1 + jitter / 4)
