"""Rates. Per second, so that what is remembered of each user stays short."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle


class UserRate(UserRateThrottle):
    """What one user may ask, over all tokens and sessions."""


class AnonRate(AnonRateThrottle):
    """What one address may ask without signing in."""


class LoginRate(SimpleRateThrottle):
    """How often one address may try a password."""

    scope = "login"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class LoginThrottle:
    """The same limit on the forms that take a password: those of the admin and of the browsable API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.path.endswith("/login/"):
            rate: Any = LoginRate()
            if not rate.allow_request(request, None):
                wait = str(round(rate.wait() or 1))
                return HttpResponse(
                    f"Too many attempts; try again in {wait} s.", status=429, headers={"Retry-After": wait}
                )
        return self.get_response(request)
