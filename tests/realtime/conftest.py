"""Sockets are tested on a real server process, seen from outside."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from realtime.event_types import REGISTRY
from realtime.frames import SENT, EventFrame
from tests.realtime.readers import hub  # noqa: F401
from tests.servers import Server, manage

BRIEF = {
    "pitch": "Jump across floating islands and beat your own time.",
    "genre": "platformer",
    "mechanics": ["run and jump with coyote time", "collect gems that open the exit"],
    "visual_style": "16x16 pixel art",
}
WAIT = 10
TO_THE_END = 30
"""Seconds; heartbeats come until the server closes a socket, so that waiting for each frame alone would have no end."""
numbers = itertools.count(1)


@dataclass
class Socket:
    """A WebSocket client that speaks frames."""

    connection: ClientConnection

    def send(self, **frame: Any) -> None:
        self.connection.send(json.dumps(frame))

    def next(self, timeout: float = WAIT) -> dict[str, Any]:
        """The next frame, which is as docs/asyncapi.yaml declares it."""
        frame = json.loads(self.connection.recv(timeout=timeout))
        check_declared(frame)
        return frame

    def take(self, count: int) -> list[dict[str, Any]]:
        return [self.next() for _ in range(count)]

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """All frames up to the first that is wanted."""
        frames = [self.next()]
        while not wanted(frames[-1]):
            frames.append(self.next())
        return frames

    def to_the_end(self) -> tuple[list[dict[str, Any]], int]:
        """Everything that still comes, and the code with which the server closes."""
        frames, give_up = [], time.monotonic() + TO_THE_END
        try:
            while time.monotonic() < give_up:
                frames.append(self.next())
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            return frames, closed.rcvd.code
        raise AssertionError(f"The server does not close this socket; it got {frames}.")


def check_declared(frame: dict[str, Any]) -> None:
    """Every frame that the suite sees is valid by the declarations that the documents are made from."""
    if "prev" in frame:
        EventFrame.model_validate(frame)
        REGISTRY[frame["type"]].model_validate(frame["payload"])
    else:
        DECLARED[frame["type"]].model_validate(frame)
    for inner in frame.get("frames", []):
        check_declared(inner)


DECLARED = {declared.model_fields["type"].default: declared for declared in SENT}


class Api:
    """REST with one user's token."""

    def __init__(self, server: Server, token: str, name: str = "admin") -> None:
        self.server = server
        self.name = name
        self.token = token
        self.http = httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def post(self, path: str, body: Any = None, expect: int | None = None, **headers: str) -> Any:
        response = self.http.post(f"/api/v1/{path}", json={} if body is None else body, headers=headers)
        assert expect is None or response.status_code == expect, response.text
        return response.json() if response.content else None

    def get(self, path: str) -> Any:
        response = self.http.get(f"/api/v1/{path}")
        assert response.status_code == 200, response.text
        return response.json()

    def chat(self, project: str, text: str, **more: Any) -> dict[str, Any]:
        return self.post(f"projects/{project}/events/", {"type": "chat", "payload": {"text": text}, **more}, expect=201)

    @contextmanager
    def socket(self, path: str = "/ws/", **options: Any) -> Iterator[Socket]:
        options.setdefault("additional_headers", {"Authorization": f"Bearer {self.token}"})
        options.setdefault("subprotocols", ["gateway.v1"])
        with connect(f"{self.server.ws_url}{path}", **options) as connection:
            yield Socket(connection)


@pytest.fixture(scope="session")
def api(server: Server) -> Iterator[Api]:
    api = Api(server, server.token)
    yield api
    api.http.close()


@pytest.fixture
def project(api: Api) -> str:
    """A fresh project with a complete brief; its log holds one event."""
    name = f"game-{next(numbers)}"
    return api.post("projects/", {"id": name, "name": name, "brief": BRIEF}, expect=201)["id"]


@pytest.fixture
def planned(api: Api, project: str) -> str:
    """A project with an active plan."""
    plan = api.post(f"projects/{project}/plans/generate/", expect=201)
    api.post(f"plans/{plan['id']}/accept/", expect=200)
    return project


@pytest.fixture(scope="session")
def people(server: Server) -> Iterator[Iterator["Api"]]:
    """People without projects, each with a token; made in one go, since every command starts a process."""
    made = manage("shell", "-v", "0", "-c", MAKE_PEOPLE, env=server.env).stdout
    everybody = [Api(server, token, name) for name, token in (line.split() for line in made.splitlines())]
    yield iter(everybody)
    for person in everybody:
        person.http.close()


@pytest.fixture
def someone(people: Iterator["Api"]) -> "Api":
    """Another person, whom nobody has met."""
    return next(people)


MAKE_PEOPLE = """
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from agents.tokens import create_token
hasher = PBKDF2PasswordHasher()
known = User.objects.count()
for number in range(known, known + 12):
    name = f"person-{number}"
    password = hasher.encode(f"password-of-{name}", hasher.salt(), iterations=1)
    user = User.objects.create(username=name, password=password)
    print(name, create_token(user)[1])
"""
"""One round of hashing instead of a million, since twelve real ones take seconds. Others are added where some were made."""
