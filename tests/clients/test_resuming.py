"""A lost connection is no loss: each subscription goes on where it was, after a wait that grows and is never the same."""

import asyncio
from typing import Any

import pytest
from gateway_client import Backoff, Gateway, Lost, Refused, State

from tests.clients.scripted import STREAM, Peer, Waits, event, serving

WAIT = 10


def gateway_at(url: str, waits: Waits, **options: Any) -> Gateway:
    options.setdefault("backoff", Backoff(base=1, cap=8, random=lambda: 1.0))
    return Gateway(url, "token", sleep=waits.sleep, **options)


async def take(subscription: Any, count: int) -> list[Any]:
    async with asyncio.timeout(WAIT):
        return [await anext(subscription) for _ in range(count)]


async def test_it_resumes_with_its_last_cursor_after_a_lost_connection():
    asked = []

    async def first(peer: Peer) -> None:
        asked.append(await peer.subscribed(seq=2))
        await peer.send(event(1), event(2))
        peer.cut()

    async def second(peer: Peer) -> None:
        asked.append(await peer.subscribed(seq=3))
        await peer.send(event(3))
        await peer.until_gone()

    waits = Waits()
    async with serving(first, second) as url, gateway_at(url, waits) as gateway:
        subscription = gateway.subscribe(STREAM, after=0)
        events = await take(subscription, 3)
        assert subscription.cursor == "3-0000abcd"
    assert [each.seq for each in events] == [1, 2, 3]
    assert [each.get("after") for each in asked] == ["0", "2-0000abcd"]
    assert waits == [1.0]


async def test_one_that_is_live_only_resumes_from_where_it_began_though_no_event_came():
    asked = []

    async def first(peer: Peer) -> None:
        asked.append(await peer.subscribed(seq=7, cursor="7-0000abcd"))
        peer.cut()

    async def second(peer: Peer) -> None:
        asked.append(await peer.subscribed(seq=8))
        await peer.send(event(8))
        await peer.until_gone()

    async with serving(first, second) as url, gateway_at(url, Waits()) as gateway:
        assert [each.seq for each in await take(gateway.subscribe(STREAM), 1)] == [8]
    assert [each.get("after") for each in asked] == [None, "7-0000abcd"]


async def test_a_position_moves_the_cursor_of_a_filtered_subscription():
    asked = []

    async def first(peer: Peer) -> None:
        asked.append(await peer.subscribed(seq=4))
        await peer.send(event(2, prev=0))
        await peer.send({"type": "position", "stream": STREAM, "seq": 9, "cursor": "9-0000abcd"})
        peer.cut()

    async def second(peer: Peer) -> None:
        asked.append(await peer.subscribed(seq=9))
        await peer.send(event(12, prev=2))
        await peer.until_gone()

    async with serving(first, second) as url, gateway_at(url, Waits()) as gateway:
        events = await take(gateway.subscribe(STREAM, after=1, types=["chat"]), 2)
    assert [each.seq for each in events] == [2, 12]
    assert [(each["after"], each["types"]) for each in asked] == [("1", ["chat"]), ("9-0000abcd", ["chat"])]


async def test_the_stored_cursor_follows_what_was_taken_and_not_what_has_arrived():
    async def script(peer: Peer) -> None:
        await peer.subscribed(seq=2)
        await peer.send(event(1), event(2), {"type": "position", "stream": STREAM, "seq": 5, "cursor": "5-0000abcd"})
        await peer.send(event(6, prev=2))
        await peer.until_gone()

    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        subscription = gateway.subscribe(STREAM, after=0, types=["chat"])
        cursors = [subscription.cursor]
        for _ in range(3):
            await take(subscription, 1)
            cursors.append(subscription.cursor)
    assert cursors == ["0", "1-0000abcd", "2-0000abcd", "6-0000abcd"]


