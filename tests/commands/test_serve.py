"""`manage.py serve` as a process: how it starts, what it says, how it ends."""

import re
import signal
import time

import httpx
import pytest
from django.core.management import CommandError, call_command
from websockets.sync.client import connect

from tests.servers import Server, manage, running_server

pytestmark = pytest.mark.xdist_group("serve")


def wait_for_the_agent(server: Server) -> None:
    """Until an agent of the demo has begun its first task."""
    give_up = time.monotonic() + 30
    url = f"{server.url}/api/v1/projects/pixel-jumper/events/"
    with httpx.Client(headers=server.headers) as client:
        while time.monotonic() < give_up:
            begun = client.get(url, params={"types": "task.started"}).json()["results"]
            if any(event["actor"]["name"].startswith("Demo agent") for event in begun):
                return
            time.sleep(0.05)
    raise AssertionError("The demo's agents do not begin.")


def plan_count(server: Server) -> int:
    url = f"{server.url}/api/v1/projects/pixel-jumper/plans/"
    return len(httpx.get(url, headers=server.headers).json()["results"])


@pytest.mark.stories
@pytest.mark.parametrize(("kind", "sign"), [("uvicorn", signal.SIGTERM), ("daphne", signal.SIGINT)])
def test_it_ends_well_while_the_demo_plays_and_a_socket_is_open(tmp_path, migrated_database, kind, sign):
    options = {"options": ["--demo"], "measured": False, "database": migrated_database}
    with running_server(tmp_path, server=kind, **options) as server:
        wait_for_the_agent(server)
        with connect(f"{server.ws_url}/ws/projects/pixel-jumper/", additional_headers=server.headers) as socket:
            assert '"welcome"' in socket.recv()
            assert server.stop(sign) == 0
        log = server.log_path.read_text()
    assert "Traceback" not in log
    assert server.token not in log
    assert password_in(server) not in log


def password_in(server: Server) -> str:
    found = re.search(r"^\s+password\s+(\S+)$", server.greeting_path.read_text(), re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.stories
def test_started_again_it_makes_neither_a_second_user_nor_a_second_demo(tmp_path, migrated_database):
    with running_server(tmp_path, options=["--demo"], measured=False, database=migrated_database) as server:
        assert server.stop() == 0
    with running_server(tmp_path, options=["--demo"], measured=False) as server:
        projects = httpx.get(f"{server.url}/api/v1/projects/", headers=server.headers).json()["results"]
        assert [project["id"] for project in projects] == ["pixel-jumper"]
        assert plan_count(server) == 1
        taken = manage("serve", "--port", server.url.rpartition(":")[2], env=server.env, check=False)
    greetings = server.greeting_path.read_text()
    assert len(re.findall(r"^\s+password\s", greetings, re.MULTILINE)) == 1
    assert "manage.py create_token admin)" in greetings
    assert taken.returncode == 1
    assert re.fullmatch(r"CommandError: Port \d+ of 127.0.0.1 is in use; .*\.\n", taken.stderr)
    assert taken.stdout == ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--port", "99999"], "There is no port 99999; use one from 1 to 65535."),
        (["--host", "192.0.2.1", "--port", "8000"], "Cannot listen on port 8000 of 192.0.2.1"),
        (["--workers", "-1"], "--workers cannot be negative."),
    ],
)
def test_an_address_that_cannot_be_is_told_in_one_sentence(options, told):
    with pytest.raises(CommandError, match=re.escape(told)):
        call_command("serve", *options)
