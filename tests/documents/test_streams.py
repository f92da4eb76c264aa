"""Whoever reads a document's stream, in whatever pieces, from whatever place, however slowly, gets the same bytes, once."""

import asyncio
import random
import threading
from typing import Any

import pytest

from documents import reading, streaming
from documents.models import Document, Draft
from documents.places import START, Place, parse_cursor
from documents.reading import read_current, read_place
from gamedev_gateway.core.actors import Actor
from plans import services
from plans.models import Project, Role
from realtime import doorbell
from realtime.connection import QUEUE_FRAMES
from realtime.hub import Hub
from tests.documents.drafts_seen import Seen, prose
from tests.documents.streams_by_hand import (
    Watcher,
    append,
    begin,
    end,
    end_run,
    frames_of,
    make_document,
    read_on,
    write_run,
)
from tests.realtime import readers

hub = readers.hub
ENDED = (Draft.Status.DONE, Draft.Status.FAILED, Draft.Status.CANCELLED)


def random_document(project: Project, chance: random.Random) -> Document:
    """A document with a past: drafts that ended in every way, written by hand meanwhile, and perhaps one still open."""
    document = make_document(project)
    for _ in range(chance.randint(0, 9)):
        draft = begin(document, chance.randrange(3), prose(chance))
        if chance.random() < 0.3:
            end(begin(document, chance.randrange(3), prose(chance)))  # by hand, while the other is written
        end(draft, chance.choice(ENDED))
    if chance.random() < 0.5:
        begin(document, chance.randrange(3), prose(chance))
        if chance.random() < 0.5:
            end(begin(document, chance.randrange(3), prose(chance)))
    else:
        end_run(document, chance.choice([Document.Status.READY, Document.Status.FAILED]))
    return document


def check_whole(seen: Seen, document: Document, *, among: Any = None) -> None:
    """What was seen is what is stored: every draft, or those among the numbers given."""
    assert seen.faults == []
    stored = {draft.number: draft for draft in document.drafts.all() if among is None or draft.number in among}
    assert {number: text.decode() for number, text in seen.texts.items()} == {n: d.text for n, d in stored.items()}
    assert {n: seen.status_of(n) for n in seen.ends} == {n: d.status for n, d in stored.items() if d.status in ENDED}


def readable(document: Document) -> list[int]:
    """The numbers of the drafts up to the first open one: what comes later waits for its end."""
    numbers = list(document.drafts.order_by("number").values_list("number", "status"))
    open_ones = [number for number, status in numbers if status not in ENDED]
    return [number for number, _ in numbers if not open_ones or number <= open_ones[0]]


# What is stored


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(15))
def test_a_stream_read_in_pieces_is_the_stream_read_in_one_go(project: Project, monkeypatch: Any, seed: int) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(reading, "MOST_DRAFTS", chance.choice([2, 3, 20]))
    monkeypatch.setattr(reading, "LARGEST_CHUNK", chance.choice([30, 32_768]))
    document = random_document(project, chance)
    whole, last = read_on(document, START)
    seen = Seen().take(whole)
    check_whole(seen, document, among=readable(document))
    assert last == read_place(document.pk)
    for _ in range(6):
        cut = chance.randint(0, len(whole))
        resumed = Seen().take(whole[:cut])
        place = parse_cursor(resumed.cursor)
        assert place is not None
        assert reading.has_been_at(document.pk, place)
        resumed.take(read_on(document, place)[0])
        check_whole(resumed, document, among=readable(document))
        assert resumed.begun == seen.begun
        assert [each["revision"] for each in resumed.summaries[-1:]] == [
            each["revision"] for each in seen.summaries[-1:]
        ]
        assert len(resumed.document_ends) >= len(seen.document_ends)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(15))
