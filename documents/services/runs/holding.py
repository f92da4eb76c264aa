"""Whose a run is: one worker's at a time, for as long as it keeps saying so."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import structlog
from django.db import close_old_connections, connections

from documents.models import Document
from plans.models import Generation, Project
from plans.services import generations

BEAT = 1.0
"""Seconds between two looks at whether the runs are still ours."""
log = structlog.get_logger("gateway.documents")


class NoLongerOurs(Exception):
    """The run was cancelled, or another worker has taken it up: there is nothing more to do or to tell."""


def lock_document(run: Generation) -> Document:
    """The run's document, with its row and its project's locked; NoLongerOurs when the run has been ended or taken up."""
    if Project.objects.select_for_update().filter(pk=run.project_id).first() is None:
        raise NoLongerOurs
    document = Document.objects.select_for_update().select_related("project").filter(pk=run.request["document"]).first()
    ours = Generation.objects.filter(pk=run.pk, attempt=run.attempt, status=Generation.Status.RUNNING)
    if document is None or not ours.exists():
        raise NoLongerOurs
    return document


class Lease:
    """A run that this process is at. `lost` when it is no longer ours."""

    def __init__(self, run: Generation) -> None:
        self.run = run
        self.lost = False


class Leases:
    """All runs that this process is at: one thread prolongs their leases together, every second while there are any."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.held: set[Lease] = set()
        self.thread: threading.Thread | None = None

    @contextmanager
    def hold(self, run: Generation) -> Iterator[Lease]:
        """Keep a run that was taken, until the block ends."""
        lease = Lease(run)
        with self.changed:
            self.held.add(lease)
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self.keep_all, name="documents-leases", daemon=True)
                self.thread.start()
        try:
            yield lease
        finally:
            with self.changed:
                self.held.discard(lease)
                self.changed.notify_all()

    def keep_all(self) -> None:
        try:
            while held := self.wait_a_beat():
                prolong(held)
        finally:
            connections.close_all()

    def wait_a_beat(self) -> list[Lease]:
        """The leases to be prolonged now; none, and the thread has ended, when nothing is held any more."""
        with self.changed:
            if self.changed.wait_for(lambda: not self.held, timeout=BEAT):
                self.thread = None
            return list(self.held)


def prolong(held: Collection[Lease]) -> None:
    """A database that is away for a moment says nothing about whose a run is; all that is written is fenced."""
    try:
        close_old_connections()
        ours = generations.keep_all([lease.run for lease in held])
    except Exception:
        log.exception("leases_not_prolonged", runs=len(held))
        return
    for lease in held:
        lease.lost = lease.lost or lease.run.pk not in ours


leases = Leases()