async def test_waits_double_up_to_a_cap_each_with_full_jitter_and_begin_anew_once_it_works():
    async def refuse(peer: Peer) -> None:
        peer.cut()

    async def work_once(peer: Peer) -> None:
        await peer.subscribed()
        peer.cut()

    async def end(peer: Peer) -> None:
        await peer.close(4401)

    waits, chances = Waits(), iter([1, 1, 0.5, 1, 1, 0.25, 0])
    backoff = Backoff(base=1, cap=8, random=lambda: next(chances))
    async with serving(*[refuse] * 5, work_once, end) as url, gateway_at(url, waits, backoff=backoff) as gateway:
        with pytest.raises(Refused):
            await take(gateway.subscribe(STREAM), 1)
    assert waits == [1, 2, 2, 8, 8, 0.25]


async def test_after_closing_it_stays_away_as_long_as_it_is_asked_to():
    states: list[State] = []

    async def restarting(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send({"type": "closing", "reason": "restart", "retry_after_ms": 1200})
        await peer.close(4503, "restart")

    async def back(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(event(1))
        await peer.until_gone()

    waits = Waits()
    backoff = Backoff(base=1, cap=8, random=lambda: 0.5)
    async with (
        serving(restarting, back) as url,
        gateway_at(url, waits, backoff=backoff, on_state=states.append) as gateway,
    ):
        await take(gateway.subscribe(STREAM, after=0), 1)
    assert waits == [1.7]
    assert [each.name for each in states][-6:] == ["connecting", "open", "waiting", "connecting", "open", "closed"]
    assert State("waiting", 1.7, "restart (4503)") in states


@pytest.mark.parametrize("code", [4400, 4401, 4403, 4404])
async def test_a_final_no_ends_it_at_once_and_says_so(code: int):
    async def refuse(peer: Peer) -> None:
        await peer.close(code, "not for you")

    waits = Waits()
    async with serving(refuse) as url, gateway_at(url, waits) as gateway:
        subscription = gateway.subscribe(STREAM)
        for _ in range(2):
            with pytest.raises(Refused, match=f"not for you.*{code}") as refused:
                await take(subscription, 1)
        with pytest.raises(Refused):
            await gateway.publish("pixel-jumper", "chat", {"text": "hi"})
    assert refused.value.code == code
    assert waits == []


@pytest.mark.parametrize("code", [1001, 1011, 1012, 4408, 4429, 4503])
async def test_any_other_close_is_followed_by_another_try(code: int):
    async def close(peer: Peer) -> None:
        await peer.close(code)

    async def serve_on(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(event(1))
        await peer.until_gone()

    async with serving(close, serve_on) as url, gateway_at(url, Waits()) as gateway:
        assert await take(gateway.subscribe(STREAM, after=0), 1)


async def test_a_line_that_fell_silent_counts_as_lost():
    async def silent(peer: Peer) -> None:
        await peer.welcome(heartbeat_seconds=0.02)
        await peer.answer_subscribe()
        await peer.until_gone()

    async def serve_on(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(event(1))
        await peer.until_gone()

    async with serving(silent, serve_on) as url, gateway_at(url, Waits()) as gateway:
        assert await take(gateway.subscribe(STREAM, after=0), 1)


async def test_many_streams_share_one_socket_and_each_resumes_by_itself():
    asked: list[list[tuple[str, str]]] = [[], []]
    other = "task:42"

    async def first(peer: Peer) -> None:
        await peer.welcome()
        for _ in range(2):
            command = await peer.answer_subscribe()
            asked[0].append((command["stream"], command["after"]))
        await peer.send(event(1), event(4, prev=0, stream=other), event(2))
        peer.cut()

    async def second(peer: Peer) -> None:
        await peer.welcome()
        for _ in range(2):
            command = await peer.answer_subscribe()
            asked[1].append((command["stream"], command["after"]))
        await peer.send(event(7, prev=4, stream=other), event(3))
        await peer.until_gone()

    async with serving(first, second) as url, gateway_at(url, Waits()) as gateway:
        project, task = gateway.subscribe(STREAM, after=0), gateway.subscribe(other, after=0)
        assert [each.seq for each in await take(task, 2)] == [4, 7]
        assert [each.seq for each in await take(project, 3)] == [1, 2, 3]
    assert asked == [[(STREAM, "0"), (other, "0")], [(STREAM, "2-0000abcd"), (other, "4-0000abcd")]]


async def test_a_position_that_the_log_cannot_continue_is_told_and_iterating_goes_on_from_the_head():
    async def rewound(peer: Peer) -> None:
        await peer.subscribed(seq=40, cursor="40-0000abcd", recovered=False, reason="rewound")
        await peer.send(event(41))
        await peer.until_gone()

    async with serving(rewound) as url, gateway_at(url, Waits()) as gateway:
        subscription = gateway.subscribe(STREAM, after="99-12345678")
        with pytest.raises(Lost) as lost:
            await take(subscription, 1)
        assert (lost.value.reason, lost.value.after, lost.value.cursor) == ("rewound", 99, "40-0000abcd")
        assert subscription.cursor == "40-0000abcd"
        assert [each.seq for each in await take(subscription, 1)] == [41]


async def test_with_losses_they_come_among_the_events():
    async def rewound(peer: Peer) -> None:
        await peer.subscribed(seq=40, cursor="40-0000abcd", recovered=False, reason="rewound")
        await peer.send(event(41), event(43))
        await peer.until_gone()

    async with serving(rewound) as url, gateway_at(url, Waits()) as gateway:
        items = gateway.subscribe(STREAM, after="99-12345678").with_losses()
        found = [type(each).__name__ for each in await take(items, 4)]
        await items.aclose()
    assert found == ["Lost", "Event", "Gap", "Event"]


async def test_a_resync_is_told_and_the_stream_is_subscribed_anew_from_where_it_says():
    asked = []

    async def trim(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(event(1))
        await peer.send({"type": "resync", "stream": STREAM, "reason": "trimmed", "seq": 500, "cursor": "500-0000abcd"})
        asked.append(await peer.answer_subscribe(seq=500))
        await peer.send(event(501))
        await peer.until_gone()

    async with serving(trim) as url, gateway_at(url, Waits()) as gateway:
        subscription = gateway.subscribe(STREAM, after=0)
        await take(subscription, 1)
        with pytest.raises(Lost, match="trimmed"):
            await take(subscription, 1)
        assert [each.seq for each in await take(subscription, 1)] == [501]
    assert asked[0]["after"] == "500-0000abcd"


async def test_a_revoked_subscription_ends_and_the_others_go_on():
    other = "task:42"

    async def revoke(peer: Peer) -> None:
        await peer.welcome()
        await peer.answer_subscribe()
        await peer.answer_subscribe()
        await peer.send({"type": "resync", "stream": STREAM, "reason": "revoked", "seq": 0, "cursor": "0"})
        await peer.send(event(4, prev=0, stream=other))
        await peer.until_gone()

    async with serving(revoke) as url, gateway_at(url, Waits()) as gateway:
        project, task = gateway.subscribe(STREAM, after=0), gateway.subscribe(other, after=0)
        with pytest.raises(Refused, match="no longer yours"):
            await take(project, 1)
        assert [each.seq for each in await take(task, 1)] == [4]


async def test_a_token_may_be_fetched_anew_for_each_connection_and_a_failure_to_is_tried_again():
    seen = []
    answers = iter(["one", OSError("no network"), "two"])

    async def token() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def first(peer: Peer) -> None:
        seen.append(peer.connection.request.headers["Authorization"])
        await peer.subscribed()
        peer.cut()

    async def second(peer: Peer) -> None:
        seen.append(peer.connection.request.headers["Authorization"])
        await peer.subscribed()
        await peer.send(event(1))
        await peer.until_gone()

    waits = Waits()
    async with serving(first, second) as url, Gateway(url, token, sleep=waits.sleep) as gateway:
        await take(gateway.subscribe(STREAM, after=0), 1)
    assert seen == ["Bearer one", "Bearer two"]
    assert len(waits) == 2
