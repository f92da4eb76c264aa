"""Contexts: written, assembled, activated. Each write is a new version; exactly one version of each context is active."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from contexts.assembly import (
    ProjectState,
    TaskState,
    global_content,
    task_content,
    with_all_members,
    wrong_members,
)
from contexts.model_writer import ContextOrder, ProposedContext, content_with, propose_context
from contexts.models import Context
from gamedev_gateway.core.actors import SYSTEM, Actor
from gamedev_gateway.core.errors import InvalidInput
from gamedev_gateway.core.llm import Model, Usage
from plans.models import Generation, Project, Task
from plans.services.generations import asked_by
from plans.services.planning import get_active_plan
from plans.services.writers import Writer
from realtime import event_types, history
from realtime.models import Event
from realtime.publishing import TaskRef, project_stream, publish


def get_active_context(project: Project, scope: str = Context.Scope.GLOBAL, task: str = "") -> Context | None:
    """The active version of the global context, or of a task's (by code); None before there is one."""
    return Context.objects.of(project, scope, task).filter(is_active=True).first()


@transaction.atomic
def create_context(
    project: Project,
    *,
    scope: str,
    content: dict[str, Any],
    actor: Actor,
    source: str,
    task: str = "",
    created_by: str | None = None,
    causation_id: UUID | None = None,
) -> Context:
    """A new active version; the one before stays and can be activated again. Contexts of other tasks are not touched.

    `created_by` is who thought of it (ai, user, system); without it the actor.
    """
    project = project.lock()
    ref = task_ref(project, scope, task)
    versions = Context.objects.of(project, scope, task)
    versions.filter(is_active=True).update(is_active=False)
    context = Context.objects.create(
        project=project,
        scope=scope,
        task_code=task,
        content=content,
        created_by=created_by or actor.kind,
        source=source,
        version=(versions.aggregate(last=Max("version"))["last"] or 0) + 1,
        based_on_seq=history.find_stream(project_stream(project.pk)).head,
    )
    note_active(project, context)
    announce_as = event_types.ContextUpdated if source == Context.Source.MANUAL else event_types.ContextGenerated
    publish(project.pk, announce_as(**told_of(context)), actor=actor, task=ref, causation_id=causation_id)
    return context


def note_active(project: Project, context: Context) -> None:
    if context.scope == Context.Scope.GLOBAL:
        project.active_context = context
        project.save(update_fields=["active_context", "updated_at"])


def told_of(context: Context) -> dict[str, Any]:
    return {
        "context_id": context.pk,
        "scope": context.scope,
        "version": context.version,
        "source": context.source,
        "summary": str(context.content.get("summary", ""))[:2000],
    }


def task_ref(project: Project, scope: str, code: str) -> TaskRef | None:
    """The task that a context is about; InvalidInput when scope and task do not fit together."""
    if scope == Context.Scope.GLOBAL:
        if code:
            raise InvalidInput({"task": ["The global context has no task; leave it out, or use scope=task."]})
        return None
    if not code:
        raise InvalidInput({"task": ["Name the task by its code, e.g. T-001."]})
    task = Task.objects.active().filter(plan__project=project, code=code).first()
    if task is None:
        raise InvalidInput({"task": [f"The active plan has no task {code}."]})
    return task.ref


@transaction.atomic
def write_context(project: Project, *, scope: str, content: dict[str, Any], actor: Actor, task: str = "") -> Context:
    """A version written by hand. What every global context has and the hand left out is assembled."""
    project = project.lock()
    if scope == Context.Scope.GLOBAL:
        if wrong := wrong_members(content):
            raise InvalidInput({f"content.{name}": ["It has another type in every context."] for name in wrong})
        content = with_all_members(content, assemble(project, scope, "", None))
    return create_context(project, scope=scope, content=content, actor=actor, source=Context.Source.MANUAL, task=task)


