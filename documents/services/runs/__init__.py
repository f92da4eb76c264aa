"""Runs: a document's sections written one after the other, as a job.

A run is begun (`beginning`), written (`writing`, `drafts`) and ended (`ending`); each step is a transaction of its own, and
checks that the run is still its worker's (`holding`). A worker that died is noticed by its lease: another takes the run up,
ends what was begun as failed, and goes on with the sections that are not done.
"""

from documents.services.runs.beginning import order_cancel, order_missing, order_run, start_run
from documents.services.runs.ending import cancel_generation, cancel_run
from documents.services.runs.writing import write_document
from plans.models import Generation
from plans.services import generations
from realtime import access

__all__ = ["cancel_run", "order_cancel", "order_missing", "order_run", "register", "start_run", "write_document"]


def register() -> None:
    long_run = generations.LongRun(run=write_document, cancel=cancel_generation)
    generations.register_long_run(Generation.Kind.DOCUMENT, long_run)
    generations.register_long_run(Generation.Kind.SECTION, long_run)
    access.register_order("generate", order_run)
    access.register_order("generate_missing", order_missing)
    access.register_order("cancel", order_cancel)
