"""What pydantic-ai raises, as our errors. Nothing of a provider's own words is kept: they may repeat a key."""

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from pydantic_ai import exceptions as raised

from gamedev_gateway.core.llm import errors

REFUSALS = {"content_filter", "content_policy_violation", "invalid_prompt"}
WORD = re.compile(r"[a-z_]{3,60}")
"""What a provider's code looks like; a key has digits, capitals or dashes."""
log = structlog.get_logger("gateway.llm")


@contextmanager
def failures_told(name: str, has_begun: Callable[[], bool]) -> Iterator[None]:
    """Raise what goes wrong inside as a ModelError. `has_begun`: whether some of the answer was there by then."""
    try:
        yield
    except errors.ModelError:
        raise
    except raised.ModelAPIError as error:
        told = told_as(error, name, has_begun())
        log.warning("model_failed", model=name, code=told.code, status=status_of(error), reason=code_of(error))
        raise told from None
    except raised.ContentFilterError:
        raise errors.Refused(f"{name} does not want to write this.") from None
    except Exception as error:  # what came was no answer of this API, or the end came at once
        log.warning("model_failed", model=name, kind=type(error).__name__, at=place_of(error))
        nothing = errors.EmptyAnswer(f"{name} gave nothing that could be read.")
        raise (errors.CutOff(f"{name} stopped half-way.") if has_begun() else nothing) from None


def told_as(error: raised.ModelAPIError, name: str, begun: bool) -> errors.ModelError:
    if isinstance(error, raised.ModelRateLimitError):
        return errors.RateLimited(f"{name} takes no more requests at the moment.", retry_after=error.retry_after)
    if isinstance(error, raised.ModelQuotaExceededError):
        return errors.NotConfigured(f"The account for {name} has no credit left.")
    if isinstance(error, raised.ModelRequestRejectedError):
        return rejected(error, name)
    if begun:
        return errors.CutOff(f"{name} stopped half-way.")
    status = f" (HTTP {status_of(error)})" if status_of(error) else ""
    return errors.Unavailable(f"{name} cannot be reached at the moment{status}.", retry_after=error.retry_after)


def rejected(error: raised.ModelRequestRejectedError, name: str) -> errors.ModelError:
    """The request itself is wrong, so that the same again would be, too."""
    if isinstance(error, raised.ModelContextWindowExceededError):
        return errors.TooLong(f"The prompt is longer than {name} can read.")
    if isinstance(error, raised.ModelAuthenticationError):
        return errors.NotConfigured(f"The provider of {name} does not accept the key.")
    if isinstance(error, raised.ModelNotFoundError):
        return errors.NotConfigured(f"The provider does not know {name}.")
    if error.provider_error_code in REFUSALS:
        return errors.Refused(f"{name} does not want to write this.")
    return errors.NotConfigured(f"The provider of {name} does not take such requests (HTTP {status_of(error)}).")


def status_of(error: raised.ModelAPIError) -> int | None:
    return error.status_code if isinstance(error, raised.ModelHTTPError) else None


def code_of(error: raised.ModelAPIError) -> str:
    code = error.provider_error_code or ""
    return code if WORD.fullmatch(code) else ""


def place_of(error: Exception) -> str:
    """Where it was raised. Its message is left out, and so are the lines: either may hold a key."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}"
