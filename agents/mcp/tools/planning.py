"""Tools to read the plan and to propose changes to it. Accepting one is the people's word, so there is no tool for it."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from agents.errors import OldBase
from agents.mcp.callers import Caller
from agents.mcp.doors import Id, checked, reads, writes
from agents.mcp.shapes import CommentAnswer, Difference, PlanAnswer, Readiness
from gamedev_gateway.core.errors import NotFound, invalid_input_from
from plans import services
from plans.agreement_serializers import CreateCommentSerializer
from plans.diff_markdown import diff_as_markdown
from plans.models import Project, Role, TaskPlan
from plans.next_task import choose_next
from plans.operations import Operations
from plans.services.planning import derive_plan, get_active_plan
from plans.services.progress import work_items
from plans.views.plan_diff import diff_between

MOST_TASKS = 200
MOST_WAITING = 50
operations: TypeAdapter[Any] = TypeAdapter(Operations)
BRIEFLY = ("code", "title", "status", "priority", "dependencies", "progress")


def get_plan(caller: Caller, project: str = "", version: Id = 0, offset: Id = 0) -> PlanAnswer:
    """The tasks of a version, 200 from offset on. version 0: the active plan, or else the latest."""
    plan = version_of(caller.project(project), version)
    tasks = plan.tasks.exclude(status="dropped")
    page = tasks[max(offset, 0) : max(offset, 0) + MOST_TASKS]
    return PlanAnswer(
        plan=plan.pk,
        version=plan.version,
        status=plan.status,
        summary=plan.summary,
        tasks=[{name: getattr(task, name) for name in BRIEFLY} for task in page],
        total=tasks.count(),
        base_version=plan.base.version if plan.base else None,
    )


def version_of(project: Project, version: int) -> TaskPlan:
    found = (
        project.plans.filter(version=version).first() if version else get_active_plan(project) or project.plans.first()
    )
    if found is None:
        raise NotFound(
            f"The project has no version {version} of its plan." if version else "The project has no plan yet."
        )
    return found


def propose_changes(
    caller: Caller, base_version: Id, ops: list[dict[str, Any]], rationale: str, project: str = ""
) -> PlanAnswer:
    """Propose a new version: ops on a version. People accept it, or not. ops: {"op":"add","task":{title,…}}, \
{"op":"update","code","fields"}, {"op":"drop","code"}, {"op":"move","code","idx"}, split, merge."""
    found = caller.project(project, Role.EDITOR).lock()
    base = version_of(found, base_version)
    if base.status == TaskPlan.Status.SUPERSEDED:
        raise OldBase(base, get_active_plan(found))
    said = " ".join(rationale.split())[:2_000]
    made = derive_plan(
        base,
        checked_operations(ops),
        actor=caller.actor,
        instructions=said,
        created_by=caller.actor.kind,
        summary=said or base.summary,
        understood=[],
        not_understood=[],
    )
    return get_plan(caller, found.pk, made.version)


def checked_operations(ops: list[dict[str, Any]]) -> Any:
    try:
        return operations.validate_python(ops)
    except ValidationError as error:
        raise invalid_input_from(error, "ops") from error


def diff_plans(caller: Caller, version: Id, against: Id = 0, project: str = "") -> Difference:
    """What a version changes, against another or else its base."""
    found = caller.project(project)
    plan = version_of(found, version)
    other = version_of(found, against) if against else plan.base
    markdown = diff_as_markdown(diff_between(other, plan))
    return Difference(version=plan.version, against=other.version if other else None, markdown=markdown)


def explain_ready(caller: Caller, project: str = "") -> Readiness:
    """Which task comes next and why, and what the others wait for."""
    choice = choose_next(work_items(caller.project(project)))
    waiting = [{"code": each.code, "reason": each.reason} for each in choice.blocked[:MOST_WAITING]]
    return Readiness(next=choice.code, reason=choice.reason, blocked=waiting)


def comment(
    caller: Caller, version: Id, body: str, code: str = "", field: str = "", project: str = ""
) -> CommentAnswer:
    """Say something about a version, a task of it, or a field of the task."""
    given = checked(CreateCommentSerializer, body=body, code=code, field=field)
    plan = version_of(caller.project(project, Role.VIEWER), version)
    made = services.comment_on_plan(plan, actor=caller.actor, **given)
    return CommentAnswer(comment=made.pk, version=plan.version)


TOOLS = [reads(get_plan), writes(propose_changes), reads(diff_plans), reads(explain_ready), writes(comment)]