@transaction.atomic
def generate_context(
    project: Project, *, scope: str, actor: Actor, task: str = "", causation_id: UUID | None = None
) -> Context:
    """Assemble a context anew from the state of the work, as a new active version."""
    project = project.lock()
    return create_context(
        project,
        scope=scope,
        content=order_for(project, scope, task).assembled(),
        actor=actor,
        source=Context.Source.TEMPLATE,
        task=task,
        causation_id=causation_id,
    )


def order_for(project: Project, scope: str, task: str) -> ContextOrder:
    """What a context is made from as it is now. InvalidInput when scope and task do not fit together."""
    task_ref(project, scope, task)
    before = get_active_context(project, scope, task)
    return ContextOrder(task, state_of(project), before.content if before else None)


class ContextWriter(Writer[ContextOrder, ProposedContext]):
    """Assembles a context anew from the state of the work; a model says in words where it stands."""

    def read(self, project: Project, request: dict[str, Any]) -> ContextOrder:
        return order_for(project, request["scope"], request.get("task", ""))

    async def ask(self, model: Model, order: ContextOrder, usage: Usage) -> ProposedContext:
        return await propose_context(model, order, usage)

    def write(self, run: Generation, project: Project, order: ContextOrder, answer: ProposedContext | None) -> Context:
        return create_context(
            project,
            scope=run.request["scope"],
            content=order.assembled() if answer is None else content_with(order, answer),
            actor=asked_by(run),
            source=Context.Source.TEMPLATE if answer is None else Context.Source.AI,
            task=order.task,
            created_by="system" if answer is None else "ai",
        )


def assemble(project: Project, scope: str, task: str, before: dict[str, Any] | None) -> dict[str, Any]:
    state = state_of(project)
    return task_content(state, task, before) if scope == Context.Scope.TASK else global_content(state, before)


def state_of(project: Project) -> ProjectState:
    plan = get_active_plan(project)
    tasks = [task for task in plan.tasks.all() if task.status != Task.Status.DROPPED] if plan else []
    return ProjectState(
        name=project.name,
        status=project.status,
        brief=project.parsed_brief,
        plan_version=plan.version if plan else None,
        plan_summary=plan.summary if plan else "",
        current_task=project.current_task.code if project.current_task else None,
        tasks=[task_state(task) for task in tasks],
    )


def task_state(task: Task) -> TaskState:
    said = [*task.acceptance_answers, *task.evidence]
    return TaskState(
        **{field: getattr(task, field) for field in TaskState.model_fields if field != "notes"},
        notes=[item["note"] for item in said if item.get("note")],
    )


@transaction.atomic
def refresh_contexts(project: Project, *, after: Event) -> None:
    """Bring the global context, and that of the task concerned, up to date with an event. One that is, stays."""
    project = project.lock()
    refresh(project, Context.Scope.GLOBAL, "", after)
    task = after.task_code
    if task and Task.objects.active().filter(plan__project=project, code=task).exists():
        refresh(project, Context.Scope.TASK, task, after)


def refresh(project: Project, scope: str, task: str, after: Event) -> None:
    active = get_active_context(project, scope, task)
    if active is None or active.based_on_seq < after.seq:
        generate_context(project, scope=scope, actor=SYSTEM, task=task, causation_id=after.uuid)


@transaction.atomic
def activate_context(context: Context, *, actor: Actor) -> Context:
    """Make an earlier version the active one again (rollback). The active one activated again is no change."""
    project = context.project.lock()
    context.refresh_from_db()
    if context.is_active:
        return context
    Context.objects.of(project, context.scope, context.task_code).filter(is_active=True).update(is_active=False)
    context.is_active = True
    context.save(update_fields=["is_active"])
    note_active(project, context)
    task = Task.objects.active().filter(plan__project=project, code=context.task_code).first()
    told = event_types.ContextUpdated(**told_of(context), rolled_back=True)
    publish(project.pk, told, actor=actor, task=task.ref if task else None)
    return context
