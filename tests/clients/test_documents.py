"""Documents as they grow: text that joins and is proved, over lines that break anywhere, in the client and in the terminal."""

import asyncio
import hashlib
import io
import os
import subprocess
import sys
from typing import Any

import pytest
from gateway_client import Backoff, CommandError, DocumentText, Gap, Gateway, Mismatch, ProtocolError, Unanswered
from gateway_client.screen import Screen

from tests.clients.conftest import PYTHON_CLIENT
from tests.clients.cutting import line_to
from tests.clients.scripted import STREAM, Frame, Peer, Waits, event, serving
from tests.clients.test_resuming import WAIT, gateway_at, take
from tests.realtime.conftest import Api

DOCUMENT = "document:7"
TEXT = "The hero 👩‍🚀 jumps: é, e\u0301 and 🎮."
QUICK = Backoff(base=0.01, cap=0.05)


def frame(type: str, stream: str = DOCUMENT, *, draft: int = 12, section: int = 31, **more: Any) -> Frame:
    return {"type": type, "stream": stream, "document_id": 7, "section_id": section, "draft": draft, **more}


def start(idx: int = 0, **more: Any) -> Frame:
    told = {"idx": idx, "heading": f"Heading {idx}", "sections_total": 2, "model": "template"}
    return frame("section_start", **told, cursor=f"{more.get('draft', 12)}.0", **more)


def chunk(begin: int, text: str, **more: Any) -> Frame:
    end = begin + len(text.encode())
    return frame("section_chunk", start=begin, end=end, text=text, cursor=f"{more.get('draft', 12)}.{end}", **more)


def end(text: str, status: str = "done", **more: Any) -> Frame:
    length = len(text.encode())
    told = {"length": length, "sha256": hashlib.sha256(text.encode()).hexdigest(), "tokens": 9, "elapsed_ms": 1200}
    return frame("section_end", status=status, cursor=f"{more.get('draft', 12)}.{length}.end", **{**told, **more})


def summary(revision: int = 1) -> Frame:
    told = {"revision": revision, "global_summary": "It jumps.", "sections_done": revision, "sections_total": 2}
    return {"type": "summary_update", "stream": DOCUMENT, "document_id": 7, **told}


def document_end(status: str = "ready") -> Frame:
    told = {"status": status, "sections_done": 1, "elapsed_ms": 3400}
    return {"type": "document_end", "stream": DOCUMENT, "document_id": 7, **told}


async def watched(frames: list[Frame], stream: str = DOCUMENT, **options: Any) -> list[Any]:
    """What an application gets when the server sends these frames: names of types and of losses."""

    async def script(peer: Peer) -> None:
        await peer.subscribed()
        for each in frames:
            await peer.send(each)
        await peer.send(frame("end_of_test", stream))
        await peer.until_gone()

    found: list[Any] = []
    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        subscription = gateway.subscribe(stream, sections=True, **options)
        try:
            async for item in subscription.with_losses():
                if not isinstance(item, Exception) and item.type == "end_of_test":
                    break
                found.append(item if isinstance(item, Exception) else item.type)
        except ProtocolError as error:
            found.append(error)
    return found


async def test_a_line_cut_at_every_byte_of_a_text_with_emoji_loses_no_byte():
    """However the server cuts: each connection brings one character more, and the client asks for what follows."""
    asked = []

    async def script(peer: Peer) -> None:
        after = (await peer.subscribed()).get("after")
        asked.append(after)
        at = int(after.split(".")[1]) if after else 0
        await peer.send(*([start()] if after is None else []), *next_character(at))
        if at + len(next_character(at)[0]["text"].encode()) >= len(TEXT.encode()):
            await peer.send(end(TEXT), summary(), document_end())
            await peer.until_gone()
        peer.cut()

    document = DocumentText()
    async with serving(script) as url, gateway_at(url, Waits()) as gateway:
        async with asyncio.timeout(WAIT):
            async for item in gateway.subscribe(DOCUMENT, sections=True):
                document.apply(item.data)
                if item.type == "document_end":
                    break
    assert document.text == TEXT
    assert (document.status, document.sections[0].status, document.sections[0].begins) == ("ready", "done", 0)
    assert asked == [None, *(f"12.{len(TEXT[:place].encode())}" for place in range(1, len(TEXT)))]


def next_character(at: int) -> list[Frame]:
    rest = TEXT.encode()[at:].decode()
    return [chunk(at, rest[:1])]


