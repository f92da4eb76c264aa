"""The child's side of `outside`: the number of an open file as argument, the question as JSON on standard input."""

import os
import resource
import sys
from typing import BinaryIO

import orjson

from plans.checking.budgets import Budgets
from plans.checking.check import check
from plans.checking.surroundings import Surroundings


def hold_to(seconds: int, memory_bytes: int) -> None:
    """Bound what this process may use from here on; it may also write no file and leave no core."""
    for what, amount in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (amount, amount + (what == resource.RLIMIT_CPU)))


def answer(asked: bytes, file: BinaryIO) -> bytes:
    """The report on the file, as JSON."""
    question = orjson.loads(asked)
    around = Surroundings(frozenset(question["files"]), question["guids"], frozenset(question["known_guids"]))
    report = check(
        file.read(),
        question["name"],
        budgets=Budgets(**question["budgets"]),
        around=around,
        screenshot=question["screenshot"],
    )
    return orjson.dumps({**report.as_dict(), "valid": report.valid})


if __name__ == "__main__":
    asked = sys.stdin.buffer.read()
    hold_to(**orjson.loads(asked)["limits"])
    with os.fdopen(int(sys.argv[1]), "rb") as file:
        file.seek(0)
        sys.stdout.buffer.write(answer(asked, file))
