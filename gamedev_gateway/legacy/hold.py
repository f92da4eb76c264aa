"""Holding still: one process adopts at a time, and nobody writes to the old file meanwhile."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from gamedev_gateway.legacy.recognise import LegacyError, open_read_only

OTHERS_LOOK_FOR = 5
"""Seconds."""


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until no other process adopts in this folder. The lock is the folder's own: it leaves no file behind."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def in_use(path: Path, error: Exception) -> LegacyError:
    return LegacyError(f"{path} is in use ({error}). Stop the other program that has it open and try again.")


class HeldFile:
    """The old file with its write lock taken. Nothing is written to it until `let_go_of_journal`.

    The second, reading connection is closed last: so a write-ahead log beside the file is not folded into it by closing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reader = open_read_only(path)
        self.reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        self.writer = sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw", uri=True, timeout=OTHERS_LOOK_FOR, isolation_level=None
        )
        try:
            self.writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            self.close()
            raise LegacyError(
                f"{path} is in use ({error}). Stop the program that writes to it and try again."
            ) from error
        self.seen = self.data_version()

    def data_version(self) -> int:
        """Another number after every change by somebody else."""
        return int(self.writer.execute("PRAGMA data_version").fetchone()[0])

    def let_go_of_journal(self) -> None:
        """Fold a write-ahead log into the file, which then says the same by itself; and lock it for good.

        A log that outlived its file would be taken for the log of the file that comes in its place.
        """
        if self.writer.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            self.writer.execute("ROLLBACK")
            self.reader.close()
            self.leave_wal()
            self.writer.execute("BEGIN EXCLUSIVE")
        if self.data_version() != self.seen:
            raise LegacyError(f"{self.path} was written to meanwhile. Stop the program that did it and try again.")

    def leave_wal(self) -> None:
        """SQLite does not wait here for others who only look at the file for a moment, so we do."""
        give_up = time.monotonic() + OTHERS_LOOK_FOR
        while True:
            try:
                self.writer.execute("PRAGMA journal_mode = DELETE").fetchone()
                return
            except sqlite3.OperationalError as error:
                if time.monotonic() > give_up:
                    raise in_use(self.path, error) from error
                time.sleep(0.05)

    def close(self) -> None:
        self.writer.close()
        self.reader.close()
