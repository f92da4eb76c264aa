"""Outside tools that others have written, on servers of their own; and daphne."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agents.conftest import connected, grip
from tests.agents.workshop import Operator
from tests.engine.outside import serving
from tests.realtime.conftest import BRIEF, Api
from tests.servers import ROOT, environment, running_server

pytestmark = pytest.mark.stories
EVERYTHING = "@modelcontextprotocol/server-everything"
"""The reference server of the MCP project, from npm."""
INSTALLS_WITHIN = 240


def planned(api: Api) -> str:
    api.post("projects/", {"id": "game", "name": "Game", "brief": BRIEF}, expect=201)
    plan = api.post("projects/game/plans/generate/", expect=201)
    api.post(f"plans/{plan['id']}/accept/", expect=200)
    return "game"


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> Path:
    """The reference server, installed from npm."""
    if shutil.which("npm") is None:
        pytest.skip("There is no npm on this machine.")
    folder = tmp_path_factory.mktemp("everything")
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), EVERYTHING]
    done = subprocess.run(install, capture_output=True, text=True, timeout=INSTALLS_WITHIN, check=False)
    if done.returncode:
        pytest.skip(f"npm could not install it: {done.stderr[-300:]}")
    return folder / "node_modules" / EVERYTHING / "dist" / "index.js"


async def test_the_reference_server_of_the_protocol_is_used_as_a_tool(everything, tmp_path, migrated_database):
    commands = f"everything=API_KEY=${{GATEWAY_TOOL_SECRET_API}} node {everything} stdio"
    env = {
        "GATEWAY_TOOL_COMMANDS": commands,
        "GATEWAY_TOOL_SECRET_API": "open-sesame",
        "GATEWAY_RATE_LOGIN": "99/second",
    }
    with running_server(tmp_path, env=env, database=migrated_database) as server:
        api, operator = Api(server, server.token), Operator(server)
        game = planned(api)
        fields = {"name": "everything", "transport": "command", "command": "everything", "headers": ""}
        page = operator.register("", **fields)
        operator.grant(page, "", game, **fields)
        token = api.post("tokens/", {"name": "Ada", "scopes": ["agent"]}, expect=201)["token"]
        told = []

        async def hear(progress, total, message):
            told.append((progress, total))

        async with connected(server.url, token, toolset="all") as ada:
            await ada.start(game)
            held = grip(await ada.next_task())
            found = (await ada.does("find_tools", query="sum of two numbers"))["tools"]
            assert found[0].items() >= {"server": "everything", "tool": "get-sum"}.items()

            def call(tool, **args):
                return {"server": "everything", "tool": tool, "args": args, **held}

            assert "is 5" in (await ada.does("call_tool", **call("get-sum", a=2, b=3)))["result"]["text"]
            env_told = (await ada.does("call_tool", **call("get-env")))["result"]["text"]
            assert "open-sesame" not in env_told and "•••" in env_told
            wrong = await ada.refused("call_tool", "invalid", **call("echo", message=7))
            assert "args.message" in wrong["errors"]
            asked = await ada.does("call_tool", **call("toggle-simulated-logging"))
            assert asked["status"] == "waiting", "It does not say that it only reads."
            await asyncio.to_thread(api.post, f"tool-calls/{asked['call']}/confirm/", expect=200)
            assert (await ada.does("get_call", call=asked["call"], wait_seconds=20))["status"] == "done"
            slow = call("trigger-long-running-operation", duration=1, steps=4)
            await ada.client.call_tool("call_tool", slow, progress_callback=hear)
            assert told[-1] == (4, 4)
            picture = await ada.does("call_tool", **call("get-tiny-image"))
            assert picture["result"]["media"][0]["mime_type"] == "image/png"
            shown = (await ada.does("get_task", code="T-001"))["task"]["evidence"]
            assert "screenshot" in [entry["kind"] for entry in shown]
        operator.http.close()
        api.http.close()
        assert is_running(everything), "Its connection is kept, with what it has in memory."
    assert not is_running(everything), "It ends with the gateway."


def is_running(program: Path) -> bool:
    return subprocess.run(["pgrep", "-f", str(program)], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_daphne_tells_how_far_it_is(tmp_path, migrated_database, mode):
    env = {"GATEWAY_TOOL_HOSTS": "127.0.0.1:*", "GATEWAY_TOOL_SECRET_WORKSHOP": "open-sesame"}
    told = []

    async def hear(progress, total, message):
        told.append((progress, total))

    with (
        serving() as url,
        running_server(tmp_path, server="daphne", env=env, database=migrated_database) as server,
    ):
        api, operator = Api(server, server.token), Operator(server)
        game = planned(api)
        operator.grant(operator.register(url), url, game)
        token = api.post("tokens/", {"name": "Ada", "scopes": ["agent"]}, expect=201)["token"]
        async with connected(server.url, token, toolset="all", mode=mode) as ada:
            await ada.start(game)
            held = grip(await ada.next_task())
            call = {"server": "workshop", "tool": "bake_lights", "args": {"seconds": 0.4}, **held}
            result = await ada.client.call_tool("call_tool", call, progress_callback=hear)
            assert result.structured_content["result"]["text"] == "Baked."
        operator.http.close()
        api.http.close()
    assert told[-1] == (4, 4)


LOADED_BY_TWO = """
import sys, threading, time
import django
django.setup()
from agents.loading import sdk_lock
from agents.mcp import http

def engine():
    with sdk_lock:
        from agents.engine import outside

def door(delay):
    time.sleep(delay)
    http.load()

threads = [threading.Thread(target=engine), threading.Thread(target=door, args=[float(sys.argv[1])])]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("delay", ["0.1", "0.2", "0.4"])
def test_the_first_agent_and_the_first_look_at_a_server_may_come_together(delay):
    """The SDK's packages import each other in a circle; loaded by two threads, they broke."""
    command = [sys.executable, "-c", LOADED_BY_TWO, delay]
    done = subprocess.run(command, cwd=ROOT, env=environment("sqlite://"), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
