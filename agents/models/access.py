"""What programs identify themselves with: tokens, and tickets for sockets."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from knox.models import AbstractAuthToken

from gamedev_gateway.core.actors import Actor

USED_AT_LEAST_EVERY = timedelta(minutes=1)


class Scope(models.TextChoices):
    """What a token may do. `agent` makes whoever uses it an agent: it works, but decides nothing for people."""

    READ = "read"
    WRITE = "write"
    AGENT = "agent"


def default_scopes() -> list[str]:
    return [Scope.READ, Scope.WRITE]


class AccessToken(AbstractAuthToken):
    """A bearer token of one user. Only a digest is stored; the token itself is shown once, when it is made."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, blank=True, default="")
    scopes = models.JSONField(default=default_scopes)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_tokens"
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name or str(self.uid)

    @property
    def is_expired(self) -> bool:
        return self.expiry is not None and self.expiry <= timezone.now()

    def as_actor(self) -> Actor:
        """Who acts with this token: an agent when it has that scope, else the person."""
        if Scope.AGENT in self.scopes:
            return Actor.agent(self.user, id=str(self.uid), name=self.name or self.user.get_username())
        return Actor.person(self.user)

    def note_use(self) -> None:
        """Remember when it was last used, to the minute: a busy token does not write with every request."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > USED_AT_LEAST_EVERY:
            AccessToken.objects.filter(pk=self.pk).update(last_used_at=now)


class SocketTicket(models.Model):
    """Lets a browser open one socket without a header: single use, short lived, stored as a digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.ForeignKey(AccessToken, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "socket_tickets"

    def __str__(self) -> str:
        return f"ticket of {self.user_id}"
