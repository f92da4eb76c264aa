"""One command to a running gateway."""

from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from documents.writers import TemplateWriter
from gamedev_gateway.core.idempotency import forget_old
from gamedev_gateway.demo.play import WORDS_PER_SECOND, DemoPlay
from gamedev_gateway.demo.project import PROJECT_ID, make_demo_project
from gamedev_gateway.greeting import greeting
from gamedev_gateway.serving import (
    SERVERS,
    CannotListen,
    EmbeddedWorkers,
    allowed_name,
    check_address,
    end_well_when_asked,
    local_url,
    make_first_user,
    run_server,
)
from plans.services import take_up_abandoned


class Command(BaseCommand):
    help = (
        "Migrate, make the first user when there is none, start the job workers and the server. Harmless when repeated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on. Default: %(default)s.")
        parser.add_argument("--port", type=int, default=8000, help="Default: %(default)s.")
        parser.add_argument("--server", choices=sorted(SERVERS), default="uvicorn", help="Default: %(default)s.")
        parser.add_argument("--workers", type=int, default=1, help="Embedded job workers. Default: %(default)s.")
        parser.add_argument(
            "--demo",
            action="store_true",
            help=f"Make a demo project, {PROJECT_ID}, and let a scripted agent play it gently through the API.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["workers"] < 0:
            raise CommandError("--workers cannot be negative.")
        try:
            check_address(options["host"], options["port"])
            check_database()
            with ExitStack() as stack:
                end_well_when_asked()
                self.serve(stack, options)
        except CannotListen as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("The gateway has ended.")

    def serve(self, stack: ExitStack, options: dict[str, Any]) -> None:
        """Everything that lives as long as the server does, in the order in which it starts."""
        call_command("migrate", verbosity=0, interactive=False)
        first = make_first_user()
        url = local_url(options["host"], options["port"])
        workers = EmbeddedWorkers(options["workers"])
        forget_old()
        queued = take_up_abandoned()
        demo = self.make_demo(url) if options["demo"] else None
        self.stdout.write(greeting(url, first, queued=queued, host=options["host"]))
        self.stdout.flush()
        for part in (workers, demo) if demo else (workers,):
            part.start()
            stack.callback(part.stop)
        run_server(options["server"], options["host"], options["port"])

    def make_demo(self, url: str) -> DemoPlay | None:
        if make_demo_project() is None:
            self.stderr.write(f"There is a project {PROJECT_ID!r} that is not the demo; it is left alone.")
            return None
        TemplateWriter.words_per_second = WORDS_PER_SECOND
        return DemoPlay(url, allowed_name(url))


def check_database() -> None:
    """Raise CommandError, in one sentence, where the database does not answer."""
    probe = connection.copy("probe")
    probe.settings_dict["OPTIONS"].pop("pool", None)
    probe.settings_dict["OPTIONS"].pop("init_command", None)  # it would change a file that may not be ours
    try:
        probe.ensure_connection()
    except DatabaseError as error:
        raise CommandError(
            f"The database {place_of(probe.settings_dict)} cannot be reached: {one_line(error)}"
        ) from error
    finally:
        probe.close()


def place_of(database: dict[str, Any]) -> str:
    """Where it is, without the password."""
    if not database["HOST"]:
        return str(database["NAME"])
    return f"{database['NAME']} at {database['HOST']}:{database['PORT'] or 5432}"


def one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".") + "."
