"""Runs of the writers, each a row: at once, or as a job.

What a run does is registered by kind, so that the apps above can add theirs.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import models, transaction
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.correlation import correlated, correlation_id
from gamedev_gateway.core.errors import Conflict, GatewayError
from plans.models import Generation, Project
from realtime import event_types
from realtime.publishing import publish

LEASE = timedelta(seconds=60)
LONG_RUN_LEASE = timedelta(seconds=8)
"""Short, since it is prolonged every second: a dead worker's run is taken up within fifteen seconds."""
JOB_LOST_AFTER = timedelta(seconds=15)
"""A run that waits so long is queued once more: a worker may have died between taking the job and taking the run."""
log = structlog.get_logger("gateway.generations")


class NotOpen(Conflict):
    """The run has ended."""

    code = "generation_ended"

    def __init__(self, generation: Generation) -> None:
        super().__init__(f"This run is {generation.status} already.", generation_status=generation.status)


@dataclass(frozen=True)
class LongRun:
    """A kind of run that takes its time: outside a transaction, with a lease that it keeps alive itself (see `keep`).

    `run` does it and ends it, also badly; `cancel` ends it on somebody's word. Both write the run's row themselves.
    """

    run: Callable[[Generation], None]
    cancel: Callable[[Generation, Actor], None]


Work = Callable[[Project, dict[str, Any], Actor], models.Model]
"""What a run does: (project, request, actor) → the object that it made. Raises GatewayError when it cannot."""

_work: dict[str, Work] = {}
_long_runs: dict[str, LongRun] = {}


def register_work(kind: str, work: Work) -> None:
    _work[kind] = work


def register_long_run(kind: str, run: LongRun) -> None:
    _long_runs[kind] = run


@transaction.atomic
def generate_now(project: Project, kind: str, request: dict[str, Any], *, actor: Actor) -> models.Model:
    """Run at once, in the caller's transaction; an error leaves nothing behind."""
    generation = begin(project, kind, request, actor, Generation.Status.RUNNING)
    started = time.perf_counter()
    made = _work[kind](project, request, actor)
    finish(generation, started, made)
    return made


@transaction.atomic
def generate_later(project: Project, kind: str, request: dict[str, Any], *, actor: Actor) -> Generation:
    """Queue a run for the workers."""
    generation = begin(project, kind, request, actor, Generation.Status.QUEUED)
    transaction.on_commit(lambda: enqueue(generation.pk))
    return generation


def enqueue(generation_id: int) -> None:
    from plans.jobs import run_generation_job

    run_generation_job.enqueue(generation_id)


def begin(project: Project, kind: str, request: dict[str, Any], actor: Actor, status: str) -> Generation:
    return Generation.objects.create(
        project=project,
        kind=kind,
        request=request,
        requested_by=actor.as_json() | {"user_id": actor.user_id},
        correlation_id=correlation_id(),
        status=status,
    )


def run_generation(generation_id: int) -> None:
    """Do a queued run. Harmless when another worker has it, or when it has ended."""
    generation = take(generation_id)
    if generation is None:
        return
    with correlated(generation.correlation_id):
        if generation.kind in _long_runs:
            _long_runs[generation.kind].run(generation)
        else:
            run_in_transaction(generation)


def run_in_transaction(generation: Generation) -> None:
    actor = asked_by(generation)
    started = time.perf_counter()
    try:
        with transaction.atomic():
            made = _work[generation.kind](generation.project, generation.request, actor)
            finish(generation, started, made)
    except Exception as error:
        fail(generation, started, error, actor)


def asked_by(generation: Generation) -> Actor:
    return Actor(**generation.requested_by)


@transaction.atomic
def take(generation_id: int) -> Generation | None:
    """The run, now ours for the length of a lease; None when it is not to be had."""
    generation = Generation.objects.select_for_update().select_related("project").filter(pk=generation_id).first()
    if generation is None or generation.status not in Generation.OPEN:
        return None
    if (
        generation.status == Generation.Status.RUNNING
        and generation.lease_until
        and generation.lease_until > timezone.now()
    ):
        return None
    generation.status = Generation.Status.RUNNING
    generation.attempt += 1
    generation.lease_until = timezone.now() + (LONG_RUN_LEASE if generation.kind in _long_runs else LEASE)
    generation.save(update_fields=["status", "attempt", "lease_until"])
    return generation


