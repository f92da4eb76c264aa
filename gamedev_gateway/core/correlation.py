"""One id from the door to every log line, event and generation that a request causes.

The id lives in structlog's context, so that log lines carry it without being told. HTTP requests get it from
`CorrelationMiddleware`, sockets and commands from `correlated`.
"""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars, get_contextvars

HEADER = "X-Correlation-ID"
ACCEPTABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")

log = structlog.get_logger("gateway.http")


def correlation_id() -> str:
    """The id of what is going on now; a new one when nothing gave it a name."""
    return get_contextvars().get("correlation_id") or new_correlation_id()


def new_correlation_id() -> str:
    """32 hexadecimal digits. Nobody gains by guessing one, so they need no call to the kernel, as a UUID would."""
    return f"{random.getrandbits(128):032x}"


@contextmanager
def correlated(offered: str | None = None) -> Iterator[str]:
    """Name what happens inside: with the id offered when it is acceptable, else with a new one."""
    name = offered if offered and ACCEPTABLE.fullmatch(offered) else new_correlation_id()
    with bound_contextvars(correlation_id=name):
        yield name


class CorrelationMiddleware:
    """Takes or makes the correlation id, returns it in a header, and logs one line a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with correlated(request.headers.get(HEADER)) as name:
            started = time.perf_counter()
            response = self.get_response(request)
            response[HEADER] = name
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
                user=getattr(getattr(request, "user", None), "pk", None),
            )
            return response
