"""Runs looked at without a server: whose they are, what they leave alone, what they count, and how they end."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.errors import NothingToWrite
from documents.models import Document, Draft, Section
from documents.services import adopt_draft, runs, update_document, update_section
from documents.services.documents import create_document
from documents.services.outlines import OutlineEntry
from documents.services.runs import holding, writing
from documents.services.runs.drafts import begin_draft, fail_draft, finish_draft
from documents.services.runs.holding import Lease, Leases, NoLongerOurs, prolong
from documents.writers import SectionOrder, SectionResult, TemplateWriter
from documents.writing.material import OutlineSection
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import GatewayError
from gamedev_gateway.core.llm.errors import CutOff, NotConfigured
from plans.models import Generation
from plans.services import generations
from tests.api.answers import events
from tests.documents.drafts_seen import Seen
from tests.documents.streams_by_hand import read_all

WAIT = 10


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs that were queued; nobody takes them."""
    queued: list[int] = []
    monkeypatch.setattr(generations, "enqueue", queued.append)
    return queued


@pytest.fixture
def ordered(transactional_db, project, alice, queued) -> Generation:
    """A run of two sections that waits for a worker."""
    outline = [OutlineSection(1, "Vision", ""), OutlineSection(1, "Look", "")]
    actor = Actor.person(alice)
    document = create_document(project, actor=actor, title="The design", kind="gdd", outline=outline)
    return runs.start_run(document, actor=actor)


def take(run: Generation) -> Generation:
    taken = generations.take(run.pk)
    assert taken is not None
    return taken


def let_lease_lapse(run: Generation) -> None:
    Generation.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_run_that_another_has_taken_up_writes_and_ends_nothing(ordered, queued) -> None:
    stalled = take(ordered)
    draft = begin_draft(stalled, "template")
    assert draft is not None
    let_lease_lapse(ordered)
    assert generations.take_up_expired() == 1
    other = take(ordered)
    assert queued == [ordered.pk] * 2
    assert generations.keep_all([stalled, other]) == {ordered.pk}
    assert generations.keep_all([stalled]) == set()
    runs.write_document(stalled)
    with pytest.raises(NoLongerOurs):
        fail_draft(stalled, draft, GatewayError("too late"), SectionResult("template"), elapsed_ms=1)
    draft.refresh_from_db()
    assert (draft.status, draft.text) == ("writing", "")
    runs.write_document(other)
    document = Document.objects.get(pk=draft.document_id)
    assert [each.status for each in document.drafts.order_by("number")] == ["failed", "done", "done"]
    assert (document.status, Generation.objects.get(pk=ordered.pk).status) == ("ready", "done")


def test_a_run_whose_job_was_lost_is_queued_once_more(ordered, queued) -> None:
    assert generations.take_up_expired() == 0
    Generation.objects.filter(pk=ordered.pk).update(created_at=timezone.now() - 2 * generations.JOB_LOST_AFTER)
    assert generations.take_up_expired() == 1
    assert generations.take_up_expired() == 0, "not again before that job may be lost, too"
    assert queued == [ordered.pk] * 2
    assert generations.take(ordered.pk) is not None
    assert generations.take(ordered.pk) is None, "a job too many finds it taken"


def test_a_writer_that_cannot_be_had_ends_the_run(ordered, monkeypatch) -> None:
    def refuse() -> None:
        raise NotConfigured("GATEWAY_LLM is not a model.")

    monkeypatch.setattr(writing, "section_writer", refuse)
    runs.write_document(take(ordered))
    ordered.refresh_from_db()
    assert (ordered.status, ordered.error["code"]) == ("failed", NotConfigured.code)
    assert Document.objects.get(pk=ordered.request["document"]).status == "failed"


def test_a_budget_that_is_spent_between_two_sections_ends_the_run_and_keeps_what_is_written(
    ordered, settings, monkeypatch
) -> None:
    monkeypatch.setattr(writing, "section_writer", TemplateWriter)
    run = take(ordered)
    draft = begin_draft(run, "template")
    assert draft is not None
    settings.GATEWAY_LLM, settings.GATEWAY_TOKENS_PER_DAY = "openai-chat:scripted", 1_000
    finish_draft(run, draft, SectionResult("scripted", tokens_in=700, tokens_out=400), elapsed_ms=1)
    runs.write_document(run)
    ordered.refresh_from_db()
    assert (ordered.status, ordered.error["code"]) == ("failed", "budget_spent")
    document = Document.objects.get(pk=ordered.request["document"])
    assert (document.status, [section.status for section in document.sections.all()]) == ("failed", ["done", "empty"])