def test_a_reader_never_passes_the_place_up_to_which_it_may_read(project: Project, seed: int) -> None:
    """And when it may read on, nothing is missing and nothing comes twice, whatever happened between."""
    chance = random.Random(seed)
    document = make_document(project)
    seen, current, place = Seen(), Seen(), START
    began_current = False
    at_current: Place | None = None
    for _ in range(chance.randint(2, 6)):
        draft = begin(document, chance.randrange(3), prose(chance))
        up_to = read_place(document.pk)
        if chance.random() < 0.5:
            append(draft, prose(chance))
        if chance.random() < 0.5:
            end(draft, chance.choice(ENDED))
        told, place = read_on(document, place, up_to)
        assert place == up_to
        seen.take(told)
        if not began_current and chance.random() < 0.4:
            stretch = read_current(document.pk, "document:1", up_to)
            current.take(frames_of(stretch))
            began_current, at_current = True, stretch.place
            assert at_current.of_text == up_to.of_text
        elif at_current is not None:
            told, at_current = read_on(document, at_current, up_to)
            current.take(told)
        if draft.status not in ENDED:
            end(draft, chance.choice(ENDED))
    end_run(document)
    up_to = read_place(document.pk)
    check_whole(seen.take(read_on(document, place, up_to)[0]), document)
    assert len(seen.document_ends) == 1
    if at_current is not None:
        current.take(read_on(document, at_current, up_to)[0])
        check_whole(current, document, among=current.texts)
        wanted = set(document.sections.exclude(current_draft=None).values_list("current_draft__number", flat=True))
        assert wanted <= current.texts.keys()
        assert len(current.document_ends) == 1


@pytest.mark.django_db
def test_who_comes_late_gets_the_current_drafts_and_the_one_being_written(project: Project) -> None:
    document = make_document(project)
    for text in ("superseded", "failed", "current"):
        end(begin(document, 0, text), Draft.Status.FAILED if text == "failed" else Draft.Status.DONE)
    begin(document, 1, "half a sen")
    stretch = read_current(document.pk, "document:1", read_place(document.pk))
    seen = Seen().take(frames_of(stretch))
    assert seen.texts == {3: b"current", 4: b"half a sen"}
    assert seen.kinds == [
        "section_start", "section_chunk", "section_end", "summary_update", "section_start", "section_chunk",
    ]  # fmt: skip
    assert stretch.place == read_place(document.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["failed", "cancelled", "done"])
def test_a_draft_that_ends_while_a_latecomer_is_served_is_not_half_told(project: Project, status: str) -> None:
    document = make_document(project)
    draft = begin(document, 0, "half")
    up_to = read_place(document.pk)
    append(draft, " a sentence")
    end(draft, status)
    stretch = read_current(document.pk, "document:1", up_to)
    seen = Seen().take(frames_of(stretch))
    assert seen.texts == {1: b"half"}
    seen.take(read_on(document, stretch.place)[0])
    check_whole(seen, document)


@pytest.mark.django_db
def test_the_summary_follows_a_sections_end_though_the_next_has_begun(project: Project) -> None:
    document = make_document(project)
    end(begin(document, 0, "one"))
    begin(document, 1)
    kinds = [frame["type"] for frame in read_on(document, START)[0]]
    assert kinds == ["section_start", "section_chunk", "section_end", "summary_update", "section_start"]


@pytest.mark.django_db
def test_a_reader_whose_draft_went_with_its_section_reads_on(project: Project) -> None:
    document = make_document(project)
    end(begin(document, 0, "gone"))
    end(begin(document, 1, "kept"))
    document.sections.get(idx=0).delete()
    told, place = read_on(document, Place(1, 2, ended=False), read_place(document.pk))
    assert [frame["type"] for frame in told] == ["section_start", "section_chunk", "section_end", "summary_update"]
    assert place == read_place(document.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cursor", "known"),
    [("1.0", True), ("1.1", True), ("1.2", False), ("1.5", True), ("1.6", False), ("1.5.end", True), ("1.1.end", False),
     ("2.1", True), ("2.1.end", False), ("3.0", False), ("0", True), ("0.4", False)],
)  # fmt: skip
def test_a_cursor_that_was_never_given_out_is_known_for_one(project: Project, cursor: str, known: bool) -> None:
    document = make_document(project)
    end(begin(document, 0, "a👾"))
    begin(document, 1, "b")
    place = parse_cursor(cursor)
    assert place is not None
    assert reading.has_been_at(document.pk, place) is known