async def test_missing_bytes_are_a_gap_and_the_text_after_them_comes():
    found = await watched([start(), chunk(0, "one"), chunk(5, "two"), end("one..two")])
    gap = found.pop(2)
    assert found == ["section_start", "section_chunk", "section_chunk", "section_end"]
    assert isinstance(gap, Gap)
    assert (gap.draft, gap.after, gap.before) == (12, 3, 5)
    assert "bytes 3 to 5 of draft 12" in str(gap)


async def test_an_end_beyond_the_text_is_a_gap():
    found = await watched([start(), chunk(0, "one"), end("one and more")])
    assert [type(each).__name__ for each in found] == ["str", "str", "Gap", "str"]


async def test_text_that_came_already_is_an_error_of_the_protocol():
    found = await watched([start(), chunk(0, "one"), chunk(0, "one")])
    assert isinstance(found[-1], ProtocolError)


async def test_a_text_that_does_not_end_where_it_says_is_an_error_of_the_protocol():
    found = await watched([start(), {**chunk(0, "🎮"), "end": 1}])
    assert isinstance(found[-1], ProtocolError)


async def test_a_text_with_another_sha256_than_its_end_tells_is_told():
    found = await watched([start(), chunk(0, "one"), end("two")])
    assert isinstance(found[2], Mismatch)
    assert found[2].draft == 12


@pytest.mark.parametrize(
    ("after", "first", "is_right"),
    [("12.3", 3, True), ("12.3", 5, False), ("11.9.end", 0, True), ("11.9.end", 3, False), (None, 3, False)],
)
async def test_the_first_piece_follows_the_cursor_from_which_it_was_resumed(after, first, is_right):
    before = [start()] if after == "11.9.end" and is_right else []
    found = await watched([*before, chunk(first, "two")], after=after)
    assert [type(each).__name__ for each in found] == ["str"] * (len(before) + 1) if is_right else ["Gap", "str"]


async def test_resumed_in_mid_draft_its_beginning_cannot_be_checked_and_is_not():
    assert await watched([chunk(3, "two"), end("onetwo")], after="12.3") == ["section_chunk", "section_end"]
    assert await watched([end("one")], after="12.3") == ["section_end"]


async def test_sections_in_a_projects_stream_are_checked_from_where_they_begin_and_go_to_that_stream_alone():
    project = [chunk(40, "two", stream=STREAM), chunk(99, "four", stream=STREAM), event(1)]
    found = await watched([*project, chunk(0, "x", stream="document:8")], STREAM, after=0)
    assert [each if isinstance(each, str) else type(each) for each in found] == [
        "section_chunk",
        Gap,
        "section_chunk",
        "chat",
    ]


async def test_a_document_that_was_cut_before_its_first_text_is_asked_for_whole_again():
    asked = []

    async def first(peer: Peer) -> None:
        asked.append((await peer.subscribed(seq=12, cursor="12.9.end")).get("after"))
        peer.cut()

    async def second(peer: Peer) -> None:
        asked.append((await peer.subscribed(seq=12, cursor="12.9.end")).get("after"))
        await peer.send(start())
        await peer.until_gone()

    async with serving(first, second) as url, gateway_at(url, Waits()) as gateway:
        await take(gateway.subscribe(DOCUMENT, sections=True), 1)
    assert asked == [None, None]


def grown(*frames: Frame) -> DocumentText:
    document = DocumentText()
    for each in frames:
        document.apply(each)
    return document


def test_sections_grow_and_stand_in_the_documents_order():
    document = grown(
        start(1, draft=1, section=32), chunk(0, "second", draft=1, section=32), end("second", draft=1, section=32),
        start(0, draft=2), chunk(0, "fi", draft=2), chunk(2, "rst", draft=2), summary(1), {"type": "position"},
    )  # fmt: skip
    assert [(each.heading, each.text, each.status) for each in document.sections] == [
        ("Heading 0", "first", "writing"),
        ("Heading 1", "second", "done"),
    ]
    assert (document.text, document.global_summary) == ("first\n\nsecond", "It jumps.")
    assert (document.status, document.sections_done, document.sections_total) == ("writing", 1, 2)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_draft_that_came_to_nothing_gives_way_to_the_one_before(status: str):
    again = [start(draft=13), chunk(0, "ne", draft=13), end("ne", status, draft=13)]
    (section,) = grown(start(), chunk(0, "old"), end("old"), *again).sections
    assert (section.text, section.draft, section.status, section.length) == ("old", 12, "done", 3)
    (alone,) = grown(*again).sections
    assert (alone.text, alone.status) == ("ne", status)


