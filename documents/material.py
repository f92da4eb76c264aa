"""What a document of the database is written from, as the writers take it."""

from typing import cast

from contexts.models import Context
from contexts.services import get_active_context
from documents.models import Document
from documents.writing.material import ContextFact, Kind, Material, TaskFact
from plans.models import Project, Task
from plans.services import get_active_plan


def material_of(document: Document) -> Material:
    """The brief, the active plan with where the work stands, and the active context. The document need not be stored."""
    project = document.project
    context = context_of(project, document.task_code)
    return Material(
        project_name=project.name,
        brief=project.parsed_brief,
        tasks=task_facts(project),
        context=ContextFact.from_content(context.content) if context else None,
        kind=cast(Kind, str(document.kind)),
        title=document.title,
        task_code=document.task_code or None,
    )


def context_of(project: Project, task_code: str) -> Context | None:
    """The task's own context where the document is of one and there is one, else the project's."""
    own = get_active_context(project, Context.Scope.TASK, task_code) if task_code else None
    return own or get_active_context(project)


def task_facts(project: Project) -> tuple[TaskFact, ...]:
    plan = get_active_plan(project)
    tasks = plan.tasks.all() if plan else []
    return tuple(task_fact(task) for task in tasks if task.status != Task.Status.DROPPED)


def task_fact(task: Task) -> TaskFact:
    spec = task.spec()
    return TaskFact(
        code=spec.code,
        title=spec.title,
        description=spec.description,
        status=task.status,
        dependencies=tuple(spec.dependencies),
        acceptance=tuple(spec.acceptance),
        deliverables=tuple(spec.deliverables),
        story_points=spec.estimates.story_points,
        time_hours=spec.estimates.time_hours,
        priority=spec.priority,
        blocked_reason=task.blocked_reason,
    )
