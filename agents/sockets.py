"""Who a socket is. Runs before the consumer, which finds `actor` and `may_write` in its scope, or a `refusal`."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.sessions import CookieMiddleware, SessionMiddleware
from django.conf import settings
from django.contrib.auth import get_user, get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed

from agents.models import AccessToken
from agents.tokens import BearerAuthentication, allows, redeem_ticket
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import NotFound
from realtime import access
from realtime.access import Credential
from realtime.threads import in_database

UNAUTHENTICATED, FORBIDDEN = 4401, 4403
BEARER_PROTOCOL = "bearer."


@dataclass(frozen=True)
class Identity:
    """Who is at the other end, or the close code that refuses them."""

    actor: Actor | None = None
    may_write: bool = False
    refusal: int | None = None
    credential: Credential | None = None


def SocketIdentity(app: Callable[..., Awaitable[None]]) -> Any:
    """ASGI middleware: cookies and session, then the identity."""
    return CookieMiddleware(SessionMiddleware(IdentityMiddleware(app)))


class IdentityMiddleware:
    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        identity = await in_database(identify, scope)
        offered = [name for name in scope.get("subprotocols", []) if not name.startswith(BEARER_PROTOCOL)]
        told = {
            "actor": identity.actor,
            "may_write": identity.may_write,
            "refusal": identity.refusal,
            "credential": identity.credential,
            "subprotocols": offered,
        }
        await self.app({**scope, **told}, receive, send)


def identify(scope: dict[str, Any]) -> Identity:
    """A foreign page is refused whatever it brings; then a bearer token, a ticket or the session says who it is.

    A client without an Origin is no browser: it must bring a token, since a cookie alone proves nothing then.
    """
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get("origin")
    if origin is not None and not is_ours(origin, headers.get("host", "")):
        return Identity(refusal=FORBIDDEN)
    try:
        if token := bearer_of(headers, scope.get("subprotocols", [])):
            return identity_of_token(BearerAuthentication().authenticate_credentials(token.encode())[1])
        if ticket := parse_qs(scope["query_string"].decode("latin-1")).get("ticket"):
            return identity_of_ticket(ticket[0])
    except (AuthenticationFailed, NotFound):
        return Identity(refusal=UNAUTHENTICATED)
    return identity_of_session(scope) if origin is not None else Identity(refusal=UNAUTHENTICATED)


def find_invalid(credentials: Set[Credential]) -> set[Credential]:
    """Those that no longer hold: the token revoked or expired, the session ended, the user gone or inactive."""
    now = timezone.now()
    tokens = AccessToken.objects.filter(uid__in={each.token_uid for each in credentials} - {None})
    sessions = Session.objects.filter(session_key__in={each.session_key for each in credentials} - {None})
    users = get_user_model().objects.filter(pk__in={each.user_id for each in credentials}, is_active=True)
    good_tokens = {None, *tokens.exclude(expiry__lte=now).values_list("uid", flat=True)}
    good_sessions = {None, *sessions.filter(expire_date__gt=now).values_list("session_key", flat=True)}
    good_users = set(users.values_list("pk", flat=True))
    return {
        each
        for each in credentials
        if not (each.user_id in good_users and each.token_uid in good_tokens and each.session_key in good_sessions)
    }


def is_ours(origin: str, host: str) -> bool:
    """An Origin is ours when it is the host that was called, or named in CSRF_TRUSTED_ORIGINS."""
    return urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS


def bearer_of(headers: dict[str, str], subprotocols: list[str]) -> str | None:
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return token.strip()
    offered = (name.removeprefix(BEARER_PROTOCOL) for name in subprotocols if name.startswith(BEARER_PROTOCOL))
    return next(offered, None)


def identity_of_token(token: AccessToken) -> Identity:
    return Identity(
        token.as_actor(),
        may_write=allows(token, writing=True),
        credential=Credential(token.user_id, token_uid=token.uid),
    )


def identity_of_ticket(ticket: str) -> Identity:
    redeemed = redeem_ticket(ticket)
    if redeemed.token is not None:
        return identity_of_token(redeemed.token)
    return Identity(Actor.person(redeemed.user), may_write=True, credential=Credential(redeemed.user.pk))


def identity_of_session(scope: dict[str, Any]) -> Identity:
    request = HttpRequest()
    request.session = scope["session"]
    user = get_user(request)
    if isinstance(user, AnonymousUser):
        return Identity(refusal=UNAUTHENTICATED)
    credential = Credential(user.pk, session_key=scope["session"].session_key)
    return Identity(Actor.person(user), may_write=True, credential=credential)


def register() -> None:
    access.register_credential_check(find_invalid)
