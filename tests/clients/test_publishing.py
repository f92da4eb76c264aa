"""What is published is stored once, however often the line breaks before the answer comes."""

import asyncio
from typing import Any

import pytest
from gateway_client import Closed, CommandError
from gateway_client.pace import Pace

from tests.clients.scripted import STREAM, Frame, Peer, Waits, event, serving
from tests.clients.test_resuming import WAIT, gateway_at, take


def answer(command: Frame, seq: int = 1) -> Frame:
    return {"type": "published", "reply_to": command["id"], "seq": seq, "cursor": f"{seq}-0000abcd", "id": f"id-{seq}"}


async def chat(gateway: Any, text: str = "hi", **more: Any) -> Any:
    async with asyncio.timeout(WAIT):
        return await gateway.publish("pixel-jumper", "chat", {"text": text}, **more)


async def test_it_is_sent_again_with_the_same_key_until_it_is_answered():
    commands = []

    async def lose(peer: Peer) -> None:
        await peer.welcome()
        commands.append(await peer.receive("publish"))
        peer.cut()

    async def store(peer: Peer) -> None:
        await peer.welcome()
        commands.append(await peer.receive("publish"))
        await peer.send(answer(commands[-1], 5))
        commands.append(await peer.receive("publish"))
        await peer.send(answer(commands[-1], 6))
        await peer.until_gone()

    async with serving(lose, store) as url, gateway_at(url, Waits()) as gateway:
        first = await chat(gateway, task="T-003")
        second = await chat(gateway)
    lost, again, other = commands
    assert lost == again
    assert (lost["project_id"], lost["type"], lost["task"], lost["payload"]) == (
        "pixel-jumper",
        "chat",
        "T-003",
        {"text": "hi"},
    )
    assert lost["key"] != other["key"]
    assert (first.seq, first.cursor, first.id, second.seq) == (5, "5-0000abcd", "id-5", 6)


async def test_the_authors_own_key_is_sent():
    async def store(peer: Peer) -> None:
        await peer.welcome()
        command = await peer.receive("publish")
        assert command["key"] == "my-1"
        await peer.send(answer(command))
        await peer.until_gone()

    async with serving(store) as url, gateway_at(url, Waits()) as gateway:
        await chat(gateway, key="my-1")


async def test_what_the_gateway_will_not_have_is_raised():
    async def refuse(peer: Peer) -> None:
        await peer.welcome()
        command = await peer.receive("publish")
        errors = {"payload.text": ["Field required"]}
        await peer.send(
            {"type": "error", "reply_to": command["id"], "code": "invalid", "message": "No.", "errors": errors}
        )
        await peer.until_gone()

    async with serving(refuse) as url, gateway_at(url, Waits()) as gateway:
        with pytest.raises(CommandError) as refused:
            await chat(gateway)
    assert (refused.value.code, refused.value.errors) == ("invalid", {"payload.text": ["Field required"]})


async def test_an_event_too_large_fails_alone():
    async def too_large(peer: Peer) -> None:
        await peer.welcome()
        for _ in range(2):
            await peer.receive("publish")
        await peer.close(4413, "frame too large")

    async def store(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(answer(await peer.receive("publish")))
        await peer.until_gone()

    async with serving(too_large, store) as url, gateway_at(url, Waits()) as gateway:
        small, large = await asyncio.gather(chat(gateway), chat(gateway, "x" * 999), return_exceptions=True)
    assert small.seq == 1
    assert isinstance(large, CommandError)
    assert large.code == "too_large"


async def test_only_so_many_wait_for_their_answers_at_once():
    async def count(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(answer(await peer.receive("publish")))
        first = [await peer.receive("publish") for _ in range(32)]
        await peer.answer_subscribe()  # which was sent after them, and before the others
        for command in first:
            await peer.send(answer(command))
        for _ in range(18):
            await peer.send(answer(await peer.receive("publish")))
        await peer.until_gone()

    async with serving(count) as url, gateway_at(url, Waits()) as gateway:
        await chat(gateway)
        saying = [asyncio.create_task(chat(gateway)) for _ in range(50)]
        await asyncio.sleep(0)
        subscription = gateway.subscribe(STREAM)
        assert len(await asyncio.gather(*saying)) == 50
        subscription.close()


async def test_a_reader_may_publish_while_more_waits_for_it_than_it_takes():
    async def flood(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(*(event(seq) for seq in range(1, 10)))
        command = await peer.receive("publish")
        await peer.send(*(event(seq) for seq in range(10, 20)))
        await peer.send(answer(command, 20))
        await peer.until_gone()

    async with serving(flood) as url, gateway_at(url, Waits(), buffer=3) as gateway:
        subscription = gateway.subscribe(STREAM, after=0)
        await take(subscription, 1)
        assert (await chat(gateway)).seq == 20
        assert [each.seq for each in await take(subscription, 18)] == list(range(2, 20))


async def test_a_publication_that_nobody_waits_for_any_more_is_not_sent_again():
    arrived = asyncio.Event()

    async def ignore(peer: Peer) -> None:
        await peer.welcome()
        await peer.receive("publish")
        arrived.set()
        await peer.receive("publish")
        peer.cut()

    async def store(peer: Peer) -> None:
        await peer.welcome()
        command = await peer.receive("publish")
        assert command["payload"] == {"text": "second"}
        await peer.send(answer(command))
        await peer.until_gone()

    async with serving(ignore, store) as url, gateway_at(url, Waits()) as gateway:
        first = asyncio.create_task(chat(gateway, "first"))
        await arrived.wait()
        first.cancel()
        await asyncio.wait([first])
        assert (await chat(gateway, "second")).seq == 1


async def test_closing_ends_what_waits_for_an_answer():
    async def ignore(peer: Peer) -> None:
        await peer.welcome()
        await peer.receive("publish")
        arrived.set()
        await peer.until_gone()

    arrived = asyncio.Event()
    async with serving(ignore) as url:
        async with gateway_at(url, Waits()) as gateway:
            saying = asyncio.create_task(chat(gateway))
            await arrived.wait()
        with pytest.raises(Closed):
            await saying
        with pytest.raises(Closed):
            await chat(gateway)


async def test_half_a_character_is_refused_before_it_is_sent():
    async with gateway_at("http://127.0.0.1:9", Waits()) as gateway:
        with pytest.raises(ValueError, match="surrogates"):
            await chat(gateway, "\ud83c")


async def test_more_than_the_gateway_bears_at_once_is_sent_at_the_pace_that_it_tells():
    async def store(peer: Peer) -> None:
        await peer.send({"type": "welcome", "heartbeat_seconds": 25, "commands_per_second": 4})
        for seq in range(6):
            await peer.send(answer(await peer.receive("publish"), seq + 1))
        await peer.until_gone()

    waits = Waits()
    async with serving(store) as url, gateway_at(url, waits) as gateway:
        published = await asyncio.gather(*(chat(gateway) for _ in range(6)))
    assert [each.seq for each in published] == [1, 2, 3, 4, 5, 6]
    assert len(waits) == 2
    assert all(0 < seconds <= 0.5 for seconds in waits)


def test_a_pace_lets_so_many_go_at_once_and_then_one_by_one():
    pace = Pace(4)
    assert [pace.next(100.0) for _ in range(6)] == [0, 0, 0, 0, 0.25, 0.5]
    assert [pace.next(200.0) for _ in range(5)] == [0, 0, 0, 0, 0.25]
    assert {Pace().next(1.0) for _ in range(100)} == {0.0}