def test_a_section_that_is_locked_or_taken_away_before_its_turn_is_passed_over(ordered, alice) -> None:
    document = Document.objects.get(pk=ordered.request["document"])
    first, second = document.sections.all()
    first.delete()
    update_section(second, actor=Actor.person(alice), locked=True)
    runs.write_document(take(ordered))
    document.refresh_from_db()
    assert (document.status, document.drafts.count()) == ("draft", 0), "the one that is left has no text"


def test_a_project_that_is_deleted_takes_its_run_with_it(ordered, project, caplog) -> None:
    run = take(ordered)
    begin_draft(run, "template")
    project.delete()
    runs.write_document(run)
    assert "run_failed" not in caplog.text


def test_two_who_ask_at_once_get_the_same_run(ordered, alice) -> None:
    assert runs.order_run(ordered.request["document"], Actor.person(alice)) == ordered.pk


# Who writes: a writer that says what it is told, and has used what it says


class Scripted:
    """A SectionWriter whose sections are (text, tokens_in, tokens_out, the error that it ends with); the last one again and again."""

    name = "scripted"

    def __init__(self, *sections: tuple[str, int, int, GatewayError | None], model: str = "scripted") -> None:
        self.sections = list(sections)
        self.model = model
        self.asked: list[SectionOrder] = []

    @asynccontextmanager
    async def open(self, order: SectionOrder) -> "AsyncIterator[Scripted]":
        self.asked.append(order)
        yield self

    async def __aiter__(self) -> AsyncIterator[str]:
        self.said = self.sections.pop(0) if len(self.sections) > 1 else self.sections[0]
        yield self.said[0]
        if self.said[3]:
            raise self.said[3]

    @property
    def result(self) -> SectionResult:
        _, tokens_in, tokens_out, _ = self.said
        return SectionResult(self.model, "Said.", tokens_in=tokens_in, tokens_out=tokens_out, first_token_ms=7)


def write_with(monkeypatch: pytest.MonkeyPatch, run: Generation, writer: Scripted) -> Generation:
    monkeypatch.setattr(writing, "section_writer", lambda: writer)
    runs.write_document(take(run))
    run.refresh_from_db()
    return run


def document_of(run: Generation) -> Document:
    return Document.objects.select_related("project").get(pk=run.request["document"])


def test_what_a_failed_section_has_cost_is_counted(ordered, monkeypatch) -> None:
    cut = CutOff("It stopped half-way.")
    run = write_with(monkeypatch, ordered, Scripted(("All of it.", 100, 20, None), ("Half of", 90, 5, cut)))
    assert (run.status, run.error["code"], run.tokens_in, run.tokens_out) == ("failed", cut.code, 190, 25)
    assert (run.model, run.first_token_ms) == ("scripted", 7)
    drafts = document_of(run).drafts.order_by("number")
    assert [(draft.status, draft.text, draft.tokens) for draft in drafts] == [
        ("done", "All of it.", 20), ("failed", "Half of", 5),
    ]  # fmt: skip


def test_what_two_workers_have_used_is_counted_together(ordered, monkeypatch) -> None:
    class Killed(BaseException):
        pass

    sections = [("One.", 10, 1, None), ("Two.", 20, 2, None)]
    first = Scripted(*sections)
    real = writing.begin_draft

    def killed_at_the_second(run: Generation, model: str) -> Draft | None:
        if first.asked:
            raise Killed
        return real(run, model)

    monkeypatch.setattr(writing, "begin_draft", killed_at_the_second)
    with pytest.raises(Killed):
        write_with(monkeypatch, ordered, first)
    monkeypatch.setattr(writing, "begin_draft", real)
    let_lease_lapse(ordered)
    run = write_with(monkeypatch, ordered, Scripted(sections[1]))
    assert (run.status, run.tokens_in, run.tokens_out) == ("done", 30, 3)


def test_who_wrote_it_in_the_end_is_told_at_its_end(ordered, monkeypatch) -> None:
    """The model that is asked is named at the start; the template answered. Its words are counted, it has no tokens."""
    fallback = "template (scripted: rate_limited)"
    run = write_with(monkeypatch, ordered, Scripted(("Three short words.", 40, 0, None), model=fallback))
    frames = read_all(document_of(run))
    assert [frame["model"] for frame in frames if frame["type"] == "section_end"] == [fallback] * 2
    assert [frame["tokens"] for frame in frames if frame["type"] == "section_end"] == [3, 3]
    assert (run.model, run.tokens_in, run.tokens_out) == (fallback, 80, 0)


def test_a_draft_of_the_template_counts_its_words(ordered) -> None:
    runs.write_document(take(ordered))
    drafts = document_of(ordered).drafts.all()
    assert [draft.tokens for draft in drafts] == [len(draft.text.split()) for draft in drafts]
    assert all(draft.tokens > 20 for draft in drafts)


# What somebody does by hand while a run is on its way to it


