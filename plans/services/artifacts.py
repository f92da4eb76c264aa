"""What work on a task made."""

from typing import Any

from django.db import transaction

from gamedev_gateway.core.actors import Actor
from plans.models import Artifact, Project, Task
from plans.services.work import check_workable
from realtime import event_types
from realtime.publishing import TaskRef, publish


@transaction.atomic
def register_artifact(task: Task, *, actor: Actor, **fields: Any) -> Artifact:
    """Note an artifact of a task: `type`, `category`, and `path` or `uri`; optionally `sha256`, `size_bytes`."""
    project = Project.objects.select_for_update().get(plans=task.plan_id)
    check_workable(task, project)
    return register_project_artifact(project, actor=actor, task=task, **fields)


@transaction.atomic
def register_project_artifact(project: Project, *, actor: Actor, task: Task | None = None, **fields: Any) -> Artifact:
    """The same for what is the project's as a whole."""
    artifact = Artifact.objects.create(project=project, task=task, **fields)
    told = event_types.ArtifactCreated(
        artifact_id=artifact.pk,
        artifact_type=artifact.type,
        category=artifact.category,
        path=artifact.path,
        uri=artifact.uri,
    )
    publish(project.pk, told, actor=actor, task=task_of(artifact))
    return artifact


@transaction.atomic
def validate_artifact(artifact: Artifact, *, status: str, report: dict[str, Any], actor: Actor) -> Artifact:
    """Store the verdict on an artifact: `valid` or `invalid`, with a report."""
    project = artifact.project.lock()
    artifact.refresh_from_db()
    artifact.validation_status = status
    artifact.validation_report = report
    artifact.save(update_fields=["validation_status", "validation_report"])
    told = event_types.ArtifactValidated(artifact_id=artifact.pk, validation_status=status)
    publish(project.pk, told, actor=actor, task=task_of(artifact))
    return artifact


@transaction.atomic
def delete_artifact(artifact: Artifact, *, actor: Actor) -> None:
    project = artifact.project.lock()
    told = event_types.ArtifactDeleted(artifact_id=artifact.pk)
    task = task_of(artifact)
    artifact.delete()
    publish(project.pk, told, actor=actor, task=task)


def task_of(artifact: Artifact) -> TaskRef | None:
    return artifact.task.ref if artifact.task else None
