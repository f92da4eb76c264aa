"""A writer that says the tokens it is told to, when it is told to, on the path of every other writer.

It stands where a model would: its text goes through `documents.services.runs.writing.Taking` and `documents.feeding.DraftFeed.add`
into a new draft of a document, which begins and ends as a real one.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

import structlog
from django.db import connections, transaction

from documents import services
from documents.feeding import DraftFeed
from documents.models import Document
from documents.services import runs
from documents.services.runs.drafts import begin_draft, finish_draft
from documents.services.runs.ending import end_run, give_up
from documents.services.runs.holding import Lease, NoLongerOurs, leases
from documents.services.runs.writing import Taking, order_for
from documents.writers import SectionOrder, SectionResult
from documents.writing.material import OutlineSection
from gamedev_gateway.core.actors import Actor
from plans.models import Generation, Project
from plans.services import generations

MODEL = "benchmark"
OUTLINE = [OutlineSection(1, "A section of a benchmark")]
log = structlog.get_logger("gateway.benchmarks")


@dataclass(frozen=True)
class Tokens:
    """`count` tokens, `rate` of them a second (0: as fast as they are taken), the first after `delay` seconds.

    In `text`, these are filled in: {i}, the token's number from 0; {due}, CLOCK_MONOTONIC in ns when it was due; {stamp}, the
    same in µs and how many µs coalescing lets it wait for more text, in hex and joined by a dot: short as a token should be.
    """

    text: str
    count: int
    rate: float
    delay: float

    def token(self, number: int, due: float, feed: DraftFeed) -> str:
        waits = max(feed.due - due, 0)
        stamp = f"{round(due * 1e6):x}.{round(waits * 1e6):x}"
        return self.text.format_map({"i": number, "due": round(due * 1e9), "stamp": stamp})


@cache
def shared_loop() -> asyncio.AbstractEventLoop:
    """The event loop of all sources, in a thread of its own: a hundred that wake fifty times a second would be the load."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="benchmark-tokens", daemon=True).start()
    return loop


class TokenSource:
    """A SectionWriter, and the text that it writes. `feed` is where the text goes: it knows how long text waits for more."""

    name = MODEL

    def __init__(self, tokens: Tokens, feed: DraftFeed) -> None:
        self.tokens = tokens
        self.feed = feed
        self.result = SectionResult(MODEL, "What a benchmark has said.", tokens_out=tokens.count)

    @asynccontextmanager
    async def open(self, order: SectionOrder) -> "AsyncIterator[TokenSource]":
        await asyncio.sleep(self.tokens.delay)
        yield self

    def __aiter__(self) -> AsyncIterator[str]:
        return self.paced() if self.tokens.rate else self.unpaced()

    async def paced(self) -> AsyncIterator[str]:
        began = time.monotonic()
        for number in range(self.tokens.count):
            due = began + number / self.tokens.rate
            await asyncio.sleep(max(due - time.monotonic(), 0))
            yield self.tokens.token(number, due, self.feed)

    async def unpaced(self) -> AsyncIterator[str]:
        is_same = "{" not in self.tokens.text
        for number in range(self.tokens.count):
            yield self.tokens.text if is_same else self.tokens.token(number, time.monotonic(), self.feed)


def find_or_create_document(project: Project, actor: Actor) -> Document:
    """A document of the benchmarks that nobody writes now. Call it under the project's lock."""
    mine = Document.objects.filter(project=project, title=MODEL).exclude(status=Document.Status.GENERATING)
    return mine.order_by("pk").first() or services.create_document(
        project, actor=actor, title=MODEL, kind=Document.Kind.OTHER, outline=OUTLINE
    )


def begin(project: Project, document: Document | None, tokens: Tokens, actor: Actor) -> Generation:
    """Begin a run that writes these tokens into the document's first section, in a thread of this process.

    The run is taken before any worker can; the job that was queued with it finds nothing to do.
    """
    with transaction.atomic():
        project.lock()
        document = document or find_or_create_document(project, actor)
        queued = runs.start_run(document, actor=actor, sections=document.sections.all()[:1])
        run = generations.take(queued.pk)
    start(run, tokens)
    return run


def start(run: Generation, tokens: Tokens) -> None:
    threading.Thread(target=write, args=[run, tokens], name=f"benchmark-{run.pk}", daemon=True).start()


def write(run: Generation, tokens: Tokens) -> None:
    """Do the run, as `runs.write_document` does others."""
    try:
        with leases.hold(run) as lease:
            write_section(lease, tokens)
            end_run(run)
    except NoLongerOurs:
        log.info("run_no_longer_ours", generation=run.pk)
    except Exception:
        log.exception("run_failed", generation=run.pk)
        give_up(run, "internal_error", "The server's log knows more.")
    finally:
        connections.close_all()


def write_section(lease: Lease, tokens: Tokens) -> None:
    """As `writing.write_draft`, with a writer that sees where its text goes, on the loop of all sources."""
    draft = begin_draft(lease.run, MODEL)
    if draft is None:
        return
    taking = Taking(lease, draft)
    pumping = taking.pump(TokenSource(tokens, taking.feed), order_for(lease.run, draft.section_id))
    asyncio.run_coroutine_threadsafe(pumping, shared_loop()).result()
    taking.settle()
    finish_draft(lease.run, draft, taking.result, elapsed_ms=taking.elapsed_ms)
