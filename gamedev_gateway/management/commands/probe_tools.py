"""`python manage.py probe_tools`: ask the outside tool servers which tools they have."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.engine.catalogue import probe
from agents.models import ToolServer
from gamedev_gateway.core.errors import GatewayError


class Command(BaseCommand):
    help = "Ask the registered tool servers, or those named, which tools they have, and remember it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="A server's name; all that are in use if absent.")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        servers = ToolServer.objects.filter(name__in=names) if names else ToolServer.objects.filter(enabled=True)
        if unknown := sorted(set(names) - {server.name for server in servers}):
            raise CommandError(f"There is no tool server {', '.join(unknown)}.")
        failed = [server.name for server in servers if not self.asked(server)]
        if failed:
            raise CommandError(f"In trouble: {', '.join(failed)}.")

    def asked(self, server: ToolServer) -> bool:
        try:
            self.stdout.write(f"{server}: {probe(server)} tools")
        except GatewayError as error:
            self.stderr.write(f"{server}: {error.detail}")
            return False
        return True
