"""Retention: letting go of the oldest events of a log, when somebody asks for it.

A log is only ever trimmed from its beginning, and never of its newest event: what is kept has no hole, and its head keeps its
cursor. Whoever asks for what is gone is told `trimmed`.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from realtime.models import Event, Stream
from realtime.signals import events_going

BATCH = 500
"""Events deleted in one transaction: a few milliseconds for which writers wait."""

log = structlog.get_logger("gateway.retention")


@dataclass(frozen=True)
class Retention:
    """What stays: events since a moment, and the newest `keep`. An event goes when no rule holds it; without a rule, none goes."""

    since: datetime | None = None
    keep: int | None = None

    def kept_from(self, stream: Stream) -> int:
        """The seq of the first event of a stream that stays. Its newest one always does."""
        firsts = []
        if self.keep is not None:
            firsts.append(stream.head - self.keep + 1)
        if self.since is not None:
            firsts.append(first_since(stream, self.since))
        return max(stream.kept_from, min([stream.head, *firsts])) if firsts else stream.kept_from


def first_since(stream: Stream, moment: datetime) -> int:
    """The seq of the first event that is not older; beyond the head when all are. Events of later seqs stay with it, however
    old: imported history has times of its own."""
    recent = Event.objects.filter(stream=stream, timestamp__gte=moment).order_by("seq")
    return recent.values_list("seq", flat=True).first() or stream.head + 1


def trim(stream: Stream, kept_from: int) -> Iterator[int]:
    """Delete the events before a seq, batch by batch; yields how many each batch had.

    Between batches it rests as long as the batch took, so that writers get their turn. It can be left off anywhere.
    """
    at = stream.kept_from
    while at < kept_from:
        began = time.monotonic()
        before, at = at, min(at + BATCH, kept_from)
        trim_batch(stream, at)
        yield at - before
        time.sleep(time.monotonic() - began)
    log.info("log_trimmed", stream=stream.name, kept_from=kept_from)


@transaction.atomic
def trim_batch(stream: Stream, kept_from: int) -> None:
    """Delete the events before a seq and raise the mark with them, so that no reader sees the one without the other.

    The mark comes last: its row is the one that publishers lock.
    """
    events_going.send(sender=Stream, stream=stream, kept_from=kept_from)
    Event.objects.filter(stream=stream, seq__lt=kept_from).delete()
    Stream.objects.filter(pk=stream.pk, kept_from__lt=kept_from).update(kept_from=kept_from)
