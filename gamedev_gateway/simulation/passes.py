"""Short-lived tokens for commands that run on the gateway's own machine, so that nobody has to paste one."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from agents.models import AccessToken, Scope
from agents.tokens import create_token
from plans.models import Membership, Project, Role

LIVES = timedelta(hours=12)


class NoOwner(Exception):
    """There is nobody whose token could be made."""


def owner_of(project_id: str) -> AbstractBaseUser:
    """The project's first owner who may sign in."""
    owners = Membership.objects.filter(project=project_id, role=Role.OWNER, user__is_active=True)
    found = owners.select_related("user").order_by("pk").first()
    if found is None:
        exists = Project.objects.filter(pk=project_id).exists()
        raise NoOwner(
            f"The project {project_id!r} has no active owner; give a --token."
            if exists
            else f"There is no project {project_id!r} in this database. Make one with `manage.py new_project`, or, for a "
            "gateway elsewhere, give its --url and a --token."
        )
    return found.user


@contextmanager
def short_lived_token(user: AbstractBaseUser, *, name: str, scopes: list[Scope]) -> Iterator[str]:
    """A token that is gone when its work is. Those whose process was killed before it could clean up go here too."""
    forget_expired(user, name)
    made, token = create_token(user, name=name, scopes=list(scopes), expires_at=timezone.now() + LIVES)
    try:
        yield token
    finally:
        AccessToken.objects.filter(pk=made.pk).delete()


def forget_expired(user: AbstractBaseUser, name: str) -> None:
    AccessToken.objects.filter(user_id=user.pk, name=name, expiry__lt=timezone.now()).delete()


@contextmanager
def tokens_of_owner(project_id: str, names: Sequence[str]) -> Iterator[tuple[list[str], str]]:
    """(a token of each agent, a token of the person they work for)."""
    owner: Any = owner_of(project_id)
    with ExitStack() as stack:
        scopes = [Scope.READ, Scope.AGENT]
        agents = [stack.enter_context(short_lived_token(owner, name=name, scopes=scopes)) for name in names]
        person = short_lived_token(owner, name=f"{names[0]}: its owner", scopes=[Scope.READ, Scope.WRITE])
        yield agents, stack.enter_context(person)
