"""Runs of the writers done: at once by the template, or thought out by a model, outside any transaction, and then written."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from django.db import DatabaseError, connection, models, transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.correlation import correlated
from gamedev_gateway.core.errors import Conflict, GatewayError
from gamedev_gateway.core.llm import Model, ModelError, Usage, configured_model
from plans.models import Generation, Project
from plans.services import generations
from plans.services.budgets import check_budget
from plans.services.generations import LEASE, NotOpen
from plans.services.writers import Writer
from realtime import event_types
from realtime.publishing import publish
from realtime.threads import in_database

T = TypeVar("T")
BEAT = 1.0
"""Seconds between two looks at whether the run is still ours."""
MOST_THOUGHTS = 2
"""An answer whose order has changed meanwhile is thought out anew so often in all."""
TEMPLATE = "template"
log = structlog.get_logger("gateway.generations")

_writers: dict[str, Writer[Any, Any]] = {}


class BaseChanged(Conflict):
    """What a model thought about was changed by somebody while it thought, each time."""

    code = "base_changed"

    def __init__(self) -> None:
        super().__init__("What this was to be made from has been changed meanwhile, twice. Look at it, and ask again.")


@dataclass(frozen=True)
class Thought:
    """What came of asking a model. Without an answer the template writes, and `by` says whose place it takes and why."""

    answer: Any | None
    by: str

    @classmethod
    def of_template(cls, model: Model, code: str) -> "Thought":
        return cls(None, f"{TEMPLATE} ({model.name}: {code})")


def register_writer(kind: str, writer: Writer[Any, Any]) -> None:
    _writers[kind] = writer
    generations.register_long_run(kind, generations.LongRun(run=do_job, cancel=cancel, lease=LEASE))


# The doors


@transaction.atomic
def generate_now(project: Project, kind: str, request: dict[str, Any], *, actor: Actor) -> models.Model:
    """Have the template write, in the caller's transaction; an error leaves nothing behind."""
    return write_at_once(generations.begin(project, kind, request, actor, Generation.Status.RUNNING))


@transaction.atomic
def run_now(project: Project, kind: str, request: dict[str, Any], *, actor: Actor) -> Generation:
    """The same, giving the run."""
    run = generations.begin(project, kind, request, actor, Generation.Status.RUNNING)
    write_at_once(run)
    run.refresh_from_db()
    return run


def generate(project: Project, kind: str, request: dict[str, Any], *, actor: Actor) -> Generation:
    """Have whoever writes here write, and wait for it. Not inside a transaction, since a model may think for minutes."""
    if not model_writes():
        return run_now(project, kind, request, actor=actor)
    queued = generations.queue(project, kind, request, actor)
    run = do_run(queued)
    if run is None:
        raise lost(queued)
    return run


def model_writes() -> bool:
    return configured_model() is not None


def do_run(queued: Generation) -> Generation | None:
    """Do a queued run in this thread. Raises what it fails with, once its row says so. None when a worker has it."""
    run = generations.take(queued.pk)
    if run is None:
        return None
    with correlated(run.correlation_id):
        complete(run)
    run.refresh_from_db()
    return run


def do_job(run: Generation) -> None:
    """A run that a worker has taken. However it ends, its row says so."""
    with suppress(Exception):
        complete(run)


def cancel(generation: Generation, actor: Actor) -> None:
    """End a run; a model that thinks about it is left within a second or two. Raises NotOpen when it has ended."""
    run = Generation.objects.select_for_update().get(pk=generation.pk)
    if not generations.end_long_run(run, Generation.Status.CANCELLED):
        raise NotOpen(run)


# Thinking and writing


def complete(run: Generation) -> models.Model:
    """Do a run that was taken, and end it. Raises what it fails with; NotOpen when somebody else has ended it or taken it up."""
    try:
        model = configured_model()
        return write_thought_out(run, model) if model else write_at_once(run)
    except NotOpen:
        raise
    except Exception as error:
        fail(run, error)
        raise


@transaction.atomic
def write_at_once(run: Generation) -> models.Model:
    project = run.project.lock()
    writer = _writers[run.kind]
    return write(run, project, writer.read(project, run.request), Thought(None, TEMPLATE))


