"""The servers of a storm: one, or several behind one address, which are killed or asked to end, and started again."""

import random
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.servers import Server, free_port, running_server

BRIEF = {
    "pitch": "Ride out a storm on a raft and keep everybody aboard.",
    "genre": "survival",
    "mechanics": ["lash planks together before a wave breaks", "share water among the crew"],
    "visual_style": "painted",
}
PROJECTS = ("north", "south", "calm")
"""The last one has few watchers, so that its feeds open and close all the time."""
LIMITS = {
    "GATEWAY_SOCKETS_PER_USER": "100000",
    "GATEWAY_RATE_USER": "100000/second",
}
"""All clients are one user here; no other limit is raised."""


class Gateways:
    """The same project log, served by so many processes."""

    def __init__(self, folder: Path, count: int = 1, *, server: str = "uvicorn", env: Mapping[str, str]) -> None:
        self.folder = folder
        self.server = server
        self.env = {**LIMITS, **env}
        self.ports = [free_port() for _ in range(count)]
        self.running: dict[int, tuple[Server, ExitStack]] = {}

    def start(self, port: int) -> None:
        stack = ExitStack()
        options = ["--workers", "0"]
        server = running_server(
            self.folder, server=self.server, env=self.env, options=options, port=port, measured=False
        )
        self.running[port] = stack.enter_context(server), stack

    def end(self, port: int, with_signal: int) -> int:
        """Its exit code."""
        server, stack = self.running.pop(port)
        code = server.stop(with_signal)
        stack.close()
        return code

    def restart(self, port: int, with_signal: int) -> int:
        code = self.end(port, with_signal)
        self.start(port)
        return code

    def any_port(self, chance: random.Random) -> int:
        return chance.choice(self.ports)

    @property
    def token(self) -> str:
        return next(iter(self.running.values()))[0].token

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    def http(self) -> httpx.Client:
        """REST, at whichever of them runs."""
        port = next(iter(self.running))
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1/", headers=headers, timeout=60)


@contextmanager
def gateways(folder: Path, count: int = 1, *, server: str = "uvicorn", env: Mapping[str, str]) -> Iterator[Gateways]:
    made = Gateways(folder, count, server=server, env=env)
    try:
        for port in made.ports:
            made.start(port)
        yield made
    finally:
        for port in list(made.running):
            made.end(port, signal.SIGTERM)


def make_projects(http: httpx.Client) -> dict[str, dict[str, int]]:
    """The projects of a storm, and of each the id of every task by its code."""
    return {name: make_project(http, name) for name in PROJECTS}


def make_project(http: httpx.Client, name: str) -> dict[str, int]:
    post(http, "projects/", {"id": name, "name": name, "brief": BRIEF})
    plan = post(http, f"projects/{name}/plans/generate/")
    tasks = post(http, f"plans/{plan['id']}/accept/")["tasks"]
    return {task["code"]: task["id"] for task in tasks[:3]}


def post(http: httpx.Client, path: str, body: Any = None) -> Any:
    response = http.post(path, json=body or {})
    response.raise_for_status()
    return response.json()
