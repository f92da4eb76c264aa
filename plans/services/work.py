"""Work on the tasks of the active plan."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans.errors import CriteriaUnmet, DependenciesUnmet, WrongStatus
from plans.models import Artifact, Claim, Project, Task
from plans.services.claims import Grip, check_grip, end_quietly, note_report
from plans.services.progress import announce_standing, check_workable, refresh_standing
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
        task.status = IN_PROGRESS if task.started_at else PENDING
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
    actor: Actor,
) -> Task:
    """Complete a task whose every acceptance criterion is answered with yes. Its claim has then served.

    One whose claim ran out is pending again; it can still be completed under that claim while nobody has begun to redo it.

    acceptance: [{criterion, met, note?}]; evidence: [{kind, note?, artifact?}], artifacts by id.
    """

    def complete(task: Task) -> dict[str, Any]:
        check_answers(task, acceptance)
        check_evidence(task, evidence)
        task.status, task.progress = DONE, 100
        end_quietly(task.plan.project_id, [task.code], Claim.Ended.COMPLETED)
        task.completed_at = timezone.now()
        task.acceptance_answers = acceptance
        task.evidence = [*task.evidence, *evidence]
        return {"acceptance": acceptance}

    begun = [IN_PROGRESS, PENDING] if grip and task.started_at else [IN_PROGRESS]
    return transition(
        task, complete, event_types.TaskCompleted, verb="completed", allowed=begun, actor=actor, grip=grip
    )


def reopen_task(task: Task, *, reason: str = "", actor: Actor) -> Task:
    def reopen(task: Task) -> dict[str, Any]:
        task.reopen()
        return {"reason": reason}

    return transition(task, reopen, event_types.TaskReopened, verb="reopened", allowed=[DONE], actor=actor)


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
    task = Task.objects.select_related("plan").get(pk=task.pk)
    check_workable(task, project)
    check_grip(project, task, grip, actor, completing=announce_as is event_types.TaskCompleted)
    if task.status not in allowed:
        raise WrongStatus(task, verb, [status.value for status in allowed])
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


def check_answers(task: Task, acceptance: list[dict[str, Any]]) -> None:
    """Every criterion answered, each with yes; and no answer to a question that nobody asked."""
    answers = {answer["criterion"]: answer["met"] for answer in acceptance}
    errors = {
        f"acceptance.{index}.criterion": ["The task has no such criterion."]
        for index, answer in enumerate(acceptance)
        if answer["criterion"] not in task.acceptance
    }
    if errors:
        raise InvalidInput(errors)
    if unmet := [criterion for criterion in task.acceptance if not answers.get(criterion)]:
        raise CriteriaUnmet(task, unmet, [criterion for criterion in unmet if criterion not in answers])


def check_evidence(task: Task, evidence: list[dict[str, Any]]) -> None:
    """Evidence names artifacts of the task, none of which was found invalid."""
    own = dict(task.artifacts.values_list("pk", "validation_status"))
    errors = {}
    for index, item in enumerate(evidence):
        artifact = item.get("artifact")
        if artifact is None:
            continue
        if artifact not in own:
            errors[f"evidence.{index}.artifact"] = ["The task has no such artifact."]
        elif own[artifact] == Artifact.Validation.INVALID:
            errors[f"evidence.{index}.artifact"] = ["It was found to be invalid; mend it, and have it checked again."]
    if errors:
        raise InvalidInput(errors)
