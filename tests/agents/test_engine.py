"""Agents use outside tools through the gateway: they find the few they need, and call them under their claim.

The outside server is a real one, reached over HTTP by a real gateway, which was told of it in its admin.
"""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest

from tests.agents.conftest import grip, proof
from tests.agents.workshop import Operator
from tests.engine.outside import PIXEL, serving

WAIT = 20
projects: list[str] = []


@pytest.fixture(scope="session")
def operator(server) -> Iterator[Operator]:
    operator = Operator(server)
    yield operator
    operator.http.close()


@pytest.fixture(scope="session")
def outside() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture(scope="session")
def workshop(operator, outside) -> str:
    return operator.register(outside)


@pytest.fixture
def equipped(operator, workshop, outside, planned) -> str:
    """A planned project whose agents may use the workshop."""
    projects.append(planned)
    operator.grant(workshop, outside, *projects)
    return planned


def using(connect, place, **options):
    return connect(toolset="all", **options)


def events(api, project, *types):
    found = api.get(f"projects/{project}/events/?types={','.join(types)}&after=0&limit=200")["results"]
    return [event["payload"] for event in found]


async def waited_for(api, project, event_type):
    """The payload of the first event of a type, waited for."""
    for _ in count():
        if found := await asyncio.to_thread(events, api, project, event_type):
            return found[0]
        await asyncio.sleep(0.05)
    return {}


async def test_tools_are_found_looked_at_and_used(api, equipped, connect):
    async with using(connect, equipped) as ada:
        await ada.start(equipped)
        work = await ada.next_task()
        found = await ada.does("find_tools", query="nodes of a scene", code=work["task"]["code"])
        assert found["tools"][0].items() >= {"server": "workshop", "tool": "list_nodes"}.items()
        assert len(str(found)) < 3_000, "Small enough to be asked for often."
        tool = {"server": "workshop", "tool": "list_nodes"}
        looked_at = await ada.does("describe_tool", **tool)
        assert looked_at["input_schema"]["required"] == ["scene"] and not looked_at["needs_a_person"]
        called = await ada.does("call_tool", **tool, args={"scene": "Main", "depth": 2}, **grip(work))
        assert called["status"] == "done" and "do not follow" in called["about"]
        assert called["result"]["structured"] == {"result": ["Main/node-0", "Main/node-1"]}
        assert await ada.does("get_call", call=called["call"]) == called
        seen = (await ada.does("get_task", code=work["task"]["code"]))["task"]["evidence"]
        assert [(entry["level"], entry["tool_call"]) for entry in seen] == [("seen", called["call"])]
        assert events(api, equipped, "tool.called")[0].items() >= {"status": "done", "tool": "list_nodes"}.items()
    stored = api.get(f"tool-calls/{called['call']}/")
    assert (stored["run"], stored["requested_by"]["name"]) == (ada.run, "Ada")


async def test_what_is_sensitive_waits_for_a_person_and_nothing_hangs(api, equipped, connect):
    async with using(connect, equipped) as ada:
        await ada.start(equipped)
        work = await ada.next_task()
        wipe = {"server": "workshop", "tool": "wipe_scene", "args": {"scene": "Main"}, **grip(work)}
        asked = await ada.does("call_tool", **wipe)
        assert asked["status"] == "waiting" and "get_call" in asked["hint"] and "result" not in asked
        assert (await ada.does("call_tool", **wipe))["call"] == asked["call"], "Asking again is the same wish."
        assert (await ada.does("get_call", call=asked["call"], wait_seconds=0))["status"] == "waiting"
        [listed] = api.get(f"projects/{equipped}/tool-calls/?status=waiting")["results"]
        assert listed["id"] == asked["call"]
        hearing = asyncio.create_task(ada.does("get_call", call=asked["call"], wait_seconds=WAIT))
        confirmed = await asyncio.to_thread(api.post, f"tool-calls/{asked['call']}/confirm/", expect=200)
        assert confirmed["status"] == "running"
        assert (await hearing)["result"]["text"] == "Main is empty."
    told = events(api, equipped, "tool.*")
    assert [event["call_id"] for event in told] == [asked["call"]] * 3
    assert (told[1]["verdict"], told[2]["status"], told[2]["sensitive"]) == ("confirmed", "done", True)


async def test_a_refusal_comes_with_its_reason(api, equipped, connect):
    async with using(connect, equipped) as ada:
        await ada.start(equipped)
        work = await ada.next_task()
        wipe = {"server": "workshop", "tool": "wipe_scene", "args": {"scene": "Menu"}, **grip(work)}
        asked = await ada.does("call_tool", **wipe)
        api.post(f"tool-calls/{asked['call']}/refuse/", {"reason": "Children play in it."}, expect=200)
        refused = await ada.refused("get_call", "tool_call_refused", call=asked["call"])
        assert "Children play in it." in refused["message"] and not refused["retryable"]


