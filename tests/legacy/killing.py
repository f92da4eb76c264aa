"""Adoptions that are killed at random moments: `python -m tests.legacy.killing FOLDER KILLS SEED` prints how each ended.

One process loads Django and forks a child for each adoption, so that a kill costs no start of an interpreter.
"""

import os
import random
import signal
import sys
import time
from hashlib import sha256
from pathlib import Path

import django

from tests.legacy.old_files import LAST, STORY, build

MESSAGES, OTHERS = 1_000, 5
"""Chat messages, and other rows of the story that become events."""


def build_old(path: Path) -> None:
    said = STORY["chat_messages"][0]
    many = [{**said, "id": number, "content": f"¿{number}? 🚀"} for number in range(1, MESSAGES + 1)]
    build(path, LAST, {**STORY, "chat_messages": many})


def adopt_in_child(path: Path, kill_after: float | None) -> float:
    """Adopt in a process of its own, and kill that after a while. Gives how long it lived."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        adopt(path)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.monotonic() - started


def adopt(path: Path) -> None:
    from django.core.management import call_command
    from django.db import connections

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    connections["default"].settings_dict["NAME"] = str(path)
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        os._exit(0)


def ended(path: Path, before: str) -> str:
    """`old`: byte for byte as it was. `adopted`: ours, sound, and with every row. Anything else is a failure."""
    from gamedev_gateway.legacy.files import check_integrity
    from gamedev_gateway.legacy.recognise import Kind, recognise

    if sha256(path.read_bytes()).hexdigest() == before:
        return "old"
    assert recognise(path) is Kind.OURS
    check_integrity(path, path)
    assert count(path, "events") == MESSAGES + OTHERS
    return "adopted"


def count(path: Path, table: str) -> int:
    import sqlite3

    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        connection.close()


def main(folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    path = folder / "gateway.db"
    build_old(path)
    original = path.read_bytes()
    before = sha256(original).hexdigest()
    whole = adopt_in_child(path, None)
    assert ended(path, before) == "adopted"
    for _ in range(kills):
        if ended(path, before) == "adopted":
            start_again(folder, path, original)
        moment = chance.choice([chance.uniform(0, 0.9), chance.uniform(0.9, 1.4)]) * whole
        adopt_in_child(path, moment)
        sys.stdout.write(f"killed after {moment:.2f} s of {whole:.2f} s: {ended(path, before)}\n")
        sys.stdout.flush()
    adopt_in_child(path, None)
    assert ended(path, before) == "adopted"
    assert not [file for file in folder.iterdir() if "adopting" in file.name]


def start_again(folder: Path, path: Path, original: bytes) -> None:
    for file in folder.iterdir():
        file.unlink()
    path.write_bytes(original)


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
