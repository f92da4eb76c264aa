"""A real gateway in a process of its own, with a database of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN = 60
ENDS_WITHIN = 10


@dataclass
class Server:
    """A running gateway. `log_path` has what it wrote to stderr, `greeting_path` what it wrote to stdout."""

    url: str
    process: "subprocess.Popen[bytes]"
    database_url: str
    log_path: Path
    greeting_path: Path
    env: dict[str, str]
    token: str = ""

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def wait(self) -> None:
        """Until it answers; an error with its log when it ends before, or takes too long."""
        give_up = time.monotonic() + STARTS_WITHIN
        with httpx.Client(timeout=2) as client:  # one for all tries: making one takes more than asking
            while time.monotonic() < give_up and self.process.poll() is None:
                try:
                    if client.get(f"{self.url}/healthz").status_code == 200:
                        return
                except httpx.TransportError:
                    time.sleep(0.05)
        raise AssertionError(f"The server did not start:\n{self.log_path.read_text()}")

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """Ask it to end, and give its exit code. Killed when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        try:
            return self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


@contextmanager
def running_server(
    tmp_path: Path,
    *,
    server: str = "uvicorn",
    env: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    port: int | None = None,
    measured: bool = True,
    database: Path | None = None,
) -> Iterator[Server]:
    """`manage.py serve` on a free port. Again with the same `tmp_path`: the same database, and the same token.

    `measured`: whether coverage is counted in it too, which makes it slow. `database`: a file that its own begins as,
    where there is none yet, e.g. one that is migrated already.
    """
    port = port or free_port()
    own = tmp_path / "gateway.db"
    if database and not own.exists():
        shutil.copyfile(database, own)
    database_url = f"sqlite:///{own}"
    full_env = environment(database_url, env)
    if not measured:
        full_env = {name: value for name, value in full_env.items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--server", server, *options]
    log_path, greeting_path = tmp_path / "server.log", tmp_path / "greeting.txt"
    with log_path.open("ab") as log, greeting_path.open("ab") as greeting:
        process = subprocess.Popen(command, cwd=ROOT, env=full_env, stdout=greeting, stderr=log)
    running = Server(f"http://127.0.0.1:{port}", process, database_url, log_path, greeting_path, full_env)
    try:
        running.wait()
        running.token = token_in(greeting_path.read_text())
        yield running
    finally:
        running.stop()


def manage(
    *arguments: str, env: Mapping[str, str], timeout: float = 60, check: bool = True
) -> "subprocess.CompletedProcess[str]":
    """One management command in a process of its own, e.g. with the `env` of a running server."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=dict(env), capture_output=True, text=True, timeout=timeout, check=check
    )


def environment(database_url: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a gateway that is as the outside world has it, but for its database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "gamedev_gateway.settings",
        "DATABASE_URL": database_url,
        "SECRET_KEY": "for tests only",
        "REDIS_URL": "",
        "LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
        **(more or {}),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def token_in(greeting: str) -> str:
    """The token that the first start has printed."""
    found = re.search(r"^\s+token\s+(\S+)$", greeting, re.MULTILINE)
    assert found, f"No token was printed:\n{greeting}"
    return found[1]
