"""One command to a running gateway."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from gamedev_gateway.serving import SERVERS, EmbeddedWorkers, FirstUser, make_first_user
from plans.services import take_up_abandoned


class Command(BaseCommand):
    help = (
        "Migrate, make the first user when there is none, start the job workers and the server. Harmless when repeated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--server", choices=sorted(SERVERS), default="uvicorn")
        parser.add_argument("--workers", type=int, default=1, help="Embedded job workers (default: 1).")
        parser.add_argument(
            "--demo", action="store_true", help="Make a demo project, and play it gently in the background."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["workers"] < 0:
            raise CommandError("--workers cannot be negative.")
        call_command("migrate", verbosity=0, interactive=False)
        first = make_first_user()
        queued = take_up_abandoned()
        workers = EmbeddedWorkers(options["workers"])
        workers.start()
        self.greet(f"http://{options['host']}:{options['port']}", first, queued)
        try:
            SERVERS[options["server"]](options["host"], options["port"])
        finally:
            workers.stop()

    def greet(self, url: str, first: FirstUser | None, queued: int) -> None:
        """Tell where everything is, with lines ready to paste."""
        token = first.token if first else "$TOKEN"
        lines = [
            "",
            self.style.SUCCESS(f"The gateway listens on {url}"),
            f"  admin      {url}/admin/",
            f"  API        {url}/api/v1/      (browsable with a session)",
            f"  API docs   {url}/api/docs/",
            "",
        ]
        if first:
            lines += [
                "  A first user was made. Keep these; they are shown only now:",
                f"    username   {first.username}",
                f"    password   {first.password}",
                f"    token      {first.token}",
                "",
            ]
        else:
            lines += ["  A token for the lines below:  export TOKEN=$(python manage.py create_token USERNAME)", ""]
        lines += [
            f'  curl -H "Authorization: Bearer {token}" {url}/api/v1/projects/',
            f"  python -m websockets ... see README for a client; the socket is {url.replace('http', 'ws', 1)}/ws/",
            "",
        ]
        if queued:
            lines.append(f"  {queued} unfinished generations were queued again.")
        if not settings.REDIS_URL:
            lines.append(
                "  One server process: further ones on the same database stay correct, but without REDIS_URL they hear of "
                f"each other's events only every {settings.GATEWAY_REREAD_SECONDS:g} s."
            )
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
