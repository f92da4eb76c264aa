from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from agents.models import Scope
from agents.tokens import create_token


class Command(BaseCommand):
    help = "Make a bearer token for a user, and print it and nothing else. It is shown only now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--scopes", nargs="+", choices=Scope.values, default=None, help="Default: read write.")
        parser.add_argument("--name", default="command line")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['username']!r}.")
        _, token = create_token(user, name=options["name"], scopes=options["scopes"])
        self.stdout.write(token)
