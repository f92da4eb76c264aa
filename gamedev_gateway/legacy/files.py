"""Database files: copied, checked, made safe on the disk, and the gateway's own connection pointed at one."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connections

from gamedev_gateway.legacy.recognise import LegacyError, open_read_only

HARMLESS = ("NULL value in ", "CHECK constraint failed in ")
"""What a check says of rows that break the old table's own rules. Such rows are read and repaired."""

QUICK = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA cache_size = -50000;"
"""For a file that nobody else reads, and that is made safe on the disk at the end."""


def copy_database(source: Path, target: Path) -> None:
    """A checked copy of a database as it is at this moment, also of one in use; the source is not written to."""
    with closing(open_read_only(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")
    check_integrity(target, source)
    make_safe(target)


def check_integrity(path: Path, called: Path, how: str = "integrity_check") -> None:
    with closing(sqlite3.connect(path)) as connection:
        said = [str(line) for (line,) in connection.execute(f"PRAGMA {how}")]
    if wrong := [line for line in said if line != "ok" and not line.startswith(HARMLESS)]:
        raise LegacyError(
            f"{called} is damaged: {wrong[0]}. Repair it first, for example with "
            f"`sqlite3 {called.name} .recover | sqlite3 repaired.db`, and give the repaired file."
        )


def settle_journal(path: Path) -> None:
    """Bring everything into the one file, so that it can be moved alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()


def make_safe(path: Path) -> None:
    """On the disk, not only on its way there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def database_at(path: Path) -> Iterator[None]:
    """The gateway's database is another file for a while, in this thread: one that is thrown away if anything goes wrong."""
    connection = connections["default"]
    before = connection.settings_dict
    connection.close()
    options = {**before.get("OPTIONS", {}), "init_command": QUICK}
    connection.settings_dict = {**before, "NAME": str(path), "OPTIONS": options}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


def companions(path: Path) -> list[Path]:
    """The files that SQLite keeps beside a database."""
    return [path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal")]
