"""Whose project it is that a command makes."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError


def find_owner(username: str | None) -> Any:
    """The active user of this name; without one the first user with all rights. CommandError says what to do."""
    users = get_user_model().objects.filter(is_active=True)
    owner = users.filter(username=username) if username else users.filter(is_superuser=True).order_by("pk")
    if (found := owner.first()) is None:
        named = f"There is no active user {username!r}; name another with --owner." if username else ""
        raise CommandError(named or "There is no active superuser; name the owner with --owner.")
    return found
