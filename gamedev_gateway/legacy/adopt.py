"""In place: the first version's file becomes ours, by one rename at the end. Until then it is not touched."""

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from gamedev_gateway.legacy.bring import bring_over
from gamedev_gateway.legacy.files import (
    check_integrity,
    companions,
    copy_database,
    database_at,
    make_safe,
    settle_journal,
)
from gamedev_gateway.legacy.hold import HeldFile, one_at_a_time
from gamedev_gateway.legacy.old_file import OldFile
from gamedev_gateway.legacy.recognise import Kind, LegacyError, recognise
from gamedev_gateway.legacy.report import Report, Screen, report_on, write_report
from gamedev_gateway.legacy.verify import verify


class Adoption:
    """One adoption of the file at `path`. Its own files begin with `prefix`, and none of them stays."""

    def __init__(self, path: Path, migrate: Callable[[], object], screen: Screen) -> None:
        self.path, self.migrate, self.screen = path, migrate, screen
        self.new = path.with_name(f"{prefix_of(path)}{os.getpid()}")
        self.copy = self.new.with_name(self.new.name + ".copy")
        self.told = self.new.with_name(self.new.name + ".report")
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        self.backup = path.with_name(f"{path.name}.first-version-{stamp}")
        self.report_path = path.with_name(f"{path.name}.adopted-{stamp}.json")

    def run(self) -> None:
        held = HeldFile(self.path)
        try:
            copy_database(self.path, self.copy)
            self.build()
            self.put_in_place(held)
        finally:
            held.close()

    def build(self) -> None:
        """The new database, complete and read back row by row, in a file of its own."""
        with closing(OldFile(self.copy, self.path.name)) as old, database_at(self.new):
            self.migrate()
            report = self.bring(old)
            write_report(report, self.told)
            self.screen.show(report)
        settle_journal(self.new)
        check_integrity(self.new, self.new, "quick_check")
        shutil.copymode(self.path, self.new)
        make_safe(self.new)

    def bring(self, old: OldFile) -> Report:
        with transaction.atomic():
            with self.screen.progress("Bringing rows over", old) as progress:
                arrival = bring_over(old, progress=progress)
            with self.screen.progress("Reading them back", old) as progress:
                verify(old, arrival.ledger, progress)
        return report_on(arrival)

    def put_in_place(self, held: HeldFile) -> None:
        """The backup gets its name, the new database takes the old one's place: one rename, whole or not at all."""
        held.let_go_of_journal()
        self.copy.replace(self.backup)
        self.told.replace(self.report_path)
        make_safe(self.path.parent)
        self.new.replace(self.path)
        make_safe(self.path.parent)


def prefix_of(path: Path) -> str:
    return f"{path.name}.adopting-"


def leftovers(path: Path) -> list[Path]:
    """Files of adoptions that did not end."""
    return [found for found in path.parent.iterdir() if found.name.startswith(prefix_of(path))]


def adopt_if_legacy(path: Path, migrate: Callable[[], object], screen: Screen) -> bool:
    """Adopt the file where it is the first version's. True when it was; LegacyError when it is neither its nor ours."""
    if not path.parent.is_dir():
        return False
    kind = recognise(path)
    if kind is Kind.FOREIGN:
        raise LegacyError(
            f"{path} is neither a database of this gateway nor one of its first version; it is left as it is. "
            "Move it away, or name another file in DATABASE_URL."
        )
    if kind is not Kind.LEGACY and not leftovers(path):
        return False
    with one_at_a_time(path.parent):
        for leftover in leftovers(path):
            leftover.unlink(missing_ok=True)
        return recognise(path) is Kind.LEGACY and adopt(path, migrate, screen)


def adopt(path: Path, migrate: Callable[[], object], screen: Screen) -> bool:
    adoption = Adoption(path, migrate, screen)
    screen.say(f"{path} is a database of the first version. It is brought over; this happens once.")
    try:
        adoption.run()
    except LegacyError as error:
        raise LegacyError(f"{error} {path} is as it was.") from error
    except Exception as error:
        raise LegacyError(
            f"{path} could not be brought over ({type(error).__name__}: {error}). It is as it was. To start without it, "
            "move it away; to keep both, import a copy later with `import_legacy`."
        ) from error
    finally:
        for file in (adoption.new, adoption.copy, adoption.told):
            for leftover in (file, *companions(file)):
                leftover.unlink(missing_ok=True)
    screen.say(f"The old file is kept as {adoption.backup}\nThe whole report is {adoption.report_path}")
    return True
