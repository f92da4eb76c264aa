"""From a call that has begun to its end in the database, through the engine's loop."""

import asyncio
from dataclasses import replace

import pytest

from agents.engine import catalogue, running
from agents.engine.addresses import HttpAddress
from agents.engine.calls import Begun
from agents.engine.errors import TookTooLong
from agents.engine.running import start
from agents.mcp.progress import Telling
from agents.models import ToolServer
from tests.engine.outside import PIXEL, serving

WAIT = 30


@pytest.fixture(scope="module")
def url():
    with serving() as place:
        yield place


@pytest.fixture
def stored(monkeypatch):
    """What would be stored; the database of a test cannot be seen from other threads."""
    ends = []
    monkeypatch.setattr(running, "in_database", lambda store, *end, executor: recorded(ends, end))
    return ends


async def recorded(ends, end):
    ends.append(end)


def begun(url, tool, **arguments):
    return Begun(7, HttpAddress(url), "workshop", tool, arguments, 10.0, "story-1")


def test_an_answer_is_stored_with_its_picture(url, stored):
    start(begun(url, "take_screenshot")).result(WAIT)
    [(call, outcome)] = stored
    assert (call, outcome.error, outcome.picture) == (7, None, ("image/png", PIXEL))


def test_what_a_tool_said_of_its_failure_is_stored_with_the_error(url, stored):
    start(begun(url, "break_down")).result(WAIT)
    [(_, outcome)] = stored
    assert outcome.error.code == "tool_failed" and "licence" in outcome.result["text"]


def test_a_call_that_takes_too_long_is_stored_as_failed(url, stored):
    slow = replace(begun(url, "bake_lights"), arguments={"seconds": 20}, seconds=0.1)
    start(slow).result(WAIT)
    [(_, outcome)] = stored
    assert (outcome.error.code, outcome.result) == ("tool_timeout", None)


def test_an_end_that_cannot_be_stored_is_left_to_the_sweep(url, monkeypatch):
    async def lost(*args, **kwargs):
        raise RuntimeError("The database is away.")

    monkeypatch.setattr(running, "in_database", lost)
    start(begun(url, "list_nodes", scene="Main")).result(WAIT)


def test_a_server_is_asked_for_its_tools(url, settings):
    host = url.split("/")[2]
    settings.GATEWAY_TOOL_HOSTS = [("127.0.0.1", int(host.split(":")[1]))]
    listed = catalogue.listed_by(ToolServer(name="workshop", transport="http", url=url))
    assert "list_nodes" in [tool["name"] for tool in listed]


def test_a_server_that_never_lists_its_tools_is_not_waited_for(url, settings, monkeypatch):
    async def for_ever(address, name):
        await asyncio.Event().wait()

    settings.GATEWAY_TOOL_HOSTS = [("127.0.0.1", None)]
    monkeypatch.setattr("agents.engine.outside.list_tools", for_ever)
    monkeypatch.setattr(catalogue, "PROBED_WITHIN", 0.05)
    with pytest.raises(TookTooLong):
        catalogue.listed_by(ToolServer(name="workshop", transport="http", url=url))


def test_what_is_due_is_looked_at_beside_everything_else(monkeypatch):
    looked = []
    prober = catalogue.Prober()
    monkeypatch.setattr(catalogue, "probe_due", lambda: looked.append(1))
    prober.run()
    assert looked == [1]

    def trouble():
        raise RuntimeError("The database is away.")

    monkeypatch.setattr(catalogue, "probe_due", trouble)
    prober.run()  # told in the log, and tried again at the next sweep


def test_the_prober_begins_only_when_something_is_due(workshop, monkeypatch):
    begun = []
    monkeypatch.setattr(catalogue.Prober, "run", lambda self: begun.append(1))
    prober = catalogue.Prober()
    prober.look()
    prober.thread.join(WAIT)
    assert begun == [1]
    ToolServer.objects.update(enabled=False)
    prober.look()
    assert begun == [1]


# How far a call is


class Client:
    def __init__(self):
        self.told = []

    async def report_progress(self, done, total, message):
        self.told.append((done, total, message))


async def test_what_falls_back_is_not_told_and_the_latest_is():
    client = Client()
    telling = Telling(client)
    for heard in ((2, 4, "two"), (1, 4, "one"), (3, 4, "x" * 500)):
        telling.note(heard)
        await telling.send_latest()
    await telling.send_latest()
    assert [done for done, _, _ in client.told] == [2, 3]
    assert len(client.told[-1][2]) == 200


async def test_a_long_silence_is_broken_by_a_sign_of_life(monkeypatch):
    monkeypatch.setattr("agents.mcp.progress.SILENT_FOR", 0.01)
    client = Client()
    telling = Telling(client)
    speaking = asyncio.create_task(telling.tell())
    while len(client.told) < 2:
        await asyncio.sleep(0.005)
    telling.hear(1, 2, "half")
    while client.told[-1][2] != "half":
        await asyncio.sleep(0.005)
    speaking.cancel()
    numbers = [done for done, _, _ in client.told]
    assert numbers == sorted(set(numbers))
