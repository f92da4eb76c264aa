"""The servers that are compared, each started in a process of its own with a database of its own."""

import atexit
import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from benchmarks.load.target import Target

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
BASELINES = HERE / "baselines"
VENV = HERE / ".venv"
STARTS_WITHIN = 60
DATABASE = "gateway.db"
TOKEN = "a token for the baselines"
LOCK = os.environ.get("BENCHMARK_LOCK")
"""A file; where several people share a machine, each measurement waits until it has it alone."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    target: Target
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def database(self) -> Path:
        return self.log.parent / DATABASE

    @property
    def resident(self) -> int:
        """Bytes of memory that the process has."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))

    @property
    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


Server = Callable[[int], AbstractContextManager[Running]]
"""Starts a server whose log begins with so many events (0: none, or the gateway's own first one)."""


@contextmanager
def running(
    target: Target, command: Sequence[str], folder: Path, env: dict[str, str], cwd: Path = ROOT
) -> Iterator[Running]:
    log = folder / "server.log"
    with log.open("wb") as out, alone_on_the_machine():
        process = subprocess.Popen(command, cwd=cwd, env={**os.environ, **env}, stdout=out, stderr=out)
        try:
            wait_for(target.port, process, log)
            yield Running(target, process, log)
        finally:
            end(process)


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < give_up and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-2000:]}")


def end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def alone_on_the_machine() -> Iterator[None]:
    if not LOCK:
        yield
        return
    with Path(LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The gateway


@cache
def prepared(prefill: int) -> tuple[Path, str, str]:
    """(folder, token, project) of a database with a user, a project and so many events; made once, copied for each server."""
    folder = Path(mkdtemp(prefix="gateway-benchmark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if prefill:
        with gateway() as started:
            started.target.prefill(prefill)
            back_up(started.database, folder / DATABASE)
        return folder, started.target.token, started.target.project
    command = [sys.executable, "manage.py", "prepare_benchmark", "--projects", "1"]
    made = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **gateway_env(folder)}, stdout=subprocess.PIPE, check=True
    )
    told = json.loads(made.stdout)
    return folder, told["token"], told["projects"][0]


def back_up(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)


def gateway_env(folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": f"sqlite:///{folder / DATABASE}",
        "SECRET_KEY": "for the benchmark",
        "REDIS_URL": "",
    }


@contextmanager
def gateway(prefill: int = 0, *, server: str = "uvicorn", subprotocols: str = "gateway.v1") -> Iterator[Running]:
    template, token, project = prepared(prefill)
    with TemporaryDirectory() as name:
        folder = Path(name)
        back_up(template / DATABASE, folder / DATABASE)
        target = Target(
            "gateway", free_port(), token, project, subprotocols=subprotocols, ways=("socket", "bulk", "post")
        )
        command = [sys.executable, "manage.py", "serve", "--port", str(target.port), "--server", server]
        with running(target, command, folder, gateway_env(folder)) as started:
            yield started


# The baselines


@contextmanager
def baseline(
    prefill: int, target: Target, command: Callable[[int], Sequence[str]], cwd: Path, prepare: Callable[[], None]
) -> Iterator[Running]:
    prepare()
    target = replace(target, port=free_port())
    with TemporaryDirectory() as name:
        env = {
            "PORT": str(target.port),
            "DATABASE": str(Path(name) / "events.db"),
            "TOKEN": TOKEN,
            "PREFILL": str(prefill),
        }
        with running(target, command(target.port), Path(name), env, cwd) as started:
            yield started


def prepare_nothing() -> None:
    pass


@cache
def install_fastapi() -> None:
    """FastAPI in an environment of its own, the first time."""
    if not (VENV / "bin/uvicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin/pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)


@cache
def install_node() -> None:
    """What the two node servers need, the first time."""
    if not (BASELINES / "node/node_modules/ws").exists():
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=BASELINES / "node", check=True)


def uvicorn_command(port: int) -> list[str]:
    return [str(VENV / "bin/uvicorn"), "fastapi_loop:app", "--port", str(port), "--log-level", "warning"]


def daphne_command(port: int) -> list[str]:
    application = "benchmarks.baselines.channels_stock:application"
    return [sys.executable, "-m", "daphne", "--bind", "127.0.0.1", "--port", str(port), "-v", "0", application]


def node_command(script: str) -> Callable[[int], list[str]]:
    return lambda port: ["node", script]


GATEWAY = {
    "gateway, uvicorn": gateway,
    "gateway, uvicorn, batches": partial(gateway, subprotocols="gateway.v1.batch, gateway.v1"),
    "gateway, daphne": partial(gateway, server="daphne"),
}
FASTAPI, CHANNELS, SOCKET_IO, WS = "FastAPI loop", "stock Channels", "Socket.IO (memory)", "ws + SQLite"
COMPARED = {
    FASTAPI: partial(
        baseline,
        target=Target(FASTAPI, 0, TOKEN, ways=("socket", "post")),
        command=uvicorn_command,
        cwd=BASELINES,
        prepare=install_fastapi,
    ),
    CHANNELS: partial(
        baseline,
        target=Target(CHANNELS, 0, TOKEN),
        command=daphne_command,
        cwd=ROOT,
        prepare=prepare_nothing,
    ),
    SOCKET_IO: partial(
        baseline,
        target=Target(SOCKET_IO, 0, TOKEN, path="/socket.io/?EIO=4&transport=websocket", socket_io=True),
        command=node_command("socketio.mjs"),
        cwd=BASELINES / "node",
        prepare=install_node,
    ),
    WS: partial(
        baseline,
        target=Target(WS, 0, TOKEN),
        command=node_command("ws.mjs"),
        cwd=BASELINES / "node",
        prepare=install_node,
    ),
}
SERVERS: dict[str, Server] = {**GATEWAY, **COMPARED}
