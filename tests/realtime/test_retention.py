"""A log is trimmed only when somebody says so, from its beginning, and whoever reads it never finds a silent hole."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction

from gamedev_gateway.core.actors import SYSTEM
from realtime import event_types, history, retention
from realtime.history import EventFilter, LoggedEvent, Trimmed
from realtime.imported import PastEvent, append_history
from realtime.models import Event, Stream
from realtime.publishing import publish

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CHATS = EventFilter(frozenset({"chat"}))


def said(*days: int, island: str = "island") -> Stream:
    """A log with one event for each of these days after a day long ago, every third a chat, the others log lines."""
    kinds: list[Any] = [event_types.Log, event_types.Log, event_types.Chat]
    past = [
        PastEvent(kinds[number % 3](text="x", data={}), SYSTEM, LONG_AGO + timedelta(days=day), "test")
        for number, day in enumerate(days)
    ]
    append_history(island, past)
    return Stream.objects.get(name=f"project:{island}")


def prune(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("prune_events", *arguments, stdout=out)
    return out.getvalue().splitlines()


def seqs(stream: Stream) -> list[int]:
    return list(Event.objects.filter(stream=stream).order_by("seq").values_list("seq", flat=True))


def cursor(stream: Stream, seq: int) -> str:
    return history.cursor_at(stream.pk, seq)


def trim(stream: Stream, kept_from: int) -> Stream:
    list(retention.trim(stream, kept_from))
    return Stream.objects.get(pk=stream.pk)


# The command


def test_nothing_is_deleted_without_an_explicit_choice(db: None) -> None:
    stream = said(*range(10))
    with pytest.raises(CommandError, match="--older-than AGE, --keep N"):
        prune()
    with pytest.raises(CommandError, match="--older-than AGE, --keep N"):
        prune("--stream", "project:island")
    assert len(seqs(stream)) == 10


@pytest.mark.parametrize("wrong", [["--keep", "0"], ["--keep", "-1"], ["--older-than", "90"], ["--older-than", "0d"]])
def test_a_wrong_choice_is_refused(db: None, wrong: list[str]) -> None:
    with pytest.raises(CommandError, match="is no"):
        prune(*wrong)


def test_the_newest_events_are_kept(db: None) -> None:
    stream = said(*range(10))
    assert prune("--keep", "4") == [
        "project:island: 6 events deleted; it begins at 7, ends at 10.",
        "6 events deleted.",
    ]
    assert seqs(stream) == [7, 8, 9, 10]
    assert prune("--keep", "4") == ["0 events deleted."]
    assert prune("--keep", "4", "--stream", "project:island")[0].startswith("project:island: 0 events deleted")


def test_old_events_go_and_what_follows_a_young_one_stays(db: None, time_machine: object) -> None:
    time_machine.move_to(LONG_AGO + timedelta(days=100, hours=1))  # type: ignore[attr-defined]
    stream = said(0, 5, 9, 50, 8, 99)
    prune("--older-than", "90d")
    assert seqs(stream) == [4, 5, 6]
    prune("--older-than", "12h")
    assert seqs(stream) == [6], "the newest event stays, however old: the head keeps its cursor"


def test_with_both_choices_an_event_goes_only_when_both_let_it_go(db: None) -> None:
    few, many = said(*range(3), island="few"), said(*range(9), island="many")
    prune("--older-than", "8w", "--keep", "5")
    assert (seqs(few), seqs(many)) == ([1, 2, 3], [5, 6, 7, 8, 9])


def test_only_the_log_that_was_named_is_trimmed(db: None) -> None:
    one, other = said(*range(3), island="one"), said(*range(3), island="other")
    prune("--keep", "1", "--stream", "project:one")
    assert (seqs(one), seqs(other)) == ([3], [1, 2, 3])
    with pytest.raises(CommandError, match="There is no log 'one'"):
        prune("--keep", "1", "--stream", "one")


def test_a_dry_run_tells_and_deletes_nothing(db: None) -> None:
    stream = said(*range(10))
    assert prune("--keep", "4", "--dry-run") == [
        "project:island: 6 events would be deleted; it begins at 7, ends at 10.",
        "6 events would be deleted.",
    ]
    stream.refresh_from_db()
    assert (stream.kept_from, len(seqs(stream))) == (1, 10)


def test_an_empty_log_has_nothing_to_lose(db: None) -> None:
    Stream.objects.create(name="project:empty")
    assert prune("--keep", "1") == ["0 events deleted."]


def test_many_events_go_in_short_transactions(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 4)
    stream = said(*range(11))
    assert list(retention.trim(stream, 10)) == [4, 4, 1]
    assert seqs(stream) == [10, 11]


def test_trimming_that_was_interrupted_leaves_a_log_without_holes(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 4)
    stream = said(*range(11))
    next(retention.trim(stream, 10))
    stream.refresh_from_db()
    assert stream.kept_from == 5
    assert seqs(stream) == list(range(5, 12))
    trim(stream, 10)
    assert seqs(stream) == [10, 11]


@pytest.mark.parametrize("mark", [0, 5])
def test_the_mark_cannot_leave_the_log(db: None, mark: int) -> None:
    said(*range(3))
    with pytest.raises(IntegrityError), transaction.atomic():
        Stream.objects.update(kept_from=mark)


# Readers


def test_a_position_whose_following_events_are_kept_goes_on(db: None) -> None:
    stream = said(*range(10))
    seventh = cursor(stream, 7)
    stream = trim(stream, 7)
    found = [history.locate(stream, after) for after in ("0", "6", "7", seventh, "10")]
    assert [position.seq for position in found] == [6, 6, 7, 7, 10]
    assert not any(position.trouble for position in found)


def test_a_position_with_trimmed_events_after_it_is_told(db: None) -> None:
    stream = said(*range(10))
    first, sixth = cursor(stream, 1), cursor(stream, 6)
    stream = trim(stream, 7)
    found = [history.locate(stream, after) for after in ("1", "5", first, sixth)]
    assert {(position.seq, position.trouble) for position in found} == {(10, "trimmed")}


def test_a_position_that_was_never_given_out_stays_rewound(db: None) -> None:
    stream = trim(said(*range(10)), 7)
    assert history.locate(stream, "11").trouble == "rewound"
    assert history.locate(stream, "8-00000000").trouble == "rewound"


@pytest.mark.parametrize("wanted", [EventFilter(), CHATS])
def test_a_reader_whose_next_events_are_trimmed_meanwhile_is_told(db: None, wanted: EventFilter) -> None:
    stream = said(*range(20))
    page = history.read_page(stream.pk, 0, 3, wanted)
    trim(stream, 19)
    with pytest.raises(Trimmed) as trouble:
        history.read_page(stream.pk, page[-1].seq, 3, wanted)
    assert trouble.value.kept_from == 19
    assert trouble.value.data == {"reason": "trimmed", "seq": 20}


@pytest.mark.parametrize("wanted", [EventFilter(), CHATS, EventFilter(task_code="T-001")])
def test_a_reader_right_before_the_kept_events_loses_nothing(db: None, wanted: EventFilter) -> None:
    stream = trim(said(*range(10)), 7)
    expected = {EventFilter(): [7, 8, 9, 10], CHATS: [9]}.get(wanted, [])
    assert [event.seq for event in history.read_page(stream.pk, 6, wanted=wanted)] == expected
    assert history.read_page(stream.pk, 10, wanted=wanted) == []


@pytest.mark.parametrize("wanted", [EventFilter(), CHATS, EventFilter(task_code="T-001")])
def test_what_was_before_the_kept_events_is_the_event_before_them(db: None, wanted: EventFilter) -> None:
    stream = trim(said(*range(10)), 8)
    assert history.previous_seq(stream.pk, 8, wanted) == 7


@pytest.mark.parametrize("wanted", [EventFilter(), CHATS])
def test_what_is_trimmed_while_a_page_is_read_is_told(
    db: None, monkeypatch: pytest.MonkeyPatch, wanted: EventFilter
) -> None:
    stream = said(*range(20))
    read_kept = history.read_kept

    def just_after_a_trim(*args: Any) -> list[LoggedEvent]:
        trim(stream, 11)
        return read_kept(*args)

    monkeypatch.setattr(history, "read_kept", just_after_a_trim)
    with pytest.raises(Trimmed):
        history.read_page(stream.pk, 5, 3, wanted)


def test_who_reads_while_others_write_and_trim_finds_no_hole(transactional_db: None) -> None:
    """Whatever the order in which they come: what is read begins right after the reader's position, or is refused."""
    stream = said(*range(40))
    done = threading.Event()
    pages: list[list[int]] = []

    def write() -> None:
        try:
            for _ in range(60):
                with transaction.atomic():
                    publish("island", event_types.Log(text="x", data={}), actor=SYSTEM)
        finally:
            done.set()

    def forget() -> None:
        while not done.is_set():
            call_command("prune_events", "--keep", "1", stdout=StringIO())

    def read() -> None:
        at = 0
        while not done.is_set():
            with suppress(Trimmed):
                pages.append([at, *(event.seq for event in history.read_page(stream.pk, at, 7))])
            at = history.locate(Stream.objects.get(pk=stream.pk), "0").seq

    together(write, forget, read)
    stream.refresh_from_db()
    assert seqs(stream) == list(range(stream.kept_from, 101))
    for page in pages:
        assert page == list(range(page[0], page[0] + len(page)))


def together(*work: Callable[[], None]) -> None:
    failed: list[BaseException] = []

    def run(each: Callable[[], None]) -> None:
        try:
            each()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(each,), daemon=True) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
