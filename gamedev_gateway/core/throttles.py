"""Rates. Per second, so that what is remembered of each user stays short."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle


class UserRate(UserRateThrottle):
    """What one user may ask, over all tokens and sessions."""


class AnonRate(AnonRateThrottle):
    """What one address may ask without signing in."""


class LoginRate(SimpleRateThrottle):
    """How often one address may try a password."""

    scope = "login"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