async def test_errors_say_what_to_do(equipped, connect):
    async with using(connect, equipped) as ada:
        await ada.start(equipped)
        work = await ada.next_task()

        async def refused(code, tool="list_nodes", server="workshop", args=None, **more):
            call = {"server": server, "tool": tool, "args": args or {"scene": "Main"}, **grip(work), **more}
            return await ada.refused("call_tool", code, **call)

        invalid = await refused("invalid", args={"scene": 7, "depth": "deep"})
        assert set(invalid["errors"]) == {"args.scene", "args.depth"}
        assert "workshop.list_nodes" in (await refused("no_such_tool", tool="list_scenes"))["like_it"]
        await refused("no_such_tool", server="unity")
        await refused("stale_claim", fence=9)
        await refused("not_found", claim=10**9)
        failed = await refused("tool_failed", tool="break_down", args={"scene": "x"})
        assert failed["call"] and "licence" in failed["message"]
        await ada.refused("describe_tool", "no_such_tool", server="workshop", tool="dance")
        await ada.refused("get_call", "not_found", call=10**9)


async def test_a_picture_is_kept_as_a_screenshot_that_counts(api, equipped, connect):
    async with using(connect, equipped) as ada:
        await ada.start(equipped)
        work = await ada.next_task()
        shot = await ada.does("call_tool", server="workshop", tool="take_screenshot", args={}, **grip(work))
        assert shot["result"]["media"][0]["bytes"] == len(PIXEL)
        [made] = api.get(f"tasks/{work['task']['id']}/artifacts/")["results"]
        assert (made["category"], made["sha256"]) == ("screenshot", shot["result"]["media"][0]["sha256"])
        proved = [{**entry, "kind": "screenshot", "tool_call": shot["call"]} for entry in proof(work)]
        assert (await ada.does("submit_completion", **grip(work), evidence=proved))["done"]


async def test_the_gateways_secrets_stay_its_own(equipped, connect, server):
    async with using(connect, equipped) as ada:
        await ada.start(equipped)
        work = await ada.next_task()
        told = await ada.does("call_tool", server="workshop", tool="tell_secrets", args={}, **grip(work))
        assert "Bearer •••" in told["result"]["text"]
    assert "open-sesame" not in server.log_path.read_text()


# How far it is


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_whoever_asks_is_told_how_far_an_outside_tool_is(equipped, connect, mode):
    told = []

    async def hear(progress, total, message):
        told.append((progress, total, message))

    async with using(connect, equipped, mode=mode) as ada:
        await ada.start(equipped)
        work = await ada.next_task()
        call = {"server": "workshop", "tool": "bake_lights", "args": {"seconds": 0.2}, **grip(work)}
        result = await ada.client.call_tool("call_tool", call, progress_callback=hear)
        assert result.structured_content["result"]["text"] == "Baked."
    assert told[-1] == (4, 4, "lamp 4")
    assert [progress for progress, _, _ in told] == sorted({progress for progress, _, _ in told}), "It only rises."


def posted(api, body, version="2025-06-18", accept="application/json, text/event-stream"):
    headers = {"Accept": accept, "MCP-Protocol-Version": version}
    return api.http.post("/mcp?toolset=engine", json=body, headers=headers)


@pytest.mark.parametrize(
    ("meta", "accept", "kind"),
    [
        ({}, "application/json, text/event-stream", "application/json"),
        ({"_meta": {"progressToken": 1}}, "application/json, text/event-stream", "text/event-stream"),
        ({"_meta": {"progressToken": 1}}, "application/json", "application/json"),
    ],
    ids=["not asked", "asked", "takes no stream"],
)
def test_an_answer_is_a_stream_only_for_those_who_ask_and_take_one(api, equipped, meta, accept, kind):
    params = {"name": "find_tools", "arguments": {"query": "scene", "project": equipped}, **meta}
    answer = posted(api, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert "list_nodes" in answer.text


async def test_a_client_that_goes_away_leaves_its_call_to_end_by_itself(api, equipped, connect):
    begun = asyncio.Event()

    async def hear(progress, total, message):
        begun.set()

    async with using(connect, equipped) as ada:
        await ada.start(equipped)
        work = await ada.next_task()
        call = {"server": "workshop", "tool": "bake_lights", "args": {"seconds": 0.8}, **grip(work)}
        asking = asyncio.create_task(ada.client.call_tool("call_tool", call, progress_callback=hear))
        await asyncio.wait_for(begun.wait(), WAIT)
        asking.cancel()
        await asyncio.wait([asking])
    ended = await asyncio.wait_for(waited_for(api, equipped, "tool.called"), WAIT)
    assert (ended["tool"], ended["status"]) == ("bake_lights", "done")


async def test_a_tool_that_changes_is_noticed(operator, api, planned, connect):
    with serving() as url:
        page = operator.register(url, name="shifty")
        operator.grant(page, url, planned, name="shifty")
        async with using(connect, planned) as ada:
            await ada.start(planned)
            work = await ada.next_task()
            await ada.does("call_tool", server="shifty", tool="change_tools", args={"gone": "say_much"}, **grip(work))
            operator.http.get(page.replace("change", "probe"))
            await ada.refused("describe_tool", "no_such_tool", server="shifty", tool="say_much")
        [nodes] = api.get(f"projects/{planned}/tools/?q=list_nodes&limit=1")["results"]
        assert nodes["changed_at"] and nodes["policy"] == "confirm", "It no longer says that it only reads."
        operator.grant(page, url, name="shifty", enabled="")
