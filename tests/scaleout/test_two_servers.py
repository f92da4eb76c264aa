"""Two servers on PostgreSQL with Redis between them are one gateway, with or without Redis."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from storms.gateways import BRIEF, Gateways
from storms.redis_server import RedisServer
from storms.weather import Plan, Storm
from tests.realtime.conftest import Api
from tests.servers import manage

pytestmark = pytest.mark.scaleout

STREAM = "project:harbour"
COMMAND = """
from django.contrib.auth.models import User
from django.db import transaction
from agents.tokens import create_token
from gamedev_gateway.core.actors import SYSTEM
from realtime import event_types
from realtime.publishing import publish

with transaction.atomic():
    publish("harbour", event_types.Chat(text="from a command", data={}), actor=SYSTEM)
print(create_token(User.objects.create_user("bob", password="a password of bob"))[1])
"""


@pytest.fixture(scope="module")
def apis(two_servers: Gateways) -> Iterator[list[Api]]:
    """REST and sockets at both servers, for the user that both know."""
    made = [Api(two_servers.running[port][0], two_servers.token) for port in two_servers.ports]
    yield made
    for api in made:
        api.http.close()


@pytest.fixture(scope="module")
def harbour(apis: list[Api]) -> str:
    return apis[0].post("projects/", {"id": "harbour", "name": "Harbour", "brief": BRIEF}, expect=201)["id"]


@pytest.fixture(scope="module")
def heard(apis: list[Api], harbour: str) -> dict[str, Any]:
    """What sockets at both servers heard of a management command, and the token of Bob, whom it made."""
    with apis[0].socket() as here, apis[1].socket() as there:
        for socket in (here, there):
            socket.send(command="subscribe", stream=STREAM)
            socket.until(lambda frame: frame["type"] == "subscribed")
        token = manage("shell", "-v", "0", "-c", COMMAND, env=apis[0].server.env).stdout.strip()
        return {"token": token, "frames": [here.next(), there.next()]}


@pytest.fixture
def membership(apis: list[Api], harbour: str, heard: dict[str, Any]) -> Iterator[str]:
    """The address of Bob's membership, an editor's."""
    made = apis[0].post("projects/harbour/members/", {"user": "bob", "role": "editor"}, expect=201)
    path = f"/api/v1/projects/harbour/members/{made['id']}/"
    yield path
    apis[0].http.delete(path)


@pytest.fixture
def bob(apis: list[Api], heard: dict[str, Any], membership: str) -> Iterator[Api]:
    """Bob at the second server."""
    api = Api(apis[1].server, heard["token"], "bob")
    yield api
    api.http.close()


@pytest.fixture(params=["with Redis", "without Redis"])
def between(request: pytest.FixtureRequest, redis: RedisServer) -> Iterator[None]:
    """Redis there, or dead for the time of the test."""
    away = request.param == "without Redis"
    if away:
        redis.kill()
    yield
    if away:
        redis.start()


def texts(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["payload"]["text"] for frame in frames if frame["type"] == "chat"]


def test_a_storm_in_which_redis_dies_loses_nothing(two_servers: Gateways, redis: RedisServer) -> None:
    plan = Plan(clients=30, rate=48, seconds=4, outages=1)
    verdict = asyncio.run(Storm(plan, two_servers, seed=1, redis=redis).run())
    assert verdict.faults == []
    assert verdict.acknowledged == 192


def test_events_of_a_management_command_reach_sockets_of_every_server(heard: dict[str, Any]) -> None:
    assert texts(heard["frames"]) == ["from a command"] * 2


def test_what_is_published_at_one_server_reaches_sockets_of_the_other(apis: list[Api], harbour: str) -> None:
    with apis[1].socket("/ws/projects/harbour/") as socket:
        socket.until(lambda frame: frame["type"] == "subscribed")
        apis[0].chat(harbour, "hello over there")
        assert texts([socket.next()]) == ["hello over there"]


def test_a_removed_member_is_told_and_closed_at_the_other_server(
    apis: list[Api], bob: Api, membership: str, between: None
) -> None:
    with bob.socket("/ws/projects/harbour/") as socket:
        socket.until(lambda frame: frame["type"] == "subscribed")
        assert apis[0].http.delete(membership).status_code == 204
        apis[0].chat("harbour", "Bob is gone")
        apis[1].chat("harbour", "Bob is gone")
        frames, code = socket.to_the_end()
    assert (frames[-1]["type"], frames[-1]["reason"], code) == ("resync", "revoked", 4404)
    assert texts(frames) == []


def test_a_revoked_token_closes_its_sockets_at_the_other_server(apis: list[Api], harbour: str, between: None) -> None:
    made = apis[0].post("tokens/", {"name": "for a moment"}, expect=201)
    with Api(apis[1].server, made["token"]).socket("/ws/projects/harbour/") as socket:
        socket.until(lambda frame: frame["type"] == "subscribed")
        assert apis[0].http.delete(f"/api/v1/tokens/{made['id']}/").status_code == 204
        frames, code = socket.to_the_end()
    assert (frames, code) == ([], 4401)


def test_a_lesser_role_counts_at_once_at_the_other_server(apis: list[Api], bob: Api, membership: str) -> None:
    with bob.socket() as socket:
        socket.send(command="subscribe", stream=STREAM)
        socket.until(lambda frame: frame["type"] == "subscribed")
        changed = apis[0].http.patch(membership, json={"role": "viewer"})
        assert changed.status_code == 200
        socket.send(command="publish", project_id="harbour", type="chat", payload={"text": "no"}, id="p")
        [*_, answer] = socket.until(lambda frame: frame.get("reply_to") == "p")
        assert (answer["type"], answer["code"]) == ("error", "forbidden")
        apis[0].chat("harbour", "a viewer hears this")
        assert "a viewer hears this" in texts(socket.until(lambda frame: frame["type"] == "chat"))


def test_a_deleted_project_ends_its_subscriptions_at_the_other_server(apis: list[Api], between: None) -> None:
    apis[0].post("projects/", {"id": "sunken", "name": "Sunken", "brief": BRIEF}, expect=201)
    with apis[1].socket("/ws/projects/sunken/") as socket:
        socket.until(lambda frame: frame["type"] == "subscribed")
        assert apis[0].http.delete("/api/v1/projects/sunken/").status_code == 204
        frames, code = socket.to_the_end()
    assert (frames[-1]["type"], frames[-1]["reason"], code) == ("resync", "revoked", 4404)
