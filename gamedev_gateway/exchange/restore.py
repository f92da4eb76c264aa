"""An export into the database: all of it, or nothing. What it tells of has happened: nobody is told again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from pydantic import ValidationError

from contexts.models import Context
from gamedev_gateway.exchange.errors import ExchangeError, first_error
from gamedev_gateway.exchange.laws import check_document
from gamedev_gateway.exchange.package import Package
from gamedev_gateway.exchange.refs import Targets, swap_context, swap_evidence, swap_uri
from gamedev_gateway.exchange.replay import restore_events
from gamedev_gateway.exchange.restore_agreement import restore_comments, restore_operations, restore_reviews
from gamedev_gateway.exchange.restore_documents import left_behind, restore_documents
from gamedev_gateway.exchange.rows import BATCH, at, keep_times, without
from gamedev_gateway.exchange.shape import FORMAT, VERSION, ArtifactShape, MemberShape, PlanShape, ProjectExport
from plans.history import keep_now
from plans.models import Artifact, Membership, Project, Role, Task, TaskPlan


@dataclass
class Restored:
    """What became of an export: how many of what, and what is not as it was."""

    project_id: str
    counts: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def read_document(package: Package) -> ProjectExport:
    """The document checked in every respect that needs no database."""
    document = package.document
    if document.get("format") != FORMAT:
        raise ExchangeError(f"{package.where(('format',))}: This is no export of a project; it would be {FORMAT!r}.")
    version = document.get("format_version")
    if isinstance(version, int) and version > VERSION:
        raise ExchangeError(f"It was written by a newer gateway (format {version}; this one reads up to {VERSION}).")
    try:
        export = ProjectExport.model_validate(document)
    except ValidationError as error:
        place, text = first_error(error)
        raise ExchangeError(f"{package.where(place)}: {text}") from error
    check_document(export)
    return export


@transaction.atomic
def restore(package: Package, *, owner: Any, id: str | None = None, dry_run: bool = False) -> Restored:
    """Make the project that a package tells of, owned by `owner`. A dry run does all of it and takes it back."""
    export = read_document(package)
    restored = Restored(id or export.project.id)
    targets = Targets()
    project = restore_project(export, restored.project_id)
    restore_members(project, export.members, owner, restored)
    restore_plans(project, with_numbers(export), targets)
    restore_comments(export.comments, targets)
    restore_reviews(export.reviews, targets)
    restore_documents(project, export.documents, targets)
    restored.remarks += left_behind(export.documents)
    restore_contexts(project, export, targets)
    restore_artifacts(project, export.artifacts, targets)
    restore_evidence(project, export.plans, targets)
    restore_standing(project, export, targets, restored)
    restored.counts = {
        "members": project.memberships.count(),
        "plans": len(export.plans),
        "tasks": sum(len(plan.tasks) for plan in export.plans),
        "comments": len(export.comments),
        "reviews": len(export.reviews),
        "contexts": len(export.contexts),
        "artifacts": len(export.artifacts),
        "documents": len(export.documents),
        "events": restore_events(project.pk, export.log, package.events, targets),
    }
    if export.log.first > 1:
        keep_now(project)
    transaction.set_rollback(dry_run)
    return restored


def restore_project(export: ProjectExport, slug: str) -> Project:
    if Project.objects.filter(pk=slug).exists():
        raise ExchangeError(f"There is a project {slug!r} already; import it under another name with --id.")
    given = export.project
    return Project.objects.create(
        id=slug,
        name=given.name,
        description=given.description,
        brief=given.brief,
        status=given.status,
        highest_code=given.highest_code,
        consensus=given.consensus,
        tokens_per_day=given.tokens_per_day,
        evidence_level=given.evidence_level,
        ai_verification=given.ai_verification,
        revision=given.revision,
    )


def restore_members(project: Project, members: Sequence[MemberShape], owner: Any, restored: Restored) -> None:
    """The members that have an account here, and the owner who imports."""
    users = {user.get_username(): user for user in people([member.user for member in members])}
    unknown = [member.user for member in members if member.user not in users]
    if unknown:
        restored.remarks.append(f"No account here, so no longer members: {', '.join(unknown)}.")
    known = [member for member in members if member.user in users]
    rows = [Membership(project=project, user=users[m.user], role=m.role, revision=m.revision) for m in known]
    keep_times(rows, known, "created_at")
    if not Membership.objects.filter(project=project, user=owner, role=Role.OWNER).exists():
        Membership.objects.update_or_create(project=project, user=owner, defaults={"role": Role.OWNER})
        restored.remarks.append(f"{owner.get_username()}, who imports it, is an owner now.")


def people(names: list[str]) -> Iterable[Any]:
    for start in range(0, len(names), BATCH):
        yield from get_user_model().objects.filter(username__in=names[start : start + BATCH])


def with_numbers(export: ProjectExport) -> Sequence[PlanShape]:
    """The versions. From before they knew it, open proposals learn where the numbers of new tasks began."""
    if export.format_version >= 3:
        return export.plans
    began = {"numbered_from": export.project.highest_code}
    return [plan.model_copy(update=began) if plan.status == "proposed" else plan for plan in export.plans]


def restore_plans(project: Project, plans: Sequence[PlanShape], targets: Targets) -> None:
    copied = (
        "version",
        "status",
        "numbered_from",
        "renumbered",
        "summary",
        "instructions",
        "understood",
        "not_understood",
        "created_by",
        "revision",
        "accepted_at",
    )
    rows = []
    for plan in plans:
        row = TaskPlan(project=project, **{name: getattr(plan, name) for name in copied})
        row.author = targets.actor(plan.author.model_dump())
        rows.append(row)
    keep_times(rows, plans, "created_at")
    ids = {row.version: row.pk for row in rows}
    for row, plan in zip(rows, plans, strict=True):
        targets.add("plan", plan.version, row.pk)
        row.base_id = ids[plan.base] if plan.base else None
        row.continues_id = ids[plan.continues] if plan.continues else None
        restore_tasks(row, plan, targets)
        restore_operations(row, plan.operations, targets)
    TaskPlan.objects.bulk_update(rows, ["base", "continues"], batch_size=BATCH)


def restore_tasks(row: TaskPlan, plan: PlanShape, targets: Targets) -> None:
    tasks = [Task(plan=row, **{**dict(task), "evidence": []}) for task in plan.tasks]
    for task in Task.objects.bulk_create(tasks, batch_size=BATCH):
        targets.add("task", f"{plan.version}/{task.code}", task.pk)


def restore_contexts(project: Project, export: ProjectExport, targets: Targets) -> None:
    rows = []
    for context in export.contexts:
        content = swap_context(context.content, targets.id)
        rows.append(Context(project=project, content=content, **without(context, "number", "content", "created_at")))
    keep_times(rows, export.contexts, "created_at")
    for row in rows:
        targets.add("context", f"{row.task_code or row.scope}/{row.version}", row.pk)


def restore_artifacts(project: Project, artifacts: Sequence[ArtifactShape], targets: Targets) -> None:
    rows = []
    for index, artifact in enumerate(artifacts):
        task = at(f"artifacts.{index}.task", targets.row, "task", artifact.task) if artifact.task else None
        uri = swap_uri(artifact.uri, targets.id)
        own = without(artifact, "number", "task", "uri", "created_at")
        rows.append(Artifact(project=project, task_id=task, uri=uri, **own))
    keep_times(rows, artifacts, "created_at")
    for artifact, row in zip(artifacts, rows, strict=True):
        targets.add("artifact", artifact.number, row.pk)


def restore_evidence(project: Project, plans: Sequence[PlanShape], targets: Targets) -> None:
    """Evidence names artifacts, which name tasks: so it comes last."""
    rows = []
    for index, plan in enumerate(plans):
        for task in plan.tasks:
            if task.evidence:
                place = f"plans.{index}.{task.code}.evidence"
                found = at(place, swap_evidence, task.evidence, targets.id)
                rows.append(Task(pk=targets.ids[f"task:{plan.version}/{task.code}"], evidence=found))
    Task.objects.bulk_update(rows, ["evidence"], batch_size=BATCH)


def restore_standing(project: Project, export: ProjectExport, targets: Targets, restored: Restored) -> None:
    """The project's own references and times, now that what they name is there."""
    given = export.project
    task = given.current_task and at("project.current_task", targets.row, "task", given.current_task)
    context = given.active_context and at("project.active_context", targets.row, "context", given.active_context)
    owners = project.memberships.filter(role=Role.OWNER).values("user")
    busy = Project.objects.filter(active=True, memberships__role=Role.OWNER, memberships__user__in=owners).exists()
    if given.active and busy:
        restored.remarks.append("It is not active: its owner works on another project.")
    Project.objects.filter(pk=project.pk).update(
        current_task=task,
        active_context=context,
        active=given.active and not busy,
        created_at=given.created_at,
        updated_at=given.updated_at,
    )
