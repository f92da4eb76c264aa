"""What work on a task made. An artifact at the place of an older one makes evidence stale that shows the older one."""

from typing import Any

from django.core.files import File
from django.db import transaction

from gamedev_gateway.core.actors import Actor
from plans.artifact_files import Measured, forget_uploads_later, keep_upload
from plans.errors import AgentsDoNotDecide
from plans.models import Artifact, Project, Task
from plans.services.evidence import SURE
from plans.services.outdating import outdate, outdate_older, reconsider
from plans.services.progress import check_workable
from realtime import event_types
from realtime.publishing import TaskRef, publish


@transaction.atomic
def register_artifact(task: Task, *, actor: Actor, **fields: Any) -> Artifact:
    """Note an artifact of a task: `type`, `category`, and `path` or `uri`; optionally `sha256`, `size_bytes`, `upload`, and what
    was `seen` of it. Its `made_stale` names the evidence that showed what was there before."""
    project = Project.objects.select_for_update().get(plans=task.plan_id)
    check_workable(task, project)
    return register_project_artifact(project, actor=actor, task=task, **fields)


@transaction.atomic
def register_project_artifact(
    project: Project,
    *,
    actor: Actor,
    task: Task | None = None,
    upload: File | None = None,
    measured: Measured | None = None,
    seen: tuple[str, dict[str, Any]] | None = None,
    **fields: Any,
) -> Artifact:
    """The same for what is the project's as a whole.

    `upload` is a file to keep, `measured` what we have seen of it, or of the file at `path`; `seen` is the verdict on it (see
    `see_new`). What was said of digest and size stays as it was said, and is held against the file when it is checked; what was
    not said is filled in.
    """
    if measured:
        fields["sha256"] = fields.get("sha256") or measured.sha256
        fields["size_bytes"] = measured.size_bytes if fields.get("size_bytes") is None else fields["size_bytes"]
    if upload is not None and measured:
        fields["file"] = keep_upload(project.lock(), upload, measured)
    artifact = Artifact.objects.create(project=project, task=task, **fields)
    told = event_types.ArtifactCreated(
        artifact_id=artifact.pk,
        artifact_type=artifact.type,
        category=artifact.category,
        path=artifact.path,
        uri=artifact.uri,
        sha256=artifact.sha256,
        size_bytes=artifact.size_bytes,
    )
    publish(project.pk, told, actor=actor, task=task_of(artifact))
    artifact.made_stale = outdate_older(artifact, actor)
    if seen:
        status, report = seen
        note_verdict(artifact, status, report, actor)
    return artifact


@transaction.atomic
def validate_artifact(artifact: Artifact, *, status: str, report: dict[str, Any], actor: Actor) -> Artifact:
    """Store somebody's verdict on an artifact, with a report. Its `checked_by` says whose word it is, whatever they wrote:
    never the gateway's own. An agent's word does not stand against what the gateway saw or a person said."""
    if actor.is_agent and artifact.validation_report.get("checked_by", "").startswith(SURE):
        raise AgentsDoNotDecide("overrule a verdict of the gateway or of a person")
    told_by = {} if status == Artifact.Validation.PENDING else {"checked_by": f"{actor.kind} {actor.name}"}
    return store_verdict(artifact, status=status, report={**report, **told_by}, actor=actor)


@transaction.atomic
def store_verdict(artifact: Artifact, *, status: str, report: dict[str, Any], actor: Actor) -> Artifact:
    """Store a verdict as `see_artifact` gave it; `actor` asked for it."""
    artifact.project.lock()
    artifact.refresh_from_db()
    note_verdict(artifact, status, report, actor)
    return artifact


def note_verdict(artifact: Artifact, status: str, report: dict[str, Any], actor: Actor) -> None:
    artifact.validation_status = status
    artifact.validation_report = report
    artifact.save(update_fields=["validation_status", "validation_report"])
    told = event_types.ArtifactValidated(artifact_id=artifact.pk, validation_status=status)
    publish(artifact.project_id, told, actor=actor, task=task_of(artifact))
    reconsider(artifact, actor)


@transaction.atomic
def delete_artifact(artifact: Artifact, *, actor: Actor) -> None:
    """Forget an artifact, and its upload unless another artifact has the same. What was shown with it, is out of date."""
    project = artifact.project.lock()
    outdate([artifact], lambda entry: True, f"Artifact {artifact.pk} was deleted.", actor)
    told = event_types.ArtifactDeleted(artifact_id=artifact.pk)
    task, upload = task_of(artifact), artifact.file.name
    artifact.delete()
    forget_uploads_later(project.pk, [upload] if upload else [])
    publish(project.pk, told, actor=actor, task=task)


def task_of(artifact: Artifact) -> TaskRef | None:
    return artifact.task.ref if artifact.task else None
