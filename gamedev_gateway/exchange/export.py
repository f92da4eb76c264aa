"""A project as plain data, read from the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from contexts.models import Context
from gamedev_gateway.exchange.errors import ExchangeError
from gamedev_gateway.exchange.export_agreement import (
    actor_data,
    comment_data,
    comments_of,
    numbered,
    operation_data,
    review_data,
    reviews_of,
)
from gamedev_gateway.exchange.export_documents import document_data, names_in_documents
from gamedev_gateway.exchange.refs import Names, swap_context, swap_evidence, swap_payload, swap_uri
from gamedev_gateway.exchange.rows import in_order, row_data, time_text
from gamedev_gateway.exchange.shape import FORMAT, VERSION, ArtifactShape, ContextShape, PlanShape, TaskShape
from plans.brief import Brief
from plans.models import Artifact, Project, Task, TaskPlan
from realtime import history
from realtime.models import Event, Stream
from realtime.publishing import project_stream


@dataclass(frozen=True)
class Snapshot:
    """A project at one moment. `document` is a ProjectExport as plain data; events are read when they are asked for."""

    document: dict[str, Any]
    stream_id: int
    names: Names

    def events(self) -> Iterator[dict[str, Any]]:
        """The events in order, page by page; each an EventShape as plain data."""
        log = self.document["log"]
        expected = log["first"]
        for event in pages(self.stream_id, log["head"]):
            if event.seq != expected:
                break
            expected += 1
            yield event_data(event, self.names)
        if expected != log["head"] + 1:
            raise ExchangeError(f"The log was trimmed while it was read: event {expected} is missing. Export it again.")


@transaction.atomic
def take_snapshot(project: Project) -> Snapshot:
    """Everything but the events, under the project's lock; events up to here never change and can be read later."""
    project = project.lock()
    plans = list(project.plans.order_by("version").prefetch_related("tasks", "operations"))
    comments, reviews = comments_of(project), reviews_of(project)
    contexts = list(Context.objects.filter(project=project).order_by("pk"))
    artifacts = list(Artifact.objects.filter(project=project).order_by("pk"))
    documents = list(project.documents.order_by("pk").prefetch_related("sections", "drafts"))
    said = {"comment": numbered(comments), "review": numbered(reviews)}
    names = Names(known_names(plans, contexts, artifacts) | said | names_in_documents(documents))
    stream = history.find_stream(project_stream(project.pk))
    document = {
        "format": FORMAT,
        "format_version": VERSION,
        "project": project_data(project, names),
        "members": [member_data(member) for member in project.memberships.select_related("user").order_by("pk")],
        "plans": [plan_data(plan, names) for plan in plans],
        "comments": [comment_data(comment, number, names) for number, comment in enumerate(comments, start=1)],
        "reviews": [review_data(review, number, names) for number, review in enumerate(reviews, start=1)],
        "contexts": [context_data(context, number, names) for number, context in enumerate(contexts, start=1)],
        "artifacts": [artifact_data(artifact, number, names) for number, artifact in enumerate(artifacts, start=1)],
        "documents": [document_data(document, number, names) for number, document in enumerate(documents, start=1)],
        "log": log_data(stream),
    }
    return Snapshot(document, stream.pk, names)


def known_names(plans: list[TaskPlan], contexts: list[Context], artifacts: list[Artifact]) -> dict[str, dict[int, str]]:
    return {
        "plan": {plan.pk: str(plan.version) for plan in plans},
        "task": {task.pk: f"{plan.version}/{task.code}" for plan in plans for task in plan.tasks.all()},
        "context": {c.pk: f"{c.task_code or c.scope}/{c.version}" for c in contexts},
        "artifact": {artifact.pk: str(number) for number, artifact in enumerate(artifacts, start=1)},
    }


def project_data(project: Project, names: Names) -> dict[str, Any]:
    brief = in_order(project.brief)
    return {
        "id": project.pk,
        "name": project.name,
        "description": project.description,
        "brief": {name: brief[name] for name in [*Brief.model_fields, *brief] if name in brief},
        "status": project.status,
        "active": project.active,
        "current_task": names.name("task", project.current_task_id),
        "active_context": names.name("context", project.active_context_id),
        "highest_code": project.highest_code,
        "consensus": in_order(project.consensus),
        "tokens_per_day": project.tokens_per_day,
        "evidence_level": project.evidence_level,
        "ai_verification": project.ai_verification,
        "revision": project.revision,
        "created_at": time_text(project.created_at),
        "updated_at": time_text(project.updated_at),
    }


def member_data(member: Any) -> dict[str, Any]:
    return {
        "user": member.user.get_username(),
        "role": member.role,
        "revision": member.revision,
        "created_at": time_text(member.created_at),
    }


def plan_data(plan: TaskPlan, names: Names) -> dict[str, Any]:
    versions = {pk: int(version) for pk, version in names.known["plan"].items()}
    return row_data(
        plan,
        PlanShape.model_fields,
        base=versions.get(plan.base_id or 0),
        continues=versions.get(plan.continues_id or 0),
        author=actor_data(plan.author, names),
        tasks=[task_data(task, names) for task in plan.tasks.all()],
        operations=[operation_data(operation, names) for operation in plan.operations.all()],
    )


def task_data(task: Task, names: Names) -> dict[str, Any]:
    evidence = in_order(swap_evidence(task.evidence, names.name))
    estimates = {name: task.estimates[name] for name in ("story_points", "time_hours") if name in task.estimates}
    return row_data(task, TaskShape.model_fields, evidence=evidence, estimates=estimates)


def context_data(context: Context, number: int, names: Names) -> dict[str, Any]:
    content = in_order(swap_context(context.content, names.name))
    return row_data(context, ContextShape.model_fields, number=number, content=content)


def artifact_data(artifact: Artifact, number: int, names: Names) -> dict[str, Any]:
    task = names.name("task", artifact.task_id)
    uri = swap_uri(artifact.uri, names.name)
    return row_data(artifact, ArtifactShape.model_fields, number=number, task=task, uri=uri)


def log_data(stream: Stream) -> dict[str, int]:
    return {"first": stream.kept_from, "head": stream.head}


def pages(stream_id: int, head: int) -> Iterator[Event]:
    after = 0
    while page := list(Event.objects.filter(stream_id=stream_id, seq__gt=after, seq__lte=head).order_by("seq")[:1000]):
        yield from page
        after = page[-1].seq


def event_data(event: Event, names: Names) -> dict[str, Any]:
    told = event.as_dict()
    return {
        "seq": event.seq,
        "id": told["id"],
        "type": told["type"],
        "task_code": told["task_code"],
        "task_id": names.name("task", told["task_id"]),
        "payload": swap_payload(told["type"], told["payload"], names.name),
        "actor": names.actor(told["actor"]),
        "key": event.key,
        "correlation_id": told["correlation_id"],
        "causation_id": told["causation_id"],
        "timestamp": time_text(event.timestamp),
    }
