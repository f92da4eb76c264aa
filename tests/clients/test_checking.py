"""What the server promises is checked: a gap is told, a repetition is an error, whatever is no event is handed on."""

from typing import Any

import pytest
from gateway_client import CommandError, Frame, Gap, Gateway, ProtocolError

from tests.clients.scripted import STREAM, Peer, Waits, event, serving
from tests.clients.test_resuming import gateway_at, take


async def items_of(
    frames: list[dict[str, Any]], *, head: int = 0, subscribed: dict[str, Any] | None = None, **subscription: Any
) -> list[tuple[str, Any]]:
    """What an application gets when the server sends these frames: ("event", seq), ("gap", …) or ("error", …)."""

    async def script(peer: Peer) -> None:
        await peer.subscribed(**(subscribed or {"seq": head, "cursor": str(head)}))
        for frame in frames:
            await peer.send(frame)
        await peer.close(4401)

    found: list[tuple[str, Any]] = []
    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        items = gateway.subscribe(STREAM, **subscription).with_losses()
        try:
            async for item in items:
                if isinstance(item, Gap):
                    found.append(("gap", (item.after, item.before)))
                else:
                    found.append(("event", item.seq))
        except ProtocolError:
            found.append(("error", None))
        except Exception:
            return found
        return found


async def test_a_skipped_event_is_a_gap_and_the_event_after_it_comes():
    found = await items_of([event(1), event(4), event(5)], after=0)
    assert found == [("event", 1), ("gap", (1, 4)), ("event", 4), ("event", 5)]


@pytest.mark.parametrize(
    ("subscription", "head", "first", "gap"),
    [
        ({"after": 3}, 9, event(4), False),
        ({"after": "3-0000abcd"}, 9, event(5), True),
        ({}, 9, event(10), False),
        ({}, 9, event(11), True),
        ({"after": 0}, 9, event(1), False),
        ({"after": 0}, 9, event(2), True),
        ({"after": 3, "types": ["chat"]}, 9, event(8, prev=2), False),
        ({"after": 3, "types": ["chat"]}, 9, event(8, prev=5), True),
    ],
)
async def test_the_first_event_follows_where_the_subscription_began(subscription, head, first, gap):
    found = await items_of([first], head=head, **subscription)
    assert [kind for kind, _ in found] == ["gap", "event"] if gap else ["event"]


async def test_a_trimmed_log_begins_with_the_first_event_that_is_kept():
    trimmed = {"seq": 9, "missed": 4}
    for types in ([], ["chat"]):
        assert await items_of([event(6)], subscribed=trimmed, after=0, types=types) == [("event", 6)]
    assert await items_of([event(7)], subscribed=trimmed, after=0) == [("gap", (5, 7)), ("event", 7)]


async def test_under_a_filter_an_event_that_was_trimmed_meanwhile_is_no_gap():
    position = {"type": "position", "stream": STREAM, "seq": 100, "cursor": "100-0000abcd"}
    found = await items_of([event(5, prev=0), position, event(120, prev=49)], after=0, types=["chat"])
    assert found == [("event", 5), ("event", 120)]


async def test_under_a_filter_prev_names_the_last_event_that_was_wanted():
    found = await items_of([event(2, prev=0), event(7, prev=2), event(9, prev=8)], after=0, types=["chat"])
    assert found == [("event", 2), ("event", 7), ("gap", (7, 9)), ("event", 9)]


@pytest.mark.parametrize("again", [event(2), event(1), event(4, prev=4)])
async def test_an_event_that_came_before_is_an_error_of_the_protocol(again):
    assert await items_of([event(1), event(2), again], after=0) == [("event", 1), ("event", 2), ("error", None)]


async def test_an_event_from_before_a_position_is_an_error_of_the_protocol():
    position = {"type": "position", "stream": STREAM, "seq": 5, "cursor": "5-0000abcd"}
    assert await items_of([position, event(4, prev=0)], after=0, types=["chat"]) == [("error", None)]


