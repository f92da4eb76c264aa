"""Text on its way into its draft: at once at first, then together; whole, once, and only while the draft is its writer's."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections

from documents import feeding, streaming
from documents.feeding import Appender, DraftFeed
from documents.models import Document, Draft, Section
from plans.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 10


@pytest.fixture
def appender(monkeypatch: pytest.MonkeyPatch) -> Iterator[Appender]:
    appender = Appender()
    monkeypatch.setattr(feeding, "appender", appender)
    monkeypatch.setattr(feeding, "RETRY_AFTER", 0)
    yield appender
    appender.stop()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """(start, text) of what watchers were told."""
    told: list[tuple[int, str]] = []
    monkeypatch.setattr(
        streaming, "ring_text", lambda document, section, number, start, text: told.append((start, text))
    )
    return told


@pytest.fixture
def draft(project: Project, appender: Appender) -> Draft:
    document = Document.objects.create(project=project, title="The design")
    section = Section.objects.create(document=document, idx=0, heading="Vision")
    return Draft.objects.create(document=document, section=section, number=1)


@pytest.fixture
def feed(draft: Draft) -> DraftFeed:
    return DraftFeed(draft.pk, draft.document_id, draft.section_id, draft.number)


class Gate:
    """Holds each `store` until it is opened, and counts them."""

    def __init__(self, store: Callable[[Any], set[int]]) -> None:
        self.store = store
        self.texts: list[list[str]] = []
        self.arrived = threading.Semaphore(0)
        self.open = threading.Semaphore(0)

    def __call__(self, pieces: Any) -> set[int]:
        self.texts.append([piece.text for piece in pieces])
        self.arrived.release()
        assert self.open.acquire(timeout=WAIT)
        return self.store(pieces)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate(feeding.store)
    monkeypatch.setattr(feeding, "store", gate)
    return gate


def test_the_first_piece_goes_at_once_and_what_follows_goes_together(feed, draft, gate, told) -> None:
    feed.add("One ")
    assert gate.arrived.acquire(timeout=WAIT)
    for word in ("two ", "three ", "four"):
        feed.add(word)
    gate.open.release(2)
    feed.flush()
    draft.refresh_from_db()
    assert gate.texts == [["One "], ["two three four"]]
    assert told == [(0, "One "), (4, "two three four")]
    assert (draft.text, draft.length) == ("One two three four", 18)


def test_what_watchers_are_told_is_stored_already(feed, draft, monkeypatch) -> None:
    stored = []

    def ring(document: int, section: int, number: int, start: int, text: str) -> None:
        stored.append(Draft.objects.get(pk=draft.pk).text[start:] == text)

    monkeypatch.setattr(streaming, "ring_text", ring)
    feed.add("abc")
    feed.flush()
    feed.add("def")
    feed.flush()
    assert stored == [True, True]


def test_drafts_that_are_due_together_are_stored_in_one_transaction(feed, draft, gate, told) -> None:
    second = Draft.objects.create(document=draft.document, section=draft.section, number=2)
    third = Draft.objects.create(document=draft.document, section=draft.section, number=3)
    feed.add("first")
    assert gate.arrived.acquire(timeout=WAIT)
    others = [DraftFeed(each.pk, each.document_id, each.section_id, each.number) for each in (second, third)]
    for other in others:
        other.add(f"draft {other.number}")
    gate.open.release(2)
    for each in (feed, *others):
        each.flush()
    assert [sorted(texts) for texts in gate.texts] == [["first"], ["draft 2", "draft 3"]]


@pytest.mark.parametrize("status", ["cancelled", "failed", "done"])
def test_a_draft_that_was_ended_gets_not_one_byte_more(feed, draft, told, status) -> None:
    feed.add("Half a sen")
    feed.flush()
    Draft.objects.filter(pk=draft.pk).update(status=status)
    feed.add("tence")
    feed.flush()
    feed.add(" and more")
    feed.flush()
    draft.refresh_from_db()
    assert (feed.lost, draft.text, draft.length) == (True, "Half a sen", 10)
    assert told == [(0, "Half a sen")]


def test_a_draft_that_another_has_appended_to_is_lost(feed, draft, told) -> None:
    Draft.objects.filter(pk=draft.pk).update(text="other", length=5)
    feed.add("mine")
    feed.flush()
    draft.refresh_from_db()
    assert (feed.lost, draft.text, told) == (True, "other", [])


def test_a_deleted_draft_is_lost_and_the_others_are_not(feed, draft, told) -> None:
    gone = Draft.objects.create(document=draft.document, section=draft.section, number=2)
    other = DraftFeed(gone.pk, gone.document_id, gone.section_id, 2)
    gone.delete()
    other.add("nowhere")
    feed.add("somewhere")
    other.flush()
    feed.flush()
    draft.refresh_from_db()
    assert (other.lost, feed.lost, draft.text) == (True, False, "somewhere")


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
def test_a_failing_database_is_tried_again_without_loss_or_double(feed, draft, told, monkeypatch, committed) -> None:
    """The answer to a commit can get lost, too: then the text is there already."""
    attempts = []

    def flaky(pieces: Any) -> set[int]:
        attempts.append(pieces)
        if len(attempts) in (1, 3):
            if committed:
                store(pieces)
            feed.add("!")
            raise OperationalError("the database is away")
        return store(pieces)

    store = feeding.store
    monkeypatch.setattr(feeding, "store", flaky)
    feed.add("Grüße")
    feed.flush()
    draft.refresh_from_db()
    assert draft.text == "Grüße!!"
    assert draft.length == len(draft.text.encode()) == feed.length
    assert "".join(text for _, text in told) == draft.text
    assert not feed.lost


def test_text_from_many_threads_is_all_there(feed, draft, told) -> None:
    def write(letter: str) -> None:
        for _ in range(200):
            feed.add(letter)

    threads = [threading.Thread(target=write, args=[letter]) for letter in "aé字👾"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    feed.flush()
    draft.refresh_from_db()
    assert {letter: draft.text.count(letter) for letter in "aé字👾"} == dict.fromkeys("aé字👾", 200)
    assert draft.length == len(draft.text.encode()) == 200 * 10
    at = 0
    for start, text in told:
        assert start == at
        at += len(text.encode())
    assert at == draft.length


def test_nothing_to_write_is_nothing_to_wait_for(feed, appender) -> None:
    feed.add("")
    feed.flush()
    assert appender.thread is None


def test_what_the_database_cannot_keep_becomes_a_replacement_character(feed, draft, told) -> None:
    feed.add("a\x00b\ud83dc")
    feed.flush()
    draft.refresh_from_db()
    assert draft.text == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_has_died_is_started_anew(feed, draft, told, appender, monkeypatch) -> None:
    def die(pieces: Any) -> set[int]:
        monkeypatch.setattr(feeding, "store", store)
        connections.close_all()
        raise SystemExit

    store = feeding.store
    monkeypatch.setattr(feeding, "store", die)
    feed.add("still ")
    dead = appender.thread
    assert dead is not None
    dead.join(WAIT)
    feed.add("there")
    feed.flush()
    draft.refresh_from_db()
    assert draft.text == "still there"


def test_stopping_stores_what_waits_and_later_text_is_stored_too(feed, draft, told, appender) -> None:
    for word in ("one ", "two ", "three "):
        feed.add(word)
    appender.stop()
    feed.add("four")
    feed.flush()
    draft.refresh_from_db()
    assert draft.text == "one two three four"
