"""A project's events, live in the terminal."""

import os
import signal
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from agents.models import Scope
from gamedev_gateway.serving import end_well_when_asked
from gamedev_gateway.simulation.event_lines import line_of
from gamedev_gateway.simulation.passes import NoOwner, owner_of, short_lived_token
from gamedev_gateway.simulation.watching import Refused, watch


class Command(BaseCommand):
    help = (
        "Print a project's events as they happen, one in a line, over its WebSocket; after a lost connection it goes on "
        "where it was. Without --token or GATEWAY_TOKEN it makes itself a short-lived token of the project's owner, in "
        "this machine's database, that may only read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="The project's id, e.g. pixel-jumper.")
        parser.add_argument(
            "--url", default="http://127.0.0.1:8000", help="Where the gateway is. Default: %(default)s."
        )
        parser.add_argument("--token", default=os.environ.get("GATEWAY_TOKEN"), help="Default: $GATEWAY_TOKEN.")
        parser.add_argument("--after", help="A cursor or a seq; 0 is from the beginning. Absent: only what is new.")
        parser.add_argument("--types", default="", help="E.g. task.*,plan.accepted. Absent: all.")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(soft_wrap=True, highlight=False)
        end_well_when_asked()
        signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGTERM))
        try:
            with ExitStack() as stack:
                token = options["token"] or stack.enter_context(reading_token(options["project"]))
                url = options["url"].rstrip("/")
                for frame in watch(url, options["project"], token, after=options["after"], types=options["types"]):
                    if line := line_of(frame):
                        console.print(line)
        except (NoOwner, Refused) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            pass


def reading_token(project_id: str) -> Any:
    return short_lived_token(owner_of(project_id), name="watch", scopes=[Scope.READ])
