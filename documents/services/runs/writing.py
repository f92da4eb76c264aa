"""A run at work: each section's text taken from its writer and stored as it comes."""

import asyncio
import time

import structlog
from django.db.models import Q

from documents.errors import WorkersLost
from documents.feeding import DraftFeed
from documents.material import material_of
from documents.models import Document, Draft
from documents.services.runs.drafts import (
    WORKER_LOST,
    begin_draft,
    clear_up,
    count_cost,
    fail_draft,
    finish_draft,
)
from documents.services.runs.ending import end_run, give_up
from documents.services.runs.holding import BEAT, Lease, NoLongerOurs, leases
from documents.writers import SectionOrder, SectionResult, SectionText, SectionWriter, section_writer
from gamedev_gateway.core.errors import GatewayError
from plans.models import Generation

END_OF_TEXT_BEFORE = 1_500
MOST_LOST = 8
"""Workers in a row that a run may cost without a section to show for it. A server that is restarted again and again costs some, and
`storms.documents --kills 5` five; a run that kills whoever takes it up must not do so for more than these two minutes."""
log = structlog.get_logger("gateway.documents")


def write_document(run: Generation) -> None:
    """Do a run that a worker has taken: write its sections in order, and end it, well or badly."""
    with leases.hold(run) as lease:
        try:
            write_sections(lease)
        except NoLongerOurs:
            log.info("run_no_longer_ours", generation=run.pk)
        except GatewayError as error:
            give_up(run, error.code, error.detail)
        except Exception:
            log.exception("run_failed", generation=run.pk)
            give_up(run, "internal_error", "This is our fault; the server's log knows more.")


def write_sections(lease: Lease) -> None:
    run = lease.run
    clear_up(run)
    if lost_in_a_row(run) >= MOST_LOST:
        raise WorkersLost(MOST_LOST)
    writer = section_writer()
    while (draft := begin_draft(run, writer.name)) is not None:
        write_draft(lease, draft, writer)
    end_run(run)


def lost_in_a_row(run: Generation) -> int:
    """How many workers have ended with the run since its last finished section, as their drafts tell. Or how many have before they
    came to a draft at all: at least as many as there were more attempts than drafts."""
    drafts = run.drafts.filter(Q(status=Draft.Status.DONE) | Q(error__code=WORKER_LOST["code"])).order_by("-number")
    statuses = list(drafts.values_list("status", flat=True))
    in_a_section = next((place for place, status in enumerate(statuses) if status == Draft.Status.DONE), len(statuses))
    return max(in_a_section, run.attempt - 1 - len(statuses))


def write_draft(lease: Lease, draft: Draft, writer: SectionWriter) -> None:
    taking = Taking(lease, draft)
    try:
        taking.run(writer, order_for(lease.run, draft.section_id))
        finish_draft(lease.run, draft, taking.result, elapsed_ms=taking.elapsed_ms)
    except GatewayError as error:
        fail_draft(lease.run, draft, error, taking.result, elapsed_ms=taking.elapsed_ms)
        raise
    except NoLongerOurs:
        count_cost(lease.run, taking.result)
        raise


class Taking:
    """Text on its way from a writer into a draft. `result` is right when the writer has left off, however it did."""

    def __init__(self, lease: Lease, draft: Draft) -> None:
        self.lease = lease
        self.feed = DraftFeed(draft.pk, draft.document_id, draft.section_id, draft.number)
        self.result = SectionResult(draft.model)
        self.started = time.monotonic()

    @property
    def elapsed_ms(self) -> int:
        return round((time.monotonic() - self.started) * 1000)

    def run(self, writer: SectionWriter, order: SectionOrder) -> None:
        """Take all of it. NoLongerOurs when the run, or the draft, has been ended or taken up by somebody else."""
        try:
            asyncio.run(self.pump(writer, order))
        finally:
            self.settle()

    def settle(self) -> None:
        """Wait until all that came is stored."""
        self.feed.flush()
        if self.feed.lost:
            raise NoLongerOurs

    async def pump(self, writer: SectionWriter, order: SectionOrder) -> None:
        """Take the text from the writer as it comes. Leaves off, in mid-sentence, when the run is no longer ours."""
        taking = asyncio.ensure_future(self.take_text(writer, order))
        try:
            while not taking.done():
                await asyncio.wait([taking], timeout=BEAT)
                if self.lease.lost and not taking.done():
                    raise NoLongerOurs
            taking.result()
        finally:
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)

    async def take_text(self, writer: SectionWriter, order: SectionOrder) -> None:
        text: SectionText | None = None
        try:
            async with writer.open(order) as text:
                async for piece in text:
                    self.feed.add(piece)
                    if self.feed.lost:
                        raise NoLongerOurs
        finally:
            if text is not None:
                self.result = text.result


def order_for(run: Generation, section_id: int) -> SectionOrder:
    document = Document.objects.select_related("project").get(pk=run.request["document"])
    sections = list(document.sections.select_related("current_draft"))
    place = next(number for number, each in enumerate(sections) if each.pk == section_id)
    before = sections[place - 1].current_draft if place else None
    present = sections[place].current_draft
    return SectionOrder(
        material=material_of(document),
        outline=[each.outline for each in sections],
        idx=place,
        global_summary=document.global_summary,
        previous_text=before.text[-END_OF_TEXT_BEFORE:] if before else "",
        instructions=run.request["instructions"],
        present_text=present.text if present else "",
    )
