"""Opening a file below a folder, and never one anywhere else."""

import os
import stat
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import BinaryIO

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
"""Not blocking, or opening a FIFO would wait for whoever writes to it."""


def open_below(root: Path, path: str) -> BinaryIO | None:
    """The regular file at `path`, relative to `root`; None when there is none.

    Every step is opened from the one before it and may be no symbolic link: a link that is put there at the last moment leads
    nowhere either. Absolute paths, `..`, devices and FIFOs are none.
    """
    parts = PurePosixPath(path.replace("\\", "/")).parts
    if not parts or parts[0].startswith("/") or ".." in parts:
        return None
    try:
        with ExitStack() as opened:
            folder = opening(root, FOLDER, opened)
            for part in parts[:-1]:
                folder = opening(part, FOLDER | os.O_NOFOLLOW, opened, folder)
            return regular(os.open(parts[-1], FILE | os.O_NOFOLLOW, dir_fd=folder))
    except (OSError, ValueError):  # ValueError: a NUL character
        return None


def opening(name: str | Path, flags: int, opened: ExitStack, folder: int | None = None) -> int:
    number = os.open(name, flags, dir_fd=folder)
    opened.callback(os.close, number)
    return number


def regular(number: int) -> BinaryIO | None:
    if stat.S_ISREG(os.fstat(number).st_mode):
        return os.fdopen(number, "rb")
    os.close(number)
    return None
