import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rest_framework.exceptions import AuthenticationFailed

TOKEN = "GATEWAY_TOKEN"  # noqa: S105  the name of it


class Command(BaseCommand):
    help = (
        "Serve agents over stdin and stdout (MCP), on this machine's database. Who calls is said by the token in the "
        f"environment variable {TOKEN}; make one with: manage.py create_token USERNAME --scopes agent"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        toolsets = ["core", "planning", "documents", "all"]
        parser.add_argument("--toolset", default="core", choices=toolsets, help="which tools it has (default: core)")

    def handle(self, *args: Any, **options: Any) -> None:
        from agents.mcp.callers import caller_with
        from agents.mcp.stdio import serve

        token = os.environ.get(TOKEN, "")
        try:
            caller_with(token)
        except AuthenticationFailed as error:
            raise CommandError(f"{TOKEN} has no token that is valid here. {self.help}") from error
        serve(options["toolset"], token)
