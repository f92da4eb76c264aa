"""Work on the tasks of the active plan."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans.errors import CriteriaUnmet, DependenciesUnmet, WrongStatus
from plans.evidence import MODEL, Entry, Level, added, without_opinions
from plans.models import Claim, Project, Task
from plans.services.claims import Grip, check_grip, end_quietly, note_report
from plans.services.evidence import entries_from
from plans.services.outdating import outdate_all
from plans.services.progress import announce_standing, check_workable, refresh_standing
from plans.verdicts import judge, words_of
from realtime import event_types
from realtime.publishing import publish

PENDING, IN_PROGRESS, BLOCKED, DONE = (
    Task.Status.PENDING,
    Task.Status.IN_PROGRESS,
    Task.Status.BLOCKED,
    Task.Status.DONE,
)
TOLD = ("status", "progress", "blocked_reason", "evidence", "started_at", "completed_at")
"""The fields whose changes an event tells."""


def start_task(task: Task, *, grip: Grip | None = None, actor: Actor) -> Task:
    def start(task: Task) -> dict[str, Any]:
        done = Task.objects.filter(plan=task.plan, status=DONE).values_list("code", flat=True)
        if waiting_for := sorted(set(task.dependencies) - set(done)):
            raise DependenciesUnmet(task, waiting_for)
        task.start()
        return {}

    return transition(task, start, event_types.TaskStarted, verb="started", allowed=[PENDING], actor=actor, grip=grip)


def report_progress(task: Task, *, percent: int, note: str = "", grip: Grip | None = None, actor: Actor) -> Task:
    def report(task: Task) -> dict[str, Any]:
        task.progress = percent
        note_report(grip, percent, note)
        return {"percent": percent, "note": note}

    return transition(
        task, report, event_types.TaskProgress, verb="reported on", allowed=[IN_PROGRESS], actor=actor, grip=grip
    )


def block_task(task: Task, *, reason: str, kind: str = "", grip: Grip | None = None, actor: Actor) -> Task:
    def block(task: Task) -> dict[str, Any]:
        task.status = BLOCKED
        task.blocked_reason = reason
        return {"reason": reason, "kind": kind}

    return transition(
        task, block, event_types.TaskBlocked, verb="blocked", allowed=[PENDING, IN_PROGRESS], actor=actor, grip=grip
    )


def unblock_task(task: Task, *, grip: Grip | None = None, actor: Actor) -> Task:
    def unblock(task: Task) -> dict[str, Any]:
        task.status = status_again(task)
        task.blocked_reason = ""
        return {}

    return transition(
        task, unblock, event_types.TaskUnblocked, verb="unblocked", allowed=[BLOCKED], actor=actor, grip=grip
    )


def complete_task(
    task: Task,
    *,
    acceptance: list[dict[str, Any]],
    evidence: list[dict[str, Any]],
    grip: Grip | None = None,
    opinions: Sequence[Entry] = (),
    actor: Actor,
) -> Task:
    """Complete a task whose every acceptance criterion is answered with yes, and shown to hold where that is demanded. Its claim
    has then served.

    One whose claim ran out is pending again; it can still be completed under that claim while nobody has begun to redo it.

    acceptance: [{criterion, met, note?}]; evidence: as `show_evidence` takes it; opinions: what a model thinks of it.
    """

    def complete(task: Task) -> dict[str, Any]:
        answers = [{**answer, "by": {"kind": actor.kind, "name": actor.name}} for answer in acceptance]
        entries = added(without_opinions(task.shown), [*entries_from(task, evidence, actor), *opinions])
        check_met(task, answers, entries, task.plan.project.needed_level)
        task.status, task.progress = DONE, 100
        end_quietly(task.plan.project_id, [task.code], Claim.Ended.COMPLETED)
        task.completed_at = timezone.now()
        task.acceptance_answers = answers
        task.evidence = [entry.as_json() for entry in entries]
        return {"acceptance": answers}

    return transition(
        task,
        complete,
        event_types.TaskCompleted,
        verb="completed",
        allowed=completable(task, grip),
        actor=actor,
        grip=grip,
    )


def completable(task: Task, grip: Grip | None) -> list[Task.Status]:
    return [IN_PROGRESS, PENDING] if grip and task.started_at else [IN_PROGRESS]


def reopen_task(task: Task, *, reason: str = "", actor: Actor) -> Task:
    def reopen(task: Task) -> dict[str, Any]:
        task.reopen()
        task.status = status_again(task)
        outdate_all(task, f"The task was reopened: {reason}" if reason else "The task was reopened.")
        return {"reason": reason}

    return transition(task, reopen, event_types.TaskReopened, verb="reopened", allowed=[DONE], actor=actor)


def status_again(task: Task) -> Task.Status:
    """What a task is that goes on: pending where its last holder has left it, so that it is given out again."""
    claims = Claim.objects.filter(project=task.plan.project_id, resource=task.code)
    left = claims.exists() and not claims.open().exists()
    return IN_PROGRESS if task.started_at and not left else PENDING


@transaction.atomic
def transition(
    task: Task,
    change: Callable[[Task], dict[str, Any]],
    announce_as: type[event_types.TaskWork],
    *,
    verb: str,
    allowed: list[Task.Status],
    grip: Grip | None = None,
    actor: Actor,
) -> Task:
    """Change a task of the active plan under the project's lock, and tell it with the fields that are different now.

    `change` alters the task and returns what its event tells besides.
    """
    project = Project.objects.select_for_update().get(plans=task.plan_id)
    completing = announce_as is event_types.TaskCompleted
    task = workable(project, task, grip, actor, verb=verb, allowed=allowed, completing=completing)
    before = {field: getattr(task, field) for field in TOLD}
    told = change(task)
    task.save()
    standing_changed = refresh_standing(project)
    changes = {field: getattr(task, field) for field in TOLD if getattr(task, field) != before[field]}
    current = project.current_task.code if project.current_task else None
    publish(project.pk, announce_as(changes=changes, current_task=current, **told), actor=actor, task=task.ref)
    if standing_changed:
        announce_standing(project, actor)
    return task


def workable(
    project: Project,
    task: Task,
    grip: Grip | None,
    actor: Actor,
    *,
    verb: str,
    allowed: list[Task.Status],
    completing: bool = False,
) -> Task:
    """A task of a locked project as it is now, where the actor may do this with it. Raises what speaks against it."""
    task = Task.objects.select_related("plan__project").get(pk=task.pk)
    check_workable(task, project)
    check_grip(project, task, grip, actor, completing=completing)
    if task.status not in allowed:
        raise WrongStatus(task, verb, [status.value for status in allowed])
    return task


def check_met(task: Task, answers: Sequence[dict[str, Any]], entries: Sequence[Entry], needed: Level) -> None:
    """Every criterion answered with yes and shown to hold; and no answer to a question that nobody asked."""
    errors = {
        f"acceptance.{index}.criterion": ["The task has no such criterion."]
        for index, answer in enumerate(answers)
        if answer["criterion"] not in task.acceptance
    }
    if errors:
        raise InvalidInput(errors)
    words = words_of(answers)
    verdicts = judge(task.acceptance, words, entries, needed)
    unmet = [verdict for verdict in verdicts if verdict.criterion not in words or verdict.verdict != "met"]
    if unmet:
        missing = next((each.note for each in entries if each.kind == MODEL and each.criterion is None), "")
        unanswered = [verdict.criterion for verdict in unmet if verdict.criterion not in words]
        raise CriteriaUnmet(task, unmet, unanswered, missing or "")
