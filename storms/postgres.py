"""PostgreSQL databases that live as long as a storm: in an instance of our own, or on a server that is there."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.servers import free_port

UNPRIVILEGED = "postgres"
"""PostgreSQL refuses to run as root; Debian's package makes this user."""
STARTS_WITHIN = 20
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "32MB",
}


def programs() -> Path | None:
    """Where initdb and postgres are; Debian keeps them out of PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda folder: float(folder.parent.name))


@contextmanager
def own_postgres() -> Iterator[str]:
    """The address of a database in an instance of our own, which owes nothing to the machine's service."""
    found = programs()
    if found is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="storm-postgres-"))
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    port = free_port()
    try:
        make_instance(found / "initdb", folder, user)
        with (
            running(found / "postgres", folder, port, user),
            database_at(f"postgres://gw@127.0.0.1:{port}/postgres") as url,
        ):
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_instance(program: Path, folder: Path, user: str | None) -> None:
    options = ["-U", "gw", "-A", "trust", "--no-sync", "--no-instructions", "--locale=C.UTF-8", "--encoding=UTF8"]
    command = [str(program), "-D", str(folder / "data"), *options]
    made = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, check=False)
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr.strip()}")


@contextmanager
def running(program: Path, folder: Path, port: int, user: str | None) -> Iterator[None]:
    settings = [word for name, value in QUICK.items() for word in ("-c", f"{name}={value}")]
    command = [str(program), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder), *settings]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, user=user, cwd="/", stdout=log, stderr=log)
    try:
        wait_for(port, process, folder / "log")
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < give_up and process.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"postgres://gw@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


@contextmanager
def database_at(server_url: str) -> Iterator[str]:
    """A database with a name of its own on a server; dropped at the end."""
    name = f"storm_{uuid.uuid4().hex[:12]}"
    execute(server_url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        execute(server_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def execute(server_url: str, statement: sql.Composed) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(statement)
