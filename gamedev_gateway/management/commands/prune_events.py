import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from realtime.models import Stream
from realtime.retention import Retention, trim

AGE = re.compile(r"([1-9][0-9]{0,4})([hdw])")
UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def age(text: str) -> timedelta:
    match = AGE.fullmatch(text)
    if match is None:
        raise ArgumentTypeError(f"{text!r} is no age; give a number of hours, days or weeks: 12h, 90d, 8w.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no number of events; at least the newest one always stays.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Delete the oldest events of the logs, which may be in use. Only what --older-than and --keep both let go is deleted, "
        "and never the newest event of a log. Whoever comes back from before what is kept is told `trimmed`, and reads the "
        "state anew. It can be interrupted at any time and run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", type=age, metavar="AGE", help="Events of this age may go: 12h, 90d, 8w.")
        parser.add_argument("--keep", type=at_least_one, metavar="N", help="The newest N events of each log stay.")
        parser.add_argument(
            "--stream",
            action="append",
            metavar="NAME",
            help="Only this log, e.g. project:pixel-jumper; may be repeated.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Tell what would be deleted, and delete nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        older_than, keep = options["older_than"], options["keep"]
        if older_than is None and keep is None:
            raise CommandError("Say what may go: --older-than AGE, --keep N, or both. Without that nothing is deleted.")
        retention = Retention(timezone.now() - older_than if older_than else None, keep)
        verb = "would be deleted" if options["dry_run"] else "deleted"
        trimmed = 0
        for stream in self.streams(options["stream"]):
            kept_from = retention.kept_from(stream)
            going = kept_from - stream.kept_from
            if going and not options["dry_run"]:
                self.trim(stream, kept_from, going)
            if going or options["stream"]:
                self.stdout.write(
                    f"{stream.name}: {going} events {verb}; it begins at {kept_from}, ends at {stream.head}."
                )
            trimmed += going
        self.stdout.write(f"{trimmed} events {verb}.")

    def streams(self, names: list[str] | None) -> list[Stream]:
        if names is None:
            return list(Stream.objects.order_by("name"))
        found = {stream.name: stream for stream in Stream.objects.filter(name__in=names)}
        if unknown := [name for name in names if name not in found]:
            raise CommandError(f"There is no log {unknown[0]!r}. The log of a project is called project:ID.")
        return list(found.values())

    def trim(self, stream: Stream, kept_from: int, going: int) -> None:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task(stream.name, total=going)
            for count in trim(stream, kept_from):
                progress.advance(bar, count)
