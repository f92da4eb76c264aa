"""Runs of the writers, each a row: begun, held by one worker at a time, ended.

What a run does is registered by kind, so that the apps above can add theirs.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import DecimalField, F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.correlation import correlated, correlation_id
from gamedev_gateway.core.errors import Conflict
from gamedev_gateway.core.llm import Usage
from plans.models import Generation, Project
from plans.services.budgets import check_budget

LEASE = timedelta(seconds=60)
LONG_RUN_LEASE = timedelta(seconds=8)
"""Short, since it is prolonged every second: a dead worker's run is taken up within fifteen seconds."""
JOB_LOST_AFTER = timedelta(seconds=15)
"""A run that waits so long is queued once more: a worker may have died between taking the job and taking the run."""
CENTS = DecimalField(max_digits=10, decimal_places=6)


class NotOpen(Conflict):
    """The run has ended."""

    code = "generation_ended"

    def __init__(self, generation: Generation) -> None:
        super().__init__(f"This run is {generation.status} already.", generation_status=generation.status)


@dataclass(frozen=True)
class LongRun:
    """A kind of run that takes its time: outside a transaction, with a lease that it keeps alive itself (see `keep_all`).

    `run` does it and ends it, also badly; `cancel` ends it on somebody's word. Both write the run's row themselves.
    `lease`: how long it is held before it is kept alive for the first time.
    """

    run: Callable[[Generation], None]
    cancel: Callable[[Generation, Actor], None]
    lease: timedelta = LONG_RUN_LEASE


_long_runs: dict[str, LongRun] = {}


def register_long_run(kind: str, run: LongRun) -> None:
    _long_runs[kind] = run


# Beginning


@transaction.atomic
def generate_later(project: Project, kind: str, request: dict[str, Any], *, actor: Actor) -> Generation:
    """Queue a run for the workers. Raises BudgetSpent when a model would write and the project's tokens are used up."""
    generation = queue(project, kind, request, actor)
    transaction.on_commit(lambda: enqueue(generation.pk))
    return generation


def queue(project: Project, kind: str, request: dict[str, Any], actor: Actor) -> Generation:
    """A run that somebody will take, within JOB_LOST_AFTER by the one who asks, or else a worker."""
    check_budget(project)
    return begin(project, kind, request, actor, Generation.Status.QUEUED)


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


def asked_by(generation: Generation) -> Actor:
    return Actor(**generation.requested_by)


# Doing


def run_generation(generation_id: int) -> None:
    """Do a queued run. Harmless when another worker has it, or when it has ended."""
    generation = take(generation_id)
    if generation is None:
        return
    with correlated(generation.correlation_id):
        _long_runs[generation.kind].run(generation)


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
    generation.lease_until = timezone.now() + _long_runs[generation.kind].lease
    generation.save(update_fields=["status", "attempt", "lease_until"])
    return generation


def keep_all(taken: Collection[Generation], lease: timedelta = LONG_RUN_LEASE) -> set[int]:
    """Prolong the leases of long runs. Gives the ids of those that are still ours: no other has ended or been taken up by another
    worker. Mostly one statement, since few runs are taken more than once."""
    ours = set()
    for attempt in {generation.attempt for generation in taken}:
        ids = {generation.pk for generation in taken if generation.attempt == attempt}
        running = Generation.objects.filter(pk__in=ids, attempt=attempt, status=Generation.Status.RUNNING)
        kept = running.update(lease_until=timezone.now() + lease)
        ours |= ids if kept == len(ids) else set(running.values_list("pk", flat=True))
    return ours


def spend(generation: Generation, usage: Usage) -> None:
    """Add what an answer has cost to the run's row, whoever has the run by now. The first token is the first answer's."""
    spent: dict[str, Any] = {
        "tokens_in": F("tokens_in") + usage.tokens_in,
        "tokens_out": F("tokens_out") + usage.tokens_out,
    }
    if usage.first_token_ms is not None:
        spent["first_token_ms"] = Coalesce("first_token_ms", usage.first_token_ms)
    if usage.cost_usd is not None:
        cost = Value(usage.cost_usd, output_field=CENTS)
        spent["cost_usd"] = Coalesce(F("cost_usd") + cost, cost, output_field=CENTS)
    Generation.objects.filter(pk=generation.pk).update(**spent)


# Ending


def end_long_run(generation: Generation, status: str, *, error: dict[str, str] | None = None, **fields: Any) -> bool:
    """End a run, in the transaction of what ends with it. False when it was no longer ours to end."""
    ours = Generation.objects.filter(pk=generation.pk, attempt=generation.attempt, status__in=Generation.OPEN)
    now = timezone.now()
    elapsed_ms = round((now - generation.created_at).total_seconds() * 1000)
    return bool(
        ours.update(status=status, error=error, elapsed_ms=elapsed_ms, finished_at=now, lease_until=None, **fields)
    )


@transaction.atomic
def cancel_generation(generation: Generation, *, actor: Actor) -> Generation:
    """End a run before it has ended by itself. Raises NotOpen when it has."""
    _long_runs[generation.kind].cancel(generation, actor)
    generation.refresh_from_db()
    return generation


# What dead workers left


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