def test_a_run_over_a_complete_document_leaves_what_was_written_by_hand(ordered, alice) -> None:
    runs.write_document(take(ordered))
    document, actor = Document.objects.get(pk=ordered.request["document"]), Actor.person(alice)
    first, second = document.sections.all()
    update_section(second, actor=actor, text="Mine.")
    again = runs.start_run(document, actor=actor)
    assert again.request["sections"] == [first.pk]
    runs.write_document(take(again))
    update_section(first, actor=actor, text="Mine, too.")
    with pytest.raises(NothingToWrite):
        runs.start_run(document, actor=actor)
    named = runs.start_run(document, actor=actor, sections=[second])
    assert named.request["sections"] == [second.pk]


def test_a_text_written_by_hand_before_its_turn_stays(ordered, monkeypatch, alice) -> None:
    actor = Actor.person(alice)
    _, second = document_of(ordered).sections.all()
    update_section(second, actor=actor, text="Mine.")
    writer = Scripted(("Not yours.", 0, 0, None))
    run = write_with(monkeypatch, ordered, writer)
    document = document_of(run)
    assert [section.current_draft.text for section in document.sections.all()] == ["Not yours.", "Mine."]
    assert (run.status, document.status, len(writer.asked)) == ("done", "ready", 1)
    assert events(document.project, "document.completed")[-1]["payload"]["sections_done"] == 2


def test_what_was_written_before_the_run_is_written_anew(ordered, monkeypatch, alice) -> None:
    """Also when its brief is edited meanwhile: that is said to the writer, it is no text."""
    actor = Actor.person(alice)
    writer = Scripted(("Anew.", 0, 0, None))
    run = write_with(monkeypatch, ordered, writer)
    again = runs.start_run(document_of(run), actor=actor)
    update_section(document_of(run).sections.all()[1], actor=actor, brief="About gems.")
    write_with(monkeypatch, again, writer)
    assert len(writer.asked) == 4
    assert writer.asked[3].section.brief == "About gems."


def test_an_earlier_draft_adopted_before_its_turn_stays(ordered, monkeypatch, alice) -> None:
    actor = Actor.person(alice)
    section = document_of(ordered).sections.all()[1]
    for text in ("First.", "Second."):
        update_section(section, actor=actor, text=text)
    write_with(monkeypatch, ordered, Scripted(("Anew.", 0, 0, None)))
    again = runs.start_run(document_of(ordered), actor=actor)
    adopt_draft(section, 1, actor=actor)
    write_with(monkeypatch, again, Scripted(("Once more.", 0, 0, None)))
    texts = [section.current_draft.text for section in document_of(ordered).sections.all()]
    assert texts == ["Once more.", "First."]


def test_a_stale_text_that_somebody_calls_right_before_its_turn_stays(ordered, monkeypatch, alice) -> None:
    write_with(monkeypatch, ordered, Scripted(("As it was.", 0, 0, None)))
    Section.objects.update(status=Section.Status.STALE)
    run = runs.start_run(document_of(ordered), actor=Actor.person(alice))
    adopt_draft(document_of(run).sections.all()[1], 2, actor=Actor.person(alice))
    write_with(monkeypatch, run, Scripted(("Anew.", 0, 0, None)))
    assert [section.current_draft.text for section in document_of(run).sections.all()] == ["Anew.", "As it was."]


# What a document is when a run has ended


def test_a_document_is_ready_only_when_every_section_has_a_text(ordered, monkeypatch, alice) -> None:
    actor = Actor.person(alice)
    document = document_of(ordered)
    runs.cancel_run(document, actor=actor)
    [first, second] = document.sections.all()
    part = write_with(
        monkeypatch, runs.start_run(document, actor=actor, sections=[first]), Scripted(("One.", 0, 0, None))
    )
    assert (part.status, document_of(part).status) == ("done", "draft")
    assert read_all(document)[-1] | {"status": "ready", "sections_done": 1} == read_all(document)[-1]
    update_section(second, actor=actor, text="Two, by hand.", locked=True)
    assert document_of(part).status == "ready"
    kept = [OutlineEntry(1, section.heading, section.brief, section.pk) for section in document.sections.all()]
    update_document(document, actor=actor, outline=[*kept, OutlineEntry(1, "Sound", "")])
    assert document_of(part).status == "draft"
    whole = write_with(monkeypatch, runs.start_run(document, actor=actor), Scripted(("Three.", 0, 0, None)))
    assert document_of(whole).status == "ready"
    assert [section.current_draft.text for section in document.sections.all()] == ["One.", "Two, by hand.", "Three."]


# A run that kills its workers


def lose_worker(run: Generation, *, begins: bool = True) -> None:
    """A worker takes the run, perhaps begins a section, and is not heard of again."""
    taken = take(run)
    if begins:
        runs.drafts.clear_up(taken)
        begin_draft(taken, "template")
    let_lease_lapse(run)