def test_resumed_in_mid_draft_a_section_says_where_its_text_begins():
    (section,) = grown(chunk(3, "two"), end("onetwo")).sections
    assert (section.begins, section.length, section.text, section.idx) == (3, 6, "two", None)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_the_progress_in_its_last_line_and_a_file_only_the_text():
    frames = [start(), chunk(0, TEXT), end(TEXT), summary(), document_end()]
    shown = []
    for out in (io.StringIO(), Terminal()):
        with Screen(out) as screen:
            for each in frames:
                screen.show(each)
        shown.append(out.getvalue())
    plain, terminal = shown
    length = len(TEXT.encode())
    assert plain == (
        f"== section 1 of 2: Heading 0\n{TEXT}\n-- done: {length} bytes, 9 tokens, 1.2 s\n\n"
        "== summary\nIt jumps.\n-- document ready: 1 of 2 sections, 3.4 s\n"
    )
    assert f"section 1 of 2 · Heading 0 · {length} bytes · writing" in terminal
    assert terminal.endswith("\x1b8\n")


async def test_an_order_is_sent_once_and_a_lost_connection_is_told():
    async def lose(peer: Peer) -> None:
        await peer.welcome()
        assert (await peer.receive("generate"))["document_id"] == 7
        peer.cut()

    async def answer(peer: Peer) -> None:
        await peer.welcome()
        asked = await peer.receive("cancel")
        told = {"command": "cancel", "document_id": 7, "generation_id": 5}
        await peer.send({"type": "done", "reply_to": asked["id"], **told})
        asked = await peer.receive("generate")
        await peer.send(
            {"type": "error", "reply_to": asked["id"], "code": "nothing_to_write", "message": "All locked."}
        )
        await peer.until_gone()

    async with serving(lose, answer) as url, gateway_at(url, Waits()) as gateway, asyncio.timeout(WAIT):
        with pytest.raises(Unanswered):
            await gateway.generate(7)
        assert await gateway.cancel(7) == 5
        with pytest.raises(CommandError, match="nothing_to_write"):
            await gateway.generate(7)


@pytest.fixture
def document(api: Api, project: str) -> int:
    outline = [{"heading": "Core loop 🎮", "level": 1}, {"heading": "Art", "level": 1}]
    return api.post(f"projects/{project}/documents/", {"title": "GDD", "kind": "gdd", "outline": outline}, expect=201)[
        "id"
    ]


async def test_a_real_document_grows_over_a_line_that_breaks_as_the_gateway_has_it(api: Api, document: int):
    with line_to(api.server.url) as (line, url):
        async with Gateway(url, api.token, backoff=QUICK) as gateway, asyncio.timeout(30):
            run = await gateway.generate(document)
            text, ends = DocumentText(), 0
            async for item in gateway.subscribe(f"document:{document}", sections=True).with_losses():
                assert not isinstance(item, Exception), item
                text.apply(item.data)
                ends += item.type == "section_end"
                if item.type == "section_start":
                    line.cut()
                if item.type == "document_end":
                    break
            assert await gateway.cancel(document) == 0
    stored = api.get(f"documents/{document}/")
    assert [each.text for each in text.sections] == [each["content"] for each in stored["sections"]]
    assert (text.status, text.global_summary) == ("ready", stored["global_summary"])
    assert api.get(f"generations/{run}/")["status"] == "done"
    assert ends == 2


def test_the_command_has_a_document_written_and_shows_it(api: Api, document: int):
    env = {**os.environ, "GATEWAY_URL": api.server.url, "GATEWAY_TOKEN": api.token, "PYTHONPATH": str(PYTHON_CLIENT)}
    command = [sys.executable, "-m", "gateway_client", "watch", "document", str(document), "--generate"]
    made = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    stored = api.get(f"documents/{document}/")
    assert "== section 1 of 2: Core loop 🎮\n" in made.stdout
    assert all(section["content"] in made.stdout for section in stored["sections"])
    assert stored["global_summary"] in made.stdout
    assert "-- document ready: 2 of 2 sections" in made.stdout
    wrong = subprocess.run(
        [*command[:-3], "project:x", "--generate"], env=env, capture_output=True, text=True, timeout=20, check=False
    )
    assert wrong.returncode == 2
    assert "needs a document" in wrong.stderr