@pytest.mark.parametrize("text", ["[]", "no JSON", '{"seq": 1}', '{"type": "batch"}', '{"type": "subscribed"}', "1"])
async def test_what_is_no_frame_is_an_error_of_the_protocol(text: str):
    async def script(peer: Peer) -> None:
        await peer.subscribed()
        await peer.connection.send(text)
        await peer.until_gone()

    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        with pytest.raises(ProtocolError):
            await take(gateway.subscribe(STREAM), 1)


async def test_frames_of_sections_are_handed_on_and_a_document_resumes_from_their_cursor():
    asked = []
    chunk = {
        "type": "section_chunk",
        "stream": "document:7",
        "document_id": 7,
        "draft": 12,
        "start": 0,
        "end": 5,
        "text": "Hello",
        "cursor": "12.5",
    }

    async def first(peer: Peer) -> None:
        asked.append(await peer.subscribed())
        await peer.send({**chunk, "type": "section_start", "cursor": "12.0"}, chunk)
        peer.cut()

    async def second(peer: Peer) -> None:
        asked.append(await peer.subscribed())
        await peer.send({"type": "document_end", "stream": "document:7", "document_id": 7, "status": "ready"})
        await peer.until_gone()

    async with serving(first, second) as url, gateway_at(url, Waits()) as gateway:
        document = gateway.subscribe("document:7", sections=True)
        frames = await take(document, 3)
        assert document.cursor == "12.5"
    assert [(each.type, each.cursor) for each in frames] == [
        ("section_start", "12.0"),
        ("section_chunk", "12.5"),
        ("document_end", None),
    ]
    assert type(frames[1]) is Frame
    assert frames[1].data["text"] == "Hello"
    assert [each.get("after") for each in asked] == [None, "12.5"]


async def test_sections_in_a_projects_stream_do_not_move_its_cursor():
    async def script(peer: Peer) -> None:
        assert (await peer.subscribed())["sections"] is True
        await peer.send(event(1))
        about = {"stream": STREAM, "document_id": 7, "draft": 12, "cursor": "12.5"}
        await peer.send({"type": "section_chunk", **about, "start": 0, "end": 5, "text": "Hello"})
        await peer.until_gone()

    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        project = gateway.subscribe(STREAM, after=0, sections=True)
        assert [each.type for each in await take(project, 2)] == ["chat", "section_chunk"]
        assert project.cursor == "1-0000abcd"


async def test_an_event_may_be_called_error():
    assert await items_of([event(1, type="error")], after=0) == [("event", 1)]


async def test_a_stream_that_cannot_be_subscribed_to_raises_what_the_gateway_says():
    async def script(peer: Peer) -> None:
        await peer.welcome()
        asked = await peer.receive("subscribe")
        errors = {"types": ["No event type matches 'tusk.*'."]}
        await peer.send(
            {"type": "error", "reply_to": asked["id"], "code": "invalid", "message": "No.", "errors": errors}
        )
        await peer.answer_subscribe()
        await peer.send(event(1))
        await peer.until_gone()

    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        with pytest.raises(CommandError, match="No") as refused:
            await take(gateway.subscribe(STREAM, types=["tusk.*"]), 1)
        assert (refused.value.code, refused.value.message) == ("invalid", "No.")
        assert refused.value.errors["types"] == ["No event type matches 'tusk.*'."]
        assert await take(gateway.subscribe(STREAM, after=0), 1)


async def test_a_server_in_trouble_with_a_subscription_is_asked_again_later():
    async def trouble(peer: Peer) -> None:
        await peer.welcome()
        asked = await peer.receive("subscribe")
        await peer.send({"type": "error", "reply_to": asked["id"], "code": "internal_error", "message": "Our fault."})
        await peer.until_gone()

    async def well(peer: Peer) -> None:
        await peer.subscribed()
        await peer.send(event(1))
        await peer.until_gone()

    waits = Waits()
    async with serving(trouble, well) as url, gateway_at(url, waits) as gateway:
        assert await take(gateway.subscribe(STREAM, after=0), 1)
    assert len(waits) == 1


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_is_said_to_be_none(url: str):
    with pytest.raises(ValueError, match="address of a gateway"):
        Gateway(url, "token")
