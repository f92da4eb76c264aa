"""A whole project, played by agents over MCP and a person over REST."""

import asyncio
import signal
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import ExitStack
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gamedev_gateway.simulation.agent import Pace, Unmet
from gamedev_gateway.simulation.client import Api, ApiError, Unreachable
from gamedev_gateway.simulation.passes import NoOwner, tokens_of_owner
from gamedev_gateway.simulation.person import Person
from gamedev_gateway.simulation.play import Play, Seat, Stuck, names_of
from gamedev_gateway.simulation.reporting import reporting

AGENT = "Scripted agent"
MOST_AGENTS = 50
INTERRUPTED = 128 + signal.SIGINT


class Command(BaseCommand):
    help = (
        "Scripted agents play a project to its end over MCP at a running gateway: they claim tasks, work with notes, decisions, "
        "questions, artifacts and a blocker here and there, and complete each with evidence for its criteria; a person accepts "
        "the plan (or has one generated), answers and helps over REST. Without --token it makes short-lived tokens of the "
        "project's owner, in this machine's database: one for each agent, and a person's."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="The project's id, e.g. pixel-jumper.")
        parser.add_argument("--agents", type=how_many, default=2, help="How many work at once. Default: %(default)s.")
        parser.add_argument(
            "--crashes", action="store_true", help="Agents vanish in the middle of their work and come back."
        )
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
        names = names_of(AGENT, options["agents"])
        try:
            with ExitStack() as stack:
                token = options["token"]
                agents, person = (
                    ([token] * len(names), token) if token else stack.enter_context(tokens_of_owner(project, names))
                )
                api = stack.enter_context(Api(url, person, patience=options["patience"]))
                self.play(project, api, list(map(Seat, names, agents)), options)
        except ApiError as error:
            raise CommandError(explained(error, project, url)) from error
        except (NoOwner, Unreachable, Stuck, Unmet) as error:
            raise CommandError(str(error)) from error

    def play(self, project: str, api: Api, seats: list[Seat], options: dict[str, Any]) -> None:
        """Play, and say in one line how it went, also when it is interrupted."""
        before = api.get(f"projects/{project}/")["seq"]
        with reporting(bar=not options["no_progress"]) as tally:
            play = Play(
                api.url,
                project,
                seats,
                Person(api, project, seed=options["seed"]),
                reporter=tally,
                pace=Pace(options["speed"]),
                seed=options["seed"],
                crashes=options["crashes"],
                patience=options["patience"],
            )
            try:
                asyncio.run(play.play())
            except KeyboardInterrupt:
                tally.note(f"{project}: interrupted; {tally.summary()}. The same command goes on from here.")
                raise SystemExit(INTERRUPTED) from None
            finally:
                play.end_runs()
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


def how_many(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_AGENTS:
        raise ArgumentTypeError(f"use a number from 1 to {MOST_AGENTS}")
    return int(text)
