"""The limits of a socket, as docs/protocol.md lists them and with their defaults. (Those that test_handshake.py has are there.)"""

import asyncio
import json
import re
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from gamedev_gateway.core.actors import SYSTEM
from gamedev_gateway.core.errors import GatewayError, NotFound
from gamedev_gateway.servers import limits
from realtime.access import Credential
from realtime.consumers import GatewayConsumer
from realtime.hub import Hub
from realtime.models import Event
from realtime.spoken import Spoken
from tests.realtime.conftest import WAIT, Api

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
LIMITS = [name for name in dir(settings) if name.startswith(("GATEWAY_SOCKET", "GATEWAY_SUBSCRI", "GATEWAY_TICKET"))]


@pytest.mark.parametrize("name", LIMITS)
def test_every_limit_is_in_the_documentation_with_its_default(name: str) -> None:
    row = re.search(rf"^\|.*\| `{name}` \| ([\d,]+) ", DOCUMENTED, re.MULTILINE)
    assert row, f"{name} is not in the table of limits."
    assert float(row[1].replace(",", "")) == getattr(settings, name)


def test_a_message_that_no_setting_allows_is_refused_by_the_server_itself(api: Api) -> None:
    with api.socket() as socket:
        socket.connection.send("x" * (limits.MESSAGE_BYTES + 1))
        assert socket.to_the_end()[1] == 1009


def test_one_subscription_too_many_is_refused_and_the_others_go_on(api: Api, project: str) -> None:
    most = settings.GATEWAY_SUBSCRIPTIONS_PER_SOCKET
    plan = api.post(f"projects/{project}/plans/", {"tasks": [{"title": f"Task {n}"} for n in range(most)]}, expect=201)
    tasks = [task["id"] for task in plan["tasks"]]
    with api.socket(f"/ws/projects/{project}/") as socket:
        socket.take(2)
        for task_id in tasks:
            socket.send(command="subscribe", id=task_id, stream=f"task:{task_id}")
        answers = [
            frame for frame in socket.until(lambda frame: frame.get("reply_to") == tasks[-1]) if "reply_to" in frame
        ]
        api.chat(project, "still here")
        assert socket.until(lambda frame: frame["type"] == "chat")
    assert [answer["type"] for answer in answers] == ["subscribed"] * (most - 1) + ["error"]
    assert answers[-1]["code"] == "too_many_subscriptions"


async def test_one_socket_too_many_of_a_user_is_closed_with_4429(someone: Api, api: Api) -> None:
    name = f"crowded-by-{someone.name}"
    someone.post("projects/", {"id": name, "name": name}, expect=201)
    url = f"{someone.server.ws_url}/ws/projects/{name}/"
    options: Any = {"additional_headers": {"Authorization": f"Bearer {someone.token}"}, "open_timeout": 60}
    async with AsyncExitStack() as sockets:
        opening = [
            sockets.enter_async_context(connect(url, **options)) for _ in range(settings.GATEWAY_SOCKETS_PER_USER)
        ]
        for socket in await asyncio.gather(*opening):
            assert json.loads(await asyncio.wait_for(socket.recv(), WAIT))["type"] == "welcome"
        async with connect(url, **options) as one_too_many:
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(one_too_many.recv(), WAIT)
        with api.socket() as of_another_user:
            assert of_another_user.next()["type"] == "welcome"
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4429


@pytest.mark.django_db(transaction=True)
async def test_a_socket_with_many_uncommitted_publications_is_not_read_on(hub: Hub, settings: Any) -> None:
    """Without an error: the client's own sending stalls, as it does before any slow reader."""
    settings.GATEWAY_SOCKET_WAITING_COMMANDS = 2
    may_commit = threading.Event()

    def commit(spoken: Sequence[Spoken]) -> list[GatewayError]:
        may_commit.wait(WAIT)
        return [NotFound("There is no such project.") for _ in spoken]

    hub.publishing.act = commit
    socket = Direct()
    await socket.connect()
    try:
        for number in range(3):
            await socket.say(command="publish", id=number, project_id="x", type="chat", payload={"text": "hi"})
        await socket.say(command="ping", id="after")
        assert await socket.receive_nothing(timeout=0.05)
    finally:
        may_commit.set()
    answers = [await socket.receive_json_from(timeout=WAIT) for _ in range(4)]
    assert sorted(str(answer["reply_to"]) for answer in answers) == ["0", "1", "2", "after"]
    await socket.disconnect()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stored", [True, False])
async def test_a_socket_that_has_published_something_needs_no_subscription(hub: Hub, stored: bool) -> None:
    refused = NotFound("There is no such project.")
    hub.publishing.act = lambda spoken: [Event(seq=1) if stored else refused for _ in spoken]
    socket = Direct()
    await socket.connect()
    await socket.say(command="publish", id=1, project_id="x", type="chat", payload={"text": "hi"})
    await socket.receive_json_from(timeout=WAIT)
    [connection] = hub.connections
    connection.tend(hub.loop.time() + settings.GATEWAY_SUBSCRIBE_WITHIN_SECONDS + 1)
    await socket.say(command="ping", id=2)
    last = await socket.receive_output(timeout=WAIT)
    assert last["type"] == ("websocket.send" if stored else "websocket.close")
    assert stored or last["code"] == 4408
    await socket.disconnect()


class Direct(WebsocketCommunicator):
    """A socket of the consumer without a server around it."""

    def __init__(self) -> None:
        super().__init__(GatewayConsumer.as_asgi(), "/ws/", subprotocols=["gateway.v1"])
        self.scope |= {"actor": SYSTEM, "may_write": True, "credential": Credential(0), "url_route": {"kwargs": {}}}

    async def connect(self, timeout: float = WAIT) -> tuple[bool, Any]:
        opened = await super().connect(timeout)
        assert (await self.receive_json_from(timeout=WAIT))["type"] == "welcome"
        return opened

    async def say(self, **command: Any) -> None:
        await self.send_to(text_data=json.dumps(command))