def keep(generation: Generation) -> bool:
    """Prolong the lease of a long run. False when it is no longer ours: it has ended, or another worker has taken it up."""
    ours = Generation.objects.filter(pk=generation.pk, attempt=generation.attempt, status=Generation.Status.RUNNING)
    return bool(ours.update(lease_until=timezone.now() + LONG_RUN_LEASE))


def end_long_run(generation: Generation, status: str, *, error: dict[str, str] | None = None, **fields: Any) -> bool:
    """End a long run, in the transaction of what ends with it. False when it was no longer ours to end."""
    ours = Generation.objects.filter(pk=generation.pk, attempt=generation.attempt, status__in=Generation.OPEN)
    now = timezone.now()
    elapsed_ms = round((now - generation.created_at).total_seconds() * 1000)
    return bool(
        ours.update(status=status, error=error, elapsed_ms=elapsed_ms, finished_at=now, lease_until=None, **fields)
    )


def finish(generation: Generation, started: float, made: models.Model) -> None:
    """End a run well, in the transaction of what it made; a run cancelled meanwhile takes that back."""
    done = Generation.objects.filter(pk=generation.pk, status=Generation.Status.RUNNING).update(
        status=Generation.Status.DONE,
        target={"type": made._meta.model_name, "id": made.pk},
        elapsed_ms=elapsed(started),
        finished_at=timezone.now(),
    )
    if not done:
        raise NotOpen(Generation.objects.get(pk=generation.pk))


@transaction.atomic
def fail(generation: Generation, started: float, error: Exception, actor: Actor) -> None:
    """End a run badly, with the reason in the row and in the log of the project."""
    if isinstance(error, GatewayError):
        code, message = error.code, error.detail
    else:
        code, message = "internal_error", "This is our fault; the server's log knows more."
        log.error("generation_failed", generation=generation.pk, exc_info=error)
    failed = Generation.objects.filter(pk=generation.pk, status=Generation.Status.RUNNING).update(
        status=Generation.Status.FAILED,
        error={"code": code, "message": message},
        elapsed_ms=elapsed(started),
        finished_at=timezone.now(),
    )
    if failed:
        told = event_types.Error(kind=generation.kind, code=code, message=message, generation_id=generation.pk)
        publish(generation.project_id, told, actor=actor)


@transaction.atomic
def cancel_generation(generation: Generation, *, actor: Actor) -> Generation:
    """End a run before it has ended by itself. Raises NotOpen when it has."""
    if generation.kind in _long_runs:
        _long_runs[generation.kind].cancel(generation, actor)
        generation.refresh_from_db()
        return generation
    cancelled = Generation.objects.filter(pk=generation.pk, status__in=Generation.OPEN).update(
        status=Generation.Status.CANCELLED, finished_at=timezone.now()
    )
    generation.refresh_from_db()
    if not cancelled:
        raise NotOpen(generation)
    return generation


def take_up_abandoned() -> int:
    """Queue again the runs that a dead worker left behind; called when a server starts. Returns how many."""
    open_runs = Generation.objects.filter(status__in=Generation.OPEN)
    abandoned = open_runs.filter(models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=timezone.now()))
    ids = list(abandoned.values_list("pk", flat=True))
    for generation_id in ids:
        enqueue(generation_id)
    return len(ids)


def take_up_expired() -> int:
    """Queue again the runs whose worker has let its lease lapse, and those that nobody has begun for long.

    Called every few seconds. Returns how many. A job too many does no harm (see `take`).
    """
    now = timezone.now()
    unbegun = models.Q(status=Generation.Status.QUEUED, lease_until=None, created_at__lt=now - JOB_LOST_AFTER)
    expired = Generation.objects.filter(models.Q(status__in=Generation.OPEN, lease_until__lt=now) | unbegun)
    queued = 0
    for generation_id in list(expired.values_list("pk", flat=True)):
        with transaction.atomic():
            again = expired.filter(pk=generation_id)
            if again.update(status=Generation.Status.QUEUED, lease_until=now + JOB_LOST_AFTER):
                enqueue(generation_id)
                queued += 1
    return queued


def elapsed(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
