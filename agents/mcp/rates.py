"""How often somebody may call: the rates of REST, counted where its throttles count."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework.throttling import SimpleRateThrottle

from agents.mcp.refused import Refused
from gamedev_gateway.core.throttles import UserRate


@dataclass(frozen=True)
class Knock:
    """What a throttle looks at in a request. The names of headers are in lower case."""

    headers: Mapping[str, str] = field(default_factory=dict)
    META: Mapping[str, str] = field(default_factory=dict)
    user: Any = None


class StrangerRate(SimpleRateThrottle):
    """How often one address may come without a token that holds: as often as it may try a password, but counted apart, so that
    an agent with an old token locks nobody out."""

    scope = "login"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": "mcp", "ident": self.get_ident(request)}


def count_call_of(user: Any) -> None:
    """Count a call among what its user asks, over REST too. Raises Refused."""
    check(UserRate(), Knock(user=user), "Your user calls too often, over all tokens and doors.")


def count_stranger(scope: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Count a call without a token that holds. Raises Refused."""
    address = (scope.get("client") or ("",))[0]
    check(
        StrangerRate(), Knock(headers, {"REMOTE_ADDR": address}), "Too many calls came from here without a valid token."
    )


def check(rate: Any, knock: Knock, message: str) -> None:
    if not rate.allow_request(knock, None):
        wait = math.ceil(rate.wait() or 1)
        hint = f"Wait {wait} s, then call again, and more slowly."
        headers = {"retry-after": str(wait)}
        raise Refused(429, "throttled", message, hint, headers=headers, retryable=True, retry_after=wait)
