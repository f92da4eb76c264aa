"""Nothing is left behind, nothing is kept without bound, and nothing is needed but one library."""

import asyncio
import gc
import subprocess
import sys
from typing import Any

import pytest
from gateway_client import Closed, Gateway

from tests.clients.conftest import PYTHON_CLIENT
from tests.clients.scripted import STREAM, Peer, Waits, event, serving
from tests.clients.test_resuming import WAIT, gateway_at, take


async def serve_on(peer: Peer) -> None:
    await peer.subscribed()
    await peer.send(event(1))
    await peer.until_gone()


async def test_leaving_closes_the_socket_with_1000_and_leaves_no_task():
    codes = []

    async def script(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(event(1))
        codes.append(await peer.until_gone())

    async with serving(script) as url:
        before = asyncio.all_tasks()
        async with gateway_at(url, Waits()) as gateway:
            await take(gateway.subscribe(STREAM, after=0), 1)
            inside = asyncio.all_tasks() - before
        assert not {task for task in inside if task.get_name().startswith("gateway") and not task.done()}
        async with asyncio.timeout(WAIT):
            while not codes:
                await asyncio.sleep(0)
    assert codes == [1000]


async def test_closing_ends_an_iteration_that_waits():
    async def collect(subscription: Any) -> list[int]:
        return [each.seq async for each in subscription]

    async with serving(serve_on) as url:
        async with gateway_at(url, Waits()) as gateway:
            subscription = gateway.subscribe(STREAM, after=0)
            collecting = asyncio.create_task(collect(subscription))
            async with asyncio.timeout(WAIT):
                while subscription.cursor != "1-0000abcd":
                    await asyncio.sleep(0)
        assert await collecting == [1]


async def test_cancelling_a_reader_loses_nothing():
    async def script(peer: Peer) -> None:
        await peer.subscribed()
        await cancelled.wait()
        await peer.send(event(1))
        await peer.until_gone()

    cancelled = asyncio.Event()
    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        subscription = gateway.subscribe(STREAM, after=0)
        reader = asyncio.ensure_future(anext(subscription))
        await asyncio.sleep(0)
        reader.cancel()
        await asyncio.wait([reader])
        cancelled.set()
        assert [each.seq for each in await take(subscription, 1)] == [1]


async def test_who_does_not_take_makes_the_server_wait():
    """20 MB do not fit into what client, server and system keep for a socket: the server is held up until they are taken."""
    total, big = 200, {"payload": {"text": "x" * 100_000}}
    sent = 0

    async def pour(peer: Peer) -> None:
        nonlocal sent
        await peer.subscribed()
        for seq in range(1, total + 1):
            await peer.send(event(seq, **big))
            sent = seq
        await peer.until_gone()

    async with serving(pour) as url, gateway_at(url, Waits(), buffer=10) as gateway:
        subscription = gateway.subscribe(STREAM, after=0)
        await take(subscription, 1)
        seen = -1
        while seen != sent:
            seen = sent
            await asyncio.sleep(0.05)
        assert len(subscription) <= 10
        assert sent < total
        assert [each.seq for each in await take(subscription, total - 1)] == list(range(2, total + 1))


async def test_a_closed_subscription_is_unsubscribed_and_may_be_made_anew():
    async def script(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(event(1))
        assert (await peer.receive("unsubscribe"))["stream"] == STREAM
        await peer.send(event(2))  # was under way
        await peer.answer_subscribe(seq=2)
        await peer.send(event(2))
        await peer.until_gone()

    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        subscription = gateway.subscribe(STREAM, after=0)
        with pytest.raises(ValueError, match="watches project:pixel-jumper already"):
            gateway.subscribe(STREAM)
        await take(subscription, 1)
        subscription.close()
        assert [each async for each in subscription] == []
        assert [each.seq for each in await take(gateway.subscribe(STREAM, after=1), 1)] == [2]


async def test_a_subscription_left_by_break_is_unsubscribed_and_holds_nobody_up():
    async def script(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(*(event(seq) for seq in range(1, 10)))
        assert (await peer.receive("unsubscribe"))["stream"] == STREAM
        asked = await peer.answer_subscribe()
        await peer.send(event(1, stream=asked["stream"]))
        await peer.until_gone()

    async with serving(script) as url, gateway_at(url, Waits(), buffer=2) as gateway:
        async with asyncio.timeout(WAIT):
            async for each in gateway.subscribe(STREAM, after=0):
                assert each.seq == 1
                break
        gc.collect()
        await asyncio.sleep(0)
        assert await take(gateway.subscribe("task:42", after=0), 1)


async def test_a_subscription_that_was_dropped_may_be_made_anew_at_once():
    async def script(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(event(1))
        assert (await peer.receive("unsubscribe"))["stream"] == STREAM
        await peer.answer_subscribe(seq=1)
        await peer.send(event(2))
        await peer.until_gone()

    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        await take(gateway.subscribe(STREAM, after=0), 1)
        gc.collect()
        assert [each.seq for each in await take(gateway.subscribe(STREAM, after=1), 1)] == [2]


async def test_no_socket_is_open_while_there_is_nothing_to_do():
    connections = 0

    async def script(peer: Peer) -> None:
        nonlocal connections
        connections += 1
        await peer.welcome()
        command = await peer.receive("publish")
        await peer.send({"type": "published", "reply_to": command["id"], "seq": 1, "cursor": "1-0", "id": "x"})
        await peer.close(4408, "nothing subscribed")

    waits, idle = Waits(), asyncio.Event()
    async with (
        serving(script) as url,
        gateway_at(url, waits, on_state=lambda state: idle.set() if state.name == "idle" else None) as gateway,
    ):
        for expected in (1, 2):
            async with asyncio.timeout(WAIT):
                await idle.wait()
                idle.clear()
                await gateway.publish("pixel-jumper", "chat", {"text": "hi"})
            assert connections == expected
        async with asyncio.timeout(WAIT):
            await idle.wait()
    assert waits == []


def test_outside_async_with_nothing_is_promised():
    with pytest.raises(Closed):
        Gateway("http://127.0.0.1:9", "token").subscribe(STREAM)


def test_it_needs_no_django():
    code = "import sys, gateway_client.__main__; print([name for name in sys.modules if name.startswith(('django', 'httpx'))])"
    done = subprocess.run([sys.executable, "-c", code], cwd=PYTHON_CLIENT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
