"""Making and checking tokens and tickets."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from agents.models import AccessToken, Scope, SocketTicket
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import NotFound
from plans.errors import AgentsDoNotDecide
from realtime import doorbell


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`. A token that is wrong, expired or of a disabled user is refused alike."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, AccessToken]:
        try:
            user, found = super().authenticate_credentials(token)
        except UnicodeDecodeError as error:
            raise exceptions.AuthenticationFailed from error
        found.note_use()
        return user, found


def find_valid(tokens: Collection[str]) -> dict[str, AccessToken]:
    """Those that are valid, of several that came at the same moment; their users are active."""
    digests = {hash_token(token): token for token in tokens}
    found = AccessToken.objects.filter(digest__in=digests, user__is_active=True).select_related("user")
    valid = {digests[token.digest]: token for token in found if not token.is_expired}
    for token in valid.values():
        token.note_use()
    return valid


class TokenScope(BasePermission):
    """A token does what its scopes name; a session does what its user may."""

    message = "The scopes of this token do not allow it."

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        return not isinstance(token, AccessToken) or allows(token, writing=request.method not in SAFE_METHODS)


def allows(token: AccessToken, *, writing: bool) -> bool:
    """Reading needs any scope; writing needs `write` or `agent`."""
    return bool(token.scopes) if not writing else bool({Scope.WRITE, Scope.AGENT} & set(token.scopes))


def create_token(
    user: AbstractBaseUser, *, name: str = "", scopes: list[str] | None = None, expires_at: datetime | None = None
) -> tuple[AccessToken, str]:
    """A new token and its text, which is not stored and cannot be shown again."""
    extra = {"scopes": scopes} if scopes else {}
    made, token = AccessToken.objects.create(user, expiry=None, name=name, **extra)
    if expires_at is not None:
        made.expiry = expires_at
        made.save(update_fields=["expiry"])
    return made, token


def create_token_for(actor: Actor, user: Any, **options: Any) -> tuple[AccessToken, str]:
    if actor.is_agent:
        raise AgentsDoNotDecide("make tokens")
    return create_token(user, **options)


@transaction.atomic
def revoke_token(token: AccessToken, *, actor: Actor) -> None:
    """Delete a token. Its open sockets are told to look at their rights again."""
    if actor.is_agent and actor.id != str(token.uid):
        raise AgentsDoNotDecide("revoke other tokens")
    user_id = token.user_id
    token.delete()
    transaction.on_commit(lambda: doorbell.notify(f"user:{user_id}", {"type": "access.changed"}), robust=True)


def digest_of(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def create_ticket(user: Any, token: AccessToken | None) -> tuple[str, int]:
    """(ticket, seconds it lives). It carries the rights of the token that asked for it."""
    ticket = secrets.token_urlsafe(32)
    lives = settings.GATEWAY_TICKET_SECONDS
    SocketTicket.objects.filter(expires_at__lt=timezone.now()).delete()
    SocketTicket.objects.create(
        digest=digest_of(ticket), user_id=user.pk, token=token, expires_at=timezone.now() + timedelta(seconds=lives)
    )
    return ticket, lives


@transaction.atomic
def redeem_ticket(ticket: str) -> SocketTicket:
    """Use a ticket up. NotFound when it is wrong, used or too old."""
    found = SocketTicket.objects.select_for_update(of=("self",)).select_related("user", "token__user")
    redeemed = found.filter(digest=digest_of(ticket)).first()
    if redeemed is None:
        raise NotFound("The ticket is wrong or was used.")
    redeemed_digest = redeemed.digest
    SocketTicket.objects.filter(digest=redeemed_digest).delete()
    if redeemed.expires_at < timezone.now() or not redeemed.user.is_active:
        raise NotFound("The ticket is too old.")
    return redeemed