@pytest.mark.parametrize("begins", [True, False], ids=["in a section", "before one"])
def test_a_run_that_ends_every_worker_fails(ordered, begins) -> None:
    for _ in range(writing.MOST_LOST):
        lose_worker(ordered, begins=begins)
    runs.write_document(take(ordered))
    ordered.refresh_from_db()
    document = document_of(ordered)
    assert (ordered.status, ordered.error["code"], document.status) == ("failed", "workers_lost", "failed")
    assert [section.status for section in document.sections.all()] == ["failed" if begins else "empty", "empty"]
    frames = read_all(document)
    assert [frame["status"] for frame in frames if frame["type"] == "section_end"] == [
        "failed"
    ] * writing.MOST_LOST * begins
    assert (frames[-1]["type"], frames[-1]["status"]) == ("document_end", "failed")
    assert Seen().take(frames).faults == []
    [failed] = events(document.project, "document.failed")
    assert failed["payload"]["code"] == "workers_lost"
    assert generations.take_up_expired() == 0
    assert runs.start_run(document, actor=generations.asked_by(ordered)).status == "queued"


def test_workers_that_are_lost_now_and_then_do_not_end_a_run(ordered, monkeypatch) -> None:
    for _ in range(writing.MOST_LOST - 1):
        lose_worker(ordered)
    run = take(ordered)
    monkeypatch.setattr(writing, "section_writer", lambda: Scripted(("One.", 0, 0, None)))
    with holding.leases.hold(run) as lease:
        runs.drafts.clear_up(run)
        draft = begin_draft(run, "scripted")
        assert draft is not None
        writing.write_draft(lease, draft, Scripted(("One.", 0, 0, None)))
    let_lease_lapse(ordered)
    for _ in range(writing.MOST_LOST - 1):
        lose_worker(ordered)
    runs.write_document(take(ordered))
    ordered.refresh_from_db()
    assert (ordered.status, document_of(ordered).status) == ("done", "ready")


# Leases


@pytest.fixture
def two_runs(ordered, project, alice) -> list[Lease]:
    document = create_document(
        project, actor=Actor.person(alice), title="More", kind="gdd", outline=[OutlineSection(1, "A", "")]
    )
    return [Lease(take(run)) for run in (ordered, runs.start_run(document, actor=Actor.person(alice)))]


def test_the_leases_of_a_process_are_prolonged_together(two_runs) -> None:
    for lease in two_runs:
        let_lease_lapse(lease.run)
    with CaptureQueriesContext(connection) as queries:
        prolong(two_runs)
    assert len([query for query in queries if "UPDATE" in query["sql"]]) == len(queries) == 1
    assert generations.take_up_expired() == 0
    assert [lease.lost for lease in two_runs] == [False, False]


def test_only_the_run_that_another_has_taken_up_is_lost(two_runs) -> None:
    let_lease_lapse(two_runs[0].run)
    take(two_runs[0].run)
    prolong(two_runs)
    assert [lease.lost for lease in two_runs] == [True, False]


def test_a_database_that_is_away_loses_no_run(two_runs, monkeypatch) -> None:
    def away(*args: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(generations, "keep_all", away)
    prolong(two_runs)
    assert [lease.lost for lease in two_runs] == [False, False]


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
    """One is there for each time that leases were prolonged."""
    beaten = threading.Semaphore(0)
    monkeypatch.setattr(holding, "BEAT", 0.01)
    monkeypatch.setattr(holding, "prolong", lambda held: beaten.release(len(held)))
    yield beaten


def test_a_lease_is_prolonged_for_as_long_as_it_is_held(ordered, beats) -> None:
    leases = Leases()
    for _ in range(2):
        with leases.hold(ordered):
            assert beats.acquire(timeout=WAIT)
            assert beats.acquire(timeout=WAIT)
            thread = leases.thread
            assert thread is not None
        thread.join(WAIT)
        assert (thread.is_alive(), leases.held, leases.thread) == (False, set(), None)


def test_a_writer_is_left_in_mid_sentence_when_the_run_is_lost(ordered, monkeypatch) -> None:
    """It waits for a writer that says nothing, so only the lease can tell."""

    class Silent(Scripted):
        async def __aiter__(self) -> AsyncIterator[str]:
            self.said = self.sections[0]
            yield self.said[0]
            lease.lost = True
            await asyncio.Event().wait()

    monkeypatch.setattr(writing, "BEAT", 0.01)
    run = take(ordered)
    lease = Lease(run)
    draft = begin_draft(run, "scripted")
    assert draft is not None
    with pytest.raises(NoLongerOurs):
        writing.write_draft(lease, draft, Silent(("Half", 30, 2, None)))
    run.refresh_from_db()
    assert (run.tokens_in, run.tokens_out) == (30, 2), "what it has used is counted"