def write_thought_out(run: Generation, model: Model) -> models.Model:
    """Think, then write what was thought out if it still fits; else think once more about what there is now."""
    writer = _writers[run.kind]
    order = writer.read(run.project, run.request)
    for _ in range(MOST_THOUGHTS):
        check_budget(run.project)
        thought = think(run, writer, model, order)
        with transaction.atomic():
            project = hold(run)
            now = writer.read(project, run.request)
            if thought.answer is None or writer.fits(thought.answer, order, now):
                return write_or_leave(run, project, now, thought, model)
        order = now
    raise BaseChanged


def think(run: Generation, writer: Writer[Any, Any], model: Model, order: Any) -> Thought:
    """Ask the model. What that costs is counted however it ends; where the model fails, the template can mostly answer."""
    usage = Usage()
    give_back_connection()
    try:
        return Thought(asyncio.run(while_ours(run, writer.ask(model, order, usage))), model.name)
    except ModelError as error:
        if writer.needs_model:
            raise
        return Thought.of_template(model, error.code)
    finally:
        generations.spend(run, usage)


def give_back_connection() -> None:
    """Others need it while a model thinks. Inside a transaction, as tests are, it cannot be had back and stays."""
    if not connection.in_atomic_block:
        connection.close()


async def while_ours(run: Generation, thinking: Coroutine[Any, Any, T]) -> T:
    """Keep the run's lease alive while the model thinks; leave off, and raise NotOpen, when the run is no longer ours."""
    task = asyncio.ensure_future(thinking)
    try:
        while not task.done():
            await asyncio.wait([task], timeout=BEAT)
            if not task.done() and not await still_ours(run):
                raise await in_database(lost, run)
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def still_ours(run: Generation) -> bool:
    """A database that is away for a moment says nothing about whose the run is; its end is fenced."""
    try:
        return await in_database(keep, run)
    except DatabaseError:
        log.exception("lease_not_prolonged", generation=run.pk)
        return True


def keep(run: Generation) -> bool:
    """Prolong the run's lease, and whatever else must live as long; False when it is no longer ours."""
    ours = bool(generations.keep_all([run]))
    if ours:
        _writers[run.kind].keep(run)
    return ours


def hold(run: Generation) -> Project:
    """The run's project, locked, and the run ours for as long as writing takes; NotOpen when it no longer is."""
    project = Project.objects.select_for_update().filter(pk=run.project_id).first()
    if project is None or not generations.keep_all([run], LEASE):
        raise lost(run)
    return project


def lost(run: Generation) -> NotOpen:
    """What to raise when a run is no longer ours: it says what has become of it."""
    return NotOpen(Generation.objects.filter(pk=run.pk).first() or run)


def write_or_leave(run: Generation, project: Project, order: Any, thought: Thought, model: Model) -> models.Model:
    """Write an answer. One that our laws refuse after all, with what is stored by now, is left, and the template writes."""
    try:
        with transaction.atomic():
            return write(run, project, order, thought)
    except NotOpen:
        raise
    except GatewayError as error:
        if thought.answer is None or _writers[run.kind].needs_model:
            raise
        log.warning("answer_left", generation=run.pk, code=error.code)
        instead = Thought.of_template(model, error.code)
    return write(run, project, order, instead)


def write(run: Generation, project: Project, order: Any, thought: Thought) -> models.Model:
    """Store it, and end the run in the same transaction; a run cancelled meanwhile takes that back."""
    made = _writers[run.kind].write(run, project, order, thought.answer)
    target = {"type": made._meta.model_name, "id": made.pk}
    if not generations.end_long_run(
        run, Generation.Status.DONE, target=target, model=thought.by[:200], result=run.result
    ):
        raise lost(run)
    return made


@transaction.atomic
def fail(run: Generation, error: Exception) -> None:
    """End a run badly, with the reason in the row and in the log of the project."""
    if isinstance(error, GatewayError):
        code, message = error.code, error.detail
    else:
        code, message = "internal_error", "This is our fault; the server's log knows more."
        log.error("generation_failed", generation=run.pk, exc_info=error)
    if generations.end_long_run(run, Generation.Status.FAILED, error={"code": code, "message": message}):
        told = event_types.Error(kind=run.kind, code=code, message=message, generation_id=run.pk)
        publish(run.project_id, told, actor=generations.asked_by(run))
