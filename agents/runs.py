"""Runs: begun by an agent, kept alive by whatever it does, ended by itself, by a person, or by silence."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.utils import timezone

from agents.errors import NoQuestion, RunEnded
from agents.models import Activity, Run
from contexts.entries import add_entry, remove_entries
from gamedev_gateway.core.actors import SYSTEM, Actor
from gamedev_gateway.core.errors import NotFound
from plans.errors import AgentsDoNotDecide
from plans.models import Claim, Project, Task
from plans.services.claims import claim_kept, end_all
from realtime import event_types
from realtime.publishing import TaskRef, publish

BEGUN = Case(When(status=Run.Status.PENDING, then=Value(Run.Status.ACTIVE)), default=F("status"))


@transaction.atomic
def start_run(
    project: Project, *, agent: str, model: str = "", capabilities: list[str] | None = None, actor: Actor
) -> Run:
    """Begin a session of an agent in a project."""
    run = Run.objects.create(
        project=project.lock(),
        agent=agent,
        model=model,
        capabilities=capabilities or [],
        actor=actor.as_json(),
        user_id=actor.user_id,
    )
    publish(project.pk, event_types.RunStarted(run_id=run.pk, agent=agent, model=model), actor=actor)
    return run


def own_run(run_id: int, actor: Actor) -> Run:
    """An open run of this actor, seen now. Raises NotFound for another's, RunEnded for one that has ended."""
    run = Run.objects.select_related("project").filter(pk=run_id, actor=actor.as_json()).first()
    if run is None:
        raise NotFound("You have no such run; start one.")
    if not run.is_open:
        raise RunEnded(run)
    heard_of(Run.objects.filter(pk=run.pk))
    return run


def heard_of(runs: QuerySet[Run]) -> None:
    """Whoever does something in a run is seen, and has begun; the event of what was done tells it."""
    runs.update(seen_at=timezone.now(), status=BEGUN)


def saw_own(run_id: int, actor: Actor) -> None:
    """The same by the id that a claim has: whoever writes under a claim of a run is heard of."""
    heard_of(Run.objects.open().filter(pk=run_id, actor=actor.as_json()))


def saw_waiting(claim_id: int, **_: Any) -> None:
    """The run behind a claim that we keep alive waits for us, and is not gone."""
    held = Claim.objects.filter(pk=claim_id).values("run")
    Run.objects.open().filter(pk__in=held).update(seen_at=timezone.now())


@transaction.atomic
def note_activity(
    run: Run, *, kind: str, body: str, task: str = "", options: list[str] | None = None, actor: Actor
) -> Activity:
    """Note what an agent tells of its run. A question makes the run wait for an answer, and is open in the context until then."""
    project = run.project.lock()
    run = locked(run)
    activity = Activity.objects.create(run=run, kind=kind, body=body, task_code=task, options=options or [])
    asks = kind == Activity.Kind.ELICITATION
    run.status = Run.Status.AWAITING_INPUT if asks else Run.Status.ACTIVE
    run.seen_at = timezone.now()
    run.save(update_fields=["status", "seen_at"])
    told: dict[str, Any] = {"run_id": run.pk, "activity_id": activity.pk, "agent": run.agent}
    payload = (
        event_types.QuestionAsked(**told, question=body, options=activity.options)
        if asks
        else event_types.RunActivity(**told, kind=kind, body=body)
    )
    publish(project.pk, payload, actor=actor, task=ref_of(project, task))
    if asks:
        add_entry(project, "open_questions", body, actor=actor, code=task, question=activity.pk)
    return activity


@transaction.atomic
def answer_question(activity: Activity, *, answer: str, actor: Actor) -> Activity:
    """A person answers an agent's question; when it was the last open one, the run goes on."""
    if actor.is_agent:
        raise AgentsDoNotDecide("answer an agent's question")
    project = activity.run.project.lock()
    activity.refresh_from_db()
    if activity.kind != Activity.Kind.ELICITATION or activity.answered_at:
        raise NoQuestion(activity)
    activity.answer, activity.answered_by, activity.answered_at = answer, actor.as_json(), timezone.now()
    activity.save(update_fields=["answer", "answered_by", "answered_at"])
    open_questions = Activity.objects.filter(run=activity.run, kind=Activity.Kind.ELICITATION, answered_at=None)
    if not open_questions.exists():
        waiting = Run.objects.filter(pk=activity.run_id, status=Run.Status.AWAITING_INPUT)
        waiting.update(status=Run.Status.ACTIVE)
    told = event_types.QuestionAnswered(
        run_id=activity.run_id, activity_id=activity.pk, question=activity.body, answer=answer
    )
    publish(project.pk, told, actor=actor, task=ref_of(project, activity.task_code))
    remove_entries(project, "open_questions", actor=actor, question=activity.pk)
    return activity


@transaction.atomic
def end_run(run: Run, *, status: str, summary: str = "", actor: Actor) -> Run:
    """End a run: its agent says that it is complete or failed, or a person stops it. Its claims are given up."""
    run.project.lock()
    run = locked(run)
    if run.actor != actor.as_json() and actor.is_agent:
        raise AgentsDoNotDecide("stop another agent's run")
    close(run, status, summary, actor)
    return run


def close(run: Run, status: str, summary: str, actor: Actor) -> None:
    run.status, run.summary, run.ended_at = status, summary, timezone.now()
    run.save(update_fields=["status", "summary", "ended_at"])
    held = Claim.objects.filter(project=run.project_id, run=run.pk, ended_at=None).select_related("project")
    ended_as = {
        Run.Status.STALE: Claim.Ended.EXPIRED,
        Run.Status.COMPLETE: Claim.Ended.RELEASED,
    }.get(Run.Status(status), Claim.Ended.RELEASED if run.actor == actor.as_json() else Claim.Ended.TAKEN)
    end_all(held, ended_as, actor=actor)
    told = event_types.RunEnded(run_id=run.pk, agent=run.agent, status=status, summary=summary)
    publish(run.project_id, told, actor=actor)


def locked(run: Run) -> Run:
    """The run as it is under the project's lock. Raises RunEnded."""
    run = Run.objects.select_related("project").get(pk=run.pk)
    if not run.is_open:
        raise RunEnded(run)
    return run


def find_vanished() -> int:
    """Make stale the runs that have not been seen for long. Called every few seconds; returns how many."""
    unseen = Run.objects.open().filter(
        seen_at__lt=timezone.now() - timedelta(seconds=settings.GATEWAY_RUN_SILENCE_SECONDS)
    )
    found = 0
    for run_id in list(unseen.values_list("pk", flat=True)):
        with transaction.atomic():
            Project.objects.select_for_update().get(runs=run_id)
            run = unseen.select_related("project").filter(pk=run_id).first()
            if run is not None:
                close(run, Run.Status.STALE, "Not heard of any more.", SYSTEM)
                found += 1
    return found


def ref_of(project: Project, code: str) -> TaskRef | None:
    task = Task.objects.active().filter(plan__project=project, code=code).first() if code else None
    return task.ref if task else None


def register() -> None:
    claim_kept.connect(saw_waiting)
