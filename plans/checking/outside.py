"""A check in a child process: it reads an open file and nothing else, and ends when its time or memory is used up.

The child inherits the open file, so that it needs no path, and gets an environment without our secrets.
"""

import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from plans.checking.budgets import Budgets
from plans.checking.kinds import kind_of_name
from plans.checking.report import Report
from plans.checking.surroundings import Surroundings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 4
"""A child may wait this many times its computing time for a processor, before the machine is held to be too busy."""
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True)
class Limits:
    """What one check may use: seconds of a processor, bytes of address space."""

    seconds: int = 10
    memory_bytes: int = 1_500_000_000


class CheckFailed(Exception):
    """The check itself did not work; it says nothing about the file."""


def check_file(
    file: BinaryIO, name: str, *, budgets: Budgets, around: Surroundings, screenshot: bool, limits: Limits
) -> dict[str, Any]:
    """What `Report.as_dict` tells of the file, and whether it is `valid`. `file` is an open file of the system.

    Raises CheckFailed where nothing can be said about it.
    """
    asked = {
        "name": name,
        "budgets": budgets.model_dump(),
        "files": sorted(around.files),
        "guids": dict(around.guids),
        "known_guids": sorted(around.known_guids),
        "screenshot": screenshot,
        "limits": asdict(limits),
    }
    ended = run_child(file, orjson.dumps(asked), limits)
    if ended.returncode < 0:
        return killed(name, signal.Signals(-ended.returncode), limits)
    if ended.returncode:
        raise CheckFailed(f"The check ended with {ended.returncode}.")
    return orjson.loads(ended.stdout)


def run_child(file: BinaryIO, asked: bytes, limits: Limits) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-E", "-s", "-m", "plans.checking", str(file.fileno())]
    try:
        return subprocess.run(
            command,
            input=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=ENVIRONMENT,
            pass_fds=(file.fileno(),),
            timeout=limits.seconds * PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CheckFailed("The machine was too busy to check the file.") from error
    except OSError as error:
        raise CheckFailed(f"No process could be started to check the file: {error.strerror}.") from error


def killed(name: str, by: signal.Signals, limits: Limits) -> dict[str, Any]:
    """The verdict on a file that ended its check."""
    report = Report(kind=kind_of_name(name) or "unknown")
    if by is signal.SIGXCPU:
        report.error("too_slow", f"Reading it took longer than {limits.seconds} s of computing.")
    else:
        report.error("ended_the_check", f"Reading it ended the process that checked it ({by.name}).")
    return {**report.as_dict(), "valid": report.valid}
