"""A whole project, played through the public API."""

import signal
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import ExitStack
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gamedev_gateway.simulation.client import Api, ApiError, Unreachable
from gamedev_gateway.simulation.passes import NoOwner, tokens_of_owner
from gamedev_gateway.simulation.player import Pace, Player, Stuck
from gamedev_gateway.simulation.reporting import reporting

AGENT = "Scripted agent"
INTERRUPTED = 128 + signal.SIGINT


class Command(BaseCommand):
    help = (
        "A scripted agent plays a project to its end through the REST API of a running gateway: it reads the plan (or has "
        "one generated and accepted), works through it task by task with notes, tool calls, artifacts and a blocker here "
        "and there, and completes each with its criteria answered. Without --token it makes itself two short-lived tokens "
        "of the project's owner, in this machine's database: an agent's for the work and a person's to accept the plan."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="The project's id, e.g. pixel-jumper.")
        parser.add_argument(
            "--speed", type=speed, default=1.0, help="2 is twice as fast; max (or 0) is without pauses. Default: 1."
        )
        parser.add_argument(
            "--url", default="http://127.0.0.1:8000", help="Where the gateway is. Default: %(default)s."
        )
        parser.add_argument(
            "--token", help="A bearer token to do everything with; a person's, if a plan is to be accepted."
        )
        parser.add_argument("--seed", type=int, default=0, help="The same seed tells the same story. Default: 0.")
        parser.add_argument(
            "--patience",
            type=float,
            default=60.0,
            help="Seconds to wait for others, or for a gateway that does not answer. Default: 60.",
        )
        parser.add_argument(
            "--no-progress", action="store_true", help="A line for each step instead of a progress bar."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        project, url = options["project"], options["url"].rstrip("/")
        try:
            with ExitStack() as stack:
                token = options["token"]
                agent, person = (token, token) if token else stack.enter_context(tokens_of_owner(project, AGENT))
                api, decider = (
                    stack.enter_context(Api(url, each, patience=options["patience"])) for each in (agent, person)
                )
                self.play(project, api, decider, options)
        except ApiError as error:
            raise CommandError(explained(error, project, url)) from error
        except (NoOwner, Unreachable, Stuck) as error:
            raise CommandError(str(error)) from error

    def play(self, project: str, api: Api, decider: Api, options: dict[str, Any]) -> None:
        """Play, and say in one line how it went, also when it is interrupted."""
        before = api.get(f"projects/{project}/")["seq"]
        with reporting(bar=not options["no_progress"]) as tally:
            pace = Pace(options["speed"])
            player = Player(
                api,
                project,
                decider=decider,
                reporter=tally,
                pace=pace,
                seed=options["seed"],
                patience=options["patience"],
            )
            try:
                player.play()
            except KeyboardInterrupt:
                tally.note(f"{project}: interrupted; {tally.summary()}. The same command goes on from here.")
                raise SystemExit(INTERRUPTED) from None
        events = api.get(f"projects/{project}/")["seq"] - before
        self.stdout.write(f"{project}: {tally.summary()}, {events} events")


def explained(error: ApiError, project: str, url: str) -> str:
    if error.status == 404:
        return f"There is no project {project!r} at {url} that this token may see."
    if error.status == 401:
        return f"{url} does not accept this token."
    if error.code == "brief_incomplete":
        return f"No plan can be made from the brief of {project!r}: {', '.join(error.data.get('errors', {}))} missing."
    return f"{url} refuses ({error.status}): {error}"


def speed(text: str) -> float:
    if text == "max":
        return 0.0
    try:
        value = float(text)
    except ValueError as error:
        raise ArgumentTypeError("use a number, or max") from error
    if not 0 <= value <= 1000:
        raise ArgumentTypeError("use a number from 0 to 1000, or max")
    return value
