"""A server that is asked to end says when to come back, finishes what is in hand, and ends well; one reader sleeps."""

import json
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from storms.gateways import BRIEF, Gateways, gateways
from tests.realtime.conftest import Api, Socket
from tests.scaleout.conftest import REREAD

pytestmark = pytest.mark.scaleout

LARGE = {"type": "chat", "payload": {"text": "x" * 18_000}}
BULK, BULKS = 100, 5
"""9 MB: more than the kernel keeps for a socket whose client does not read."""
PATH = "/ws/projects/harbour/"
UNREAD = {"close_timeout": 0.1, "ping_interval": None}
"""For a socket with frames that nobody will read: it is not waited for."""


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    with gateways(tmp_path_factory.mktemp(request.param), server=request.param, env=REREAD) as running:
        yield running
    assert "Traceback" not in running.log, "Something went wrong on the server."


@pytest.fixture(scope="module")
def api(running: Gateways) -> Iterator[Api]:
    [(server, _)] = running.running.values()
    api = Api(server, running.token)
    api.post("projects/", {"id": "harbour", "name": "Harbour", "brief": BRIEF}, expect=201)
    yield api
    api.http.close()


@contextmanager
def sleeper(api: Api) -> Iterator[Socket]:
    """A client that keeps little and reads only when it is asked to."""
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        raw.connect(("127.0.0.1", int(api.server.url.rpartition(":")[2])))
        with api.socket(PATH, sock=raw, max_queue=1, **UNREAD) as asleep:
            asleep.until(lambda frame: frame["type"] == "subscribed")
            yield asleep


def seqs(frames: list[dict[str, Any]]) -> list[int]:
    return [frame["seq"] for frame in frames if "prev" in frame]


def stored_keys(server_database: str) -> set[str]:
    with closing(sqlite3.connect(Path(server_database.removeprefix("sqlite:///")))) as database:
        return {key for (key,) in database.execute("SELECT key FROM events WHERE key LIKE 'word-%'")}


@contextmanager
def sent_words(api: Api, count: int) -> Iterator[ClientConnection]:
    """A socket over which so many events were said, none of whose answers was read."""
    with api.socket() as speaking:
        for number in range(count):
            word = {"type": "log", "project_id": "harbour", "payload": {"text": "a word"}, "key": f"word-{number}"}
            speaking.send(command="publish", id=f"word-{number}", **word)
        yield speaking.connection


def to_the_end(connection: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    frames = []
    try:
        while True:
            frames.append(json.loads(connection.recv(timeout=10)))
    except ConnectionClosed as closed:
        return frames, closed.rcvd.code if closed.rcvd else None


def test_a_sleeper_delays_nobody_and_gets_everything_when_it_wakes(api: Api) -> None:
    with sleeper(api) as asleep, api.socket(PATH) as awake:
        awake.until(lambda frame: frame["type"] == "subscribed")
        for _ in range(BULKS):
            told = api.post("projects/harbour/events/", [LARGE] * BULK, expect=201)
        last = told[-1]["seq"]
        expected = list(range(last - BULK * BULKS + 1, last + 1))
        for reader in (awake, asleep):
            assert seqs(reader.until(lambda frame: frame.get("seq") == last and "prev" in frame)) == expected


def test_sigterm_finishes_what_is_in_hand_and_ends_well(running: Gateways, api: Api) -> None:
    """Also beside a client that does not read, and one that is being served from the log."""
    with ExitStack() as stack:
        stack.enter_context(sleeper(api))
        for _ in range(BULKS):
            api.post("projects/harbour/events/", [LARGE] * BULK, expect=201)
        catching_up = stack.enter_context(api.socket(f"{PATH}?after=0", **UNREAD))
        catching_up.until(lambda frame: frame["type"] == "subscribed")
        idle = stack.enter_context(api.socket(PATH))
        idle.until(lambda frame: frame["type"] == "subscribed")
        speaking = stack.enter_context(sent_words(api, 90))
        json.loads(speaking.recv())  # the welcome: from here on its words are being taken
        [port] = running.ports
        code = running.end(port, signal.SIGTERM)
        answers, closed_with = to_the_end(speaking)
        heard, idle_closed_with = to_the_end(idle.connection)
    assert code == 0
    answered = {frame["reply_to"] for frame in answers if frame["type"] == "published"}
    assert answered == stored_keys(api.server.database_url)
    for frames, closed in ((answers, closed_with), (heard, idle_closed_with)):
        [closing_frame] = [frame for frame in frames if frame["type"] == "closing"]
        assert (closing_frame["reason"], closed) == ("restart", 4503)
        assert 500 <= closing_frame["retry_after_ms"] <= 3000
