"""A database of the first version, merged into this gateway."""

import sqlite3
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction
from rich.console import Console

from gamedev_gateway.legacy.bring import bring_over
from gamedev_gateway.legacy.files import copy_database, database_at
from gamedev_gateway.legacy.old_file import OldFile
from gamedev_gateway.legacy.recognise import Kind, LegacyError, recognise
from gamedev_gateway.legacy.report import Report, Screen, last_row, report_on, write_report
from gamedev_gateway.management.commands.migrate import database_file
from gamedev_gateway.management.owners import find_owner

REFUSED = {
    Kind.EMPTY: "There is no database in {}; give the file of the first version, often named gateway.db.",
    Kind.OURS: "{} is a database of this gateway, not of its first version; use export_project and import_project.",
    Kind.FOREIGN: "{} is not a database of the first version; give the file that has its table of projects.",
}


class Command(BaseCommand):
    help = (
        "Merge a database of the first version into this gateway, which may be running. Nothing is lost: rows without a "
        "place are kept readable in the admin. The same file again changes nothing; of a grown one only new rows come."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Tell what would come, and change nothing.")
        parser.add_argument("--report", type=Path, metavar="FILE", help="Write the whole report there, as JSON.")
        parser.add_argument("--owner", metavar="USERNAME", help="Owner of new projects. Default: the first superuser.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            if (kind := recognise(path)) is not Kind.LEGACY:
                raise CommandError(REFUSED[kind].format(path))
            self.bring(path, options)
        except LegacyError as error:
            raise CommandError(str(error)) from error
        except (OSError, sqlite3.Error) as error:
            raise CommandError(f"{path} cannot be read: {error}.") from error
        except DatabaseError as error:
            raise CommandError(
                f"This gateway's database did not take it: {error}. Run `migrate`, then this command again: "
                "it goes on where it was."
            ) from error

    def bring(self, path: Path, options: dict[str, Any]) -> None:
        screen = Screen(Console(file=self.stdout))  # type: ignore[arg-type]
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="gateway-import-")))
            copy_database(path, folder / "old.db")
            old = stack.enter_context(closing(OldFile(folder / "old.db", path.name)))
            if options["dry_run"]:
                stack.enter_context(on_trial(folder))
            report = self.bring_rows(old, screen, options)
            if options["report"]:
                write_report(report, options["report"])
            screen.show(report)

    def bring_rows(self, old: OldFile, screen: Screen, options: dict[str, Any]) -> Report:
        before = last_row()
        with screen.progress("Bringing rows over", old) as progress:
            arrival = bring_over(old, owner=find_owner(options["owner"]), progress=progress)
        return report_on(arrival, before, options["dry_run"])


@contextmanager
def on_trial(folder: Path) -> Iterator[None]:
    """What is written here is gone afterwards. With SQLite it is written to a copy, so that nobody waits for it."""
    if (path := database_file()) is not None:
        copy_database(path, folder / "trial.db")
        with database_at(folder / "trial.db"):
            yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
