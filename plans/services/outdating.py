"""When what was shown is another by now: evidence goes out of date, and says so. What is done stays done."""

from collections.abc import Callable, Sequence
from typing import Any

from gamedev_gateway.core.actors import Actor
from plans.evidence import Entry, highest, outdated
from plans.models import Artifact, Task
from plans.services.evidence import keep, level_by_check, now, same_file, same_place


def outdate_older(artifact: Artifact, actor: Actor) -> list[dict[str, Any]]:
    """A new artifact takes the place of older ones: evidence that shows those is stale now. Gives [{task, evidence}] by code and number."""
    older = list(same_place(artifact).filter(pk__lt=artifact.pk).select_related("task__plan"))
    why = f"{artifact.path or artifact.uri} was registered anew as artifact {artifact.pk}."

    def is_old(entry: Entry) -> bool:
        return not same_file(entry.sha256, artifact.sha256)

    return outdate(older, is_old, why, actor, replaced_by=artifact.pk)


def reconsider(artifact: Artifact, actor: Actor) -> None:
    """What a verdict on an artifact means for the evidence that shows it: worth more, or nothing."""
    if artifact.validation_status == Artifact.Validation.INVALID:
        outdate([artifact], lambda entry: True, f"Artifact {artifact.pk} was found invalid.", actor)
        return
    digest = (artifact.validation_report.get("facts") or {}).get("sha256")
    why = f"The file of artifact {artifact.pk} is another by now."
    outdate([artifact], lambda entry: bool(digest and entry.sha256) and entry.sha256 != digest, why, actor)
    for task in tasks_showing([artifact]):
        raised = [with_check(entry, artifact) for entry in task.shown]
        keep(task, raised, f"Artifact {artifact.pk} was checked.", actor)


def with_check(entry: Entry, artifact: Artifact) -> Entry:
    if entry.artifact != artifact.pk or entry.stale:
        return entry
    return entry.model_copy(update={"level": highest([entry.level, level_by_check(artifact, entry.kind)])})


def outdate(
    artifacts: Sequence[Artifact],
    is_old: Callable[[Entry], bool],
    why: str,
    actor: Actor,
    replaced_by: int | None = None,
) -> list[dict[str, Any]]:
    """Make evidence stale that shows one of some artifacts. A task that is done stays done, and says so."""
    ids = {artifact.pk for artifact in artifacts}
    told = []
    for task in tasks_showing(artifacts):
        old = [entry.n for entry in task.shown if entry.artifact in ids and entry.stale is None and is_old(entry)]
        keep(task, outdated(task.shown, old, why, now(), replaced_by), why, actor)
        told += [{"task": task.code, "evidence": number} for number in old]
    return told


def tasks_showing(artifacts: Sequence[Artifact]) -> list[Task]:
    """The tasks of the active plan that may have shown some artifacts: those that they were made for."""
    made_for = {artifact.task_id for artifact in artifacts if artifact.task_id}
    found = Task.objects.active().filter(pk__in=made_for).exclude(evidence=[]).select_related("plan")
    return list(found.order_by("idx", "code"))


def outdate_all(task: Task, why: str) -> None:
    """Nothing that was shown counts any more; the caller stores and tells it."""
    entries = task.shown
    task.evidence = [each.as_json() for each in outdated(entries, [entry.n for entry in entries], why, now())]
