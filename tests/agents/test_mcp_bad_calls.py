"""Bad calls of every kind: each is answered in words that help, and the server stays up; on uvicorn, and on daphne too."""

import contextlib
import json
import socket
import struct

import httpx
import pytest

from tests.agents.conftest import connected, grip
from tests.realtime.conftest import BRIEF, Api
from tests.servers import running_server

pytestmark = pytest.mark.stories

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
MOST = 3_000
"""Bytes that an error takes at most, whatever was sent: an agent pays for every word that it reads."""


def headers(token):
    return {
        **({"Authorization": f"Bearer {token}"} if token else {}),
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2025-06-18",
    }


def said_by(answer):
    """The error in an answer over HTTP, whether it came in or not."""
    assert len(answer.content) <= MOST
    body = answer.json()
    error = body["error"]["data"] if "error" in body else body["result"]["structuredContent"]
    assert error["code"] and error["message"] and error["hint"]
    return error


def planned_project(api, name):
    """A project of two tasks, with another proposal."""
    api.post("projects/", {"id": name, "name": name, "brief": BRIEF}, expect=201)
    tasks = [{"title": "Run", "acceptance": ["It runs"]}, {"title": "Jump", "dependencies": ["T-001"]}]
    plan = api.post(f"projects/{name}/plans/", {"tasks": tasks}, expect=201)
    api.post(f"plans/{plan['id']}/accept/", expect=200)
    return name


def vanish(server, token, arguments, *, halfway):
    """Send a call, all of it or half of it, and be gone without a goodbye."""
    body = json.dumps({**CALL, "params": {"name": "claim_next_task", "arguments": arguments}})
    lines = [f"{name}: {value}" for name, value in headers(token).items()]
    head = "\r\n".join(
        ["POST /mcp HTTP/1.1", f"Host: {server.url[7:]}", *lines, f"Content-Length: {len(body)}", "", ""]
    )
    host, _, port = server.url[7:].partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall((head + body[: len(body) // 2 if halfway else None]).encode())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def try_everything(server, token, person):
    place = planned_project(person, f"bad-calls-{server.process.pid}")
    with httpx.Client(base_url=server.url, timeout=60) as http:

        def raw(name, arguments, token=token):
            call = {**CALL, "params": {"name": name, "arguments": arguments}}
            return http.post("/mcp", content=json.dumps(call), headers=headers(token))

        async with connected(server.url, token, toolset="all") as ada:
            await ada.start(place)
            work = await ada.next_task()
            ring = [{"op": "update", "code": "T-001", "fields": {"dependencies": ["T-002"]}}]
            proposal = {"base_version": 1, "rationale": "!", "project": place}
            cycle = await ada.refused("propose_changes", "dependency_cycle", ops=ring, **proposal)
            assert cycle["path"] == ["T-001", "T-002", "T-001"]
            stray = [{"op": "update", "code": "T-001", "fields": {"dependencies": ["T-999"]}}]
            await ada.refused("propose_changes", "unknown_dependency", ops=stray, **proposal)
            await ada.refused("get_task", "not_found", code="T-999")
            await ada.refused("report_progress", "invalid", **grip(work), percent="half")
            await ada.refused("report_progress", "invalid", **grip(work), percent=101)
            await ada.refused("heartbeat", "stale_claim", claim=work["claim"], fence=work["fence"] + 1)
            await ada.refused("get_task", "not_found", code="T-001", project="nobodys")
            for longwinded in ({"code": "x" * 10**6}, {"code": "T-001", "y" * 10**6: 1}, {"code": ["z" * 10**6]}):
                assert said_by(raw("get_task", longwinded))["code"] in ("not_found", "invalid")
            assert said_by(raw("x" * 10**6, {}))["code"] == "unknown_tool"
            assert said_by(raw("get_task", {"code": "x" * 5_000_000}))["code"] == "body_too_large"
            assert said_by(raw("get_task", {"code": "T-001"}, token=""))["code"] == "not_authenticated"
            assert said_by(raw("get_task", {"code": "T-001"}, token="worn-out"))["code"] == "not_authenticated"
            for halfway in (True, False):
                vanish(server, token, {"run": ada.run}, halfway=halfway)
            assert grip(await ada.next_task()) == grip(work), "Whoever vanished and comes back has the same task."
            assert (await ada.does("get_task", code="T-001"))["task"]["status"] == "in_progress"


async def test_every_bad_call_is_answered_and_the_server_stays_up(api, agent_token):
    await try_everything(api.server, agent_token(), api)


async def test_on_daphne_too(tmp_path, migrated_database):
    with running_server(tmp_path, server="daphne", database=migrated_database, measured=False) as server:
        person = Api(server, server.token)
        with contextlib.closing(person.http):
            token = person.post("tokens/", {"name": "Ada", "scopes": ["agent"]}, expect=201)["token"]
            await try_everything(server, token, person)
    assert "Traceback" not in server.log_path.read_text()