# Live


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
async def test_hints_may_be_lost_doubled_and_reordered(hub: Hub, project, alice, monkeypatch, seed: int) -> None:
    chance = random.Random(seed)
    waiting: list[tuple[str, Any]] = []

    def unreliable(stream: str, news: Any) -> None:
        waiting.extend([(stream, news)] * chance.choice([0, 0, 1, 1, 2]))
        chance.shuffle(waiting)
        while waiting and chance.random() < 0.6:
            reliable(*waiting.pop())

    reliable = doorbell.ring
    monkeypatch.setattr(doorbell, "ring", unreliable)
    document = await asyncio.to_thread(make_document, project)
    live = await Watcher(hub, Actor.person(alice)).begin(document)
    slow = await Watcher(hub, Actor.person(alice)).begin(document, None)
    writing = asyncio.create_task(asyncio.to_thread(write_run, document, chance))
    slow.may_read.clear()
    late = await Watcher(hub, Actor.person(alice)).begin(document, None)
    await writing
    slow.may_read.set()
    for watcher in (live, slow, late):
        await watcher.until_end_of_run()
        await asyncio.to_thread(check_whole, watcher.seen, document, among=watcher.seen.texts)
        assert list(watcher.seen.texts) == [1, 2, 3]
        assert watcher.seen.summaries[-1]["revision"] == 3


@pytest.mark.django_db(transaction=True)
async def test_a_watcher_that_stalls_is_served_from_what_is_stored(hub: Hub, project, alice) -> None:
    document = await asyncio.to_thread(make_document, project)
    quick = await Watcher(hub, Actor.person(alice)).begin(document)
    slow = await Watcher(hub, Actor.person(alice)).begin(document)
    slow.may_read.clear()
    await asyncio.to_thread(write_run, document, random.Random(5), QUEUE_FRAMES, 2)
    await quick.until_end_of_run()
    assert slow.connection.queued_frames <= QUEUE_FRAMES + 30
    slow.may_read.set()
    await slow.until_end_of_run()
    await asyncio.to_thread(check_whole, slow.seen, document)
    assert slow.seen.texts == quick.seen.texts


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [None, "2.1"], ids=["late", "resumed"])
async def test_whoever_has_caught_up_in_mid_sentence_is_live_and_reads_no_more(
    hub: Hub, project, alice, monkeypatch, after
) -> None:
    def past() -> Document:
        document = make_document(project)
        end(begin(document, 0, "done"))
        end_run(document)
        Document.objects.filter(pk=document.pk).update(status=Document.Status.GENERATING)
        begin(document, 1, "half a sen")
        return document

    document = await asyncio.to_thread(past)
    watcher = await Watcher(hub, Actor.person(alice)).begin(document, after)
    await watcher.until(
        lambda: any(frame["type"] == "section_chunk" and frame["draft"] == 2 for frame in watcher.frames)
    )
    await watcher.connection.emptied()
    [subscription] = watcher.connection.subscriptions.values()
    assert subscription.live
    assert any(frame["type"] == "summary_update" for frame in watcher.frames)


@pytest.mark.django_db(transaction=True)
async def test_text_that_comes_within_one_turn_of_the_loop_goes_out_as_one_piece(hub: Hub, project, alice) -> None:
    document = await asyncio.to_thread(make_document, project)
    draft = await asyncio.to_thread(begin, document, 0, "島")
    watcher = await Watcher(hub, Actor.person(alice)).begin(document)
    await watcher.until(lambda: watcher.seen.texts.get(1) == "島".encode())
    await asyncio.to_thread(append, draft, "々を跳ぶ.")
    for start, text in ((3, "々を"), (9, "跳ぶ"), (3, "々を"), (15, ".")):
        streaming.ring_text(document.pk, draft.section_id, 1, start, text)
    await watcher.until(lambda: watcher.seen.texts.get(1) == "島々を跳ぶ.".encode())
    assert watcher.seen.faults == []
    pieces = [frame["text"] for frame in watcher.frames if frame["type"] == "section_chunk"]
    assert pieces[1].startswith("々を跳ぶ")  # and the rest with it, where the draft was read meanwhile


