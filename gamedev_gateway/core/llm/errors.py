"""How a model can fail. Every failure is one of these; none of their sentences repeats what a provider wrote, since that may hold a key."""

from gamedev_gateway.core.errors import GatewayError
from gamedev_gateway.core.llm.usage import Usage


class ModelError(GatewayError):
    """A model gave no answer that can be used. `usage` is what it cost nevertheless.

    again: whether the same request may succeed a little later.
    """

    http_status = 502
    title = "The model gave no answer that can be used"
    again = False

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.usage = Usage()


class TookTooLong(ModelError):
    """No first token, a silence within the answer, or the whole answer, beyond its limit."""

    code, http_status = "timeout", 504


class RateLimited(ModelError):
    """The provider takes no more requests for now, and did not on any of our tries. `retry_after`: seconds, if it said."""

    code, http_status, again = "rate_limited", 503, True


class Refused(ModelError):
    """The model, or a filter of its provider, does not want to answer this."""

    code = "refused"


class EmptyAnswer(ModelError):
    """The answer ended without a word."""

    code = "empty"


class TooLong(ModelError):
    """The answer passed its limit, or the prompt the model's. A streamed answer is there up to the limit."""

    code = "too_long"


class CutOff(ModelError):
    """The answer stopped half-way."""

    code, again = "cut_off", True


class Unavailable(ModelError):
    """The provider cannot be reached, or has an error of its own."""

    code, http_status, again = "unavailable", 503, True


class BadAnswer(ModelError):
    """The answer does not have the form that was asked for, or breaks our laws, after every correction."""

    code = "bad_answer"


class NotConfigured(ModelError):
    """Nothing helps but a change of settings, of the key, or of the account with the provider."""

    code, http_status = "not_configured", 503