@pytest.mark.django_db(transaction=True)
async def test_what_is_heard_during_a_reading_follows_it_and_is_not_read(hub: Hub, project, alice, monkeypatch) -> None:
    document = await asyncio.to_thread(make_document, project)
    draft = await asyncio.to_thread(begin, document, 0, "One ")
    watcher = await Watcher(hub, Actor.person(alice)).begin(document)
    await watcher.until(lambda: watcher.seen.texts.get(1) == b"One ")
    await watcher.connection.emptied()
    readings, may_end = [], threading.Event()

    def slow(*asked: Any) -> reading.Stretch:
        stretch = read_after(*asked)
        readings.append(stretch)
        hub.loop.call_soon_threadsafe(has_read.set)
        assert may_end.wait(10)
        return stretch

    async def nothing() -> None: ...

    has_read = asyncio.Event()
    read_after = reading.read_after
    monkeypatch.setattr(hub, "read_heads", nothing)
    monkeypatch.setattr(reading, "read_after", slow)
    streaming.ring(document.pk)
    await has_read.wait()
    for word in ("two ", "three "):
        start = draft.length
        await asyncio.to_thread(append, draft, word)
        streaming.ring_text(document.pk, draft.section_id, 1, start, word)
    await asyncio.sleep(0)
    may_end.set()
    await watcher.until(lambda: watcher.seen.texts.get(1) == b"One two three ")
    assert len(readings) == 1


@pytest.mark.django_db(transaction=True)
async def test_a_lost_hint_is_looked_for_once_no_text_follows_any_more(hub: Hub, project, alice, monkeypatch) -> None:
    async def nothing() -> None: ...

    monkeypatch.setattr(hub, "read_heads", nothing)
    document = await asyncio.to_thread(make_document, project)
    draft = await asyncio.to_thread(begin, document, 0, "One ")
    watcher = await Watcher(hub, Actor.person(alice)).begin(document)
    await watcher.until(lambda: watcher.seen.texts.get(1) == b"One ")
    feed = hub.feeds[f"document:{document.pk}"]
    assert isinstance(feed, streaming.DocumentFeed)
    await asyncio.to_thread(append, draft, "two ")
    streaming.ring_text(document.pk, draft.section_id, 1, 4, "two ")
    await watcher.until(lambda: watcher.seen.texts.get(1) == b"One two ")
    await asyncio.to_thread(append, draft, "unheard")
    feed.look_now_and_then()
    assert feed.reading is None, "what came since the last look followed"
    feed.look_now_and_then()
    await watcher.until(lambda: watcher.seen.texts.get(1) == b"One two unheard")


@pytest.mark.django_db(transaction=True)
async def test_who_knows_more_than_this_process_gets_nothing_twice(hub: Hub, project, alice, monkeypatch) -> None:
    """Another process told it; here the hint was lost."""
    document = await asyncio.to_thread(make_document, project)
    draft = await asyncio.to_thread(begin, document, 0, "half ")
    first = await Watcher(hub, Actor.person(alice)).begin(document)
    await first.until(lambda: len(first.frames) >= 3)
    await asyncio.to_thread(append, draft, "a sentence")
    second = await Watcher(hub, Actor.person(alice)).begin(document, "1.10")
    await asyncio.to_thread(append, draft, " more")
    streaming.ring_text(document.pk, draft.section_id, 1, 15, " more")
    await second.until(lambda: any(frame.get("end") == 20 for frame in second.frames))
    assert "".join(frame["text"] for frame in second.frames if frame["type"] == "section_chunk") == "tence more"


@pytest.mark.django_db(transaction=True)
async def test_the_watchers_of_a_deleted_document_are_told_without_any_hint(hub: Hub, project, alice) -> None:
    document = await asyncio.to_thread(make_document, project)
    watcher = await Watcher(hub, Actor.person(alice)).begin(document)
    await asyncio.to_thread(document.delete)
    await watcher.until_lost()
    assert watcher.lost[0][1] == "revoked"


@pytest.mark.django_db(transaction=True)
async def test_who_leaves_the_project_gets_not_one_word_more(hub: Hub, project, alice, vera) -> None:
    def admit_and_write() -> Document:
        nonlocal membership
        membership = services.set_member(project, vera, Role.VIEWER, actor=Actor.person(alice))
        document = make_document(project)
        begin(document, 0, "before")
        return document

    membership: Any = None
    document = await asyncio.to_thread(admit_and_write)
    watcher = await Watcher(hub, Actor.person(vera)).begin(document)
    await watcher.until(lambda: bool(watcher.seen.texts.get(1)))
    await asyncio.to_thread(services.remove_member, membership, actor=Actor.person(alice))
    await watcher.until_lost()
    streaming.ring_text(document.pk, 1, 1, 6, " and after")
    await watcher.connection.emptied()
    assert watcher.seen.texts == {1: b"before"}
