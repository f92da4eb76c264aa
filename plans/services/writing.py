"""Plans made and changed by the planner."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import NotFound
from plans import planner
from plans.alignment import align
from plans.errors import BriefIncomplete
from plans.models import Generation, Project, Task, TaskPlan
from plans.operations import AnyOperation, apply_operations, operations_adapter
from plans.planner import Refinement
from plans.services import generations
from plans.services.planning import create_task_plan, derive_plan, get_active_plan, next_number
from plans.spec import TaskSpec, code_number
from realtime import event_types

BEGUN = (Task.Status.IN_PROGRESS, Task.Status.BLOCKED, Task.Status.DONE)


def check_brief(project: Project) -> None:
    """Raise BriefIncomplete naming what has to be answered before a plan can be made."""
    if missing := project.parsed_brief.missing():
        raise BriefIncomplete(missing)


@transaction.atomic
def write_plan(project: Project, request: dict[str, Any], actor: Actor) -> TaskPlan:
    """Propose a plan made from the brief. Where there is an active plan, what somebody has begun stays."""
    project = project.lock()
    check_brief(project)
    instructions = request.get("instructions", "")
    draft = planner.draft_plan(project.name, project.parsed_brief)
    tasks, refinement = refined_draft(draft.tasks, instructions, project)
    active = get_active_plan(project)
    if active is not None:
        begun = {task.code for task in active.tasks.all() if task.status in BEGUN}
        specs = active.specs()
        tasks = align(tasks, specs, begun=begun, next_number=next_number(project, specs))
    return create_task_plan(
        project,
        tasks,
        actor=actor,
        summary=" ".join([draft.summary, *remarks_on(refinement)]),
        base=active,
        created_by=TaskPlan.Origin.SYSTEM,
        instructions=instructions,
        understood=refinement.understood,
        not_understood=refinement.not_understood,
        announce_as=event_types.PlanGenerated,
    )


def refined_draft(
    tasks: Sequence[TaskSpec], instructions: str, project: Project
) -> tuple[Sequence[TaskSpec], Refinement]:
    """A draft with the instructions followed, and how."""
    if not instructions.strip():
        return tasks, Refinement(ops=[], understood=[], not_understood=[])
    number = max(code_number(task.code) for task in tasks) + 1
    refinement = planner.refine_plan(list(tasks), instructions, brief=project.parsed_brief, next_number=number)
    after, _ = apply_operations(tasks, parsed(refinement), next_number=number)
    return after, refinement


@transaction.atomic
def write_refinement(project: Project, request: dict[str, Any], actor: Actor) -> TaskPlan:
    """Propose a version of a plan changed by an instruction. Begun tasks of the active plan are not touched."""
    project = project.lock()
    plan = project.plans.filter(pk=request["plan"]).first()
    if plan is None:
        raise NotFound("There is no such plan.")
    active = get_active_plan(project)
    begun = {task.code for task in active.tasks.all() if task.status in BEGUN} if active else set()
    specs = plan.specs()
    refinement = planner.refine_plan(
        specs,
        request["instructions"],
        brief=project.parsed_brief,
        frozen=begun,
        next_number=next_number(project, specs),
    )
    return derive_plan(
        plan,
        parsed(refinement),
        actor=actor,
        instructions=request["instructions"],
        created_by=TaskPlan.Origin.SYSTEM,
        summary=" ".join(remarks_on(refinement)),
        understood=list(refinement.understood),
        not_understood=list(refinement.not_understood),
    )


def parsed(refinement: Refinement) -> list[AnyOperation]:
    return operations_adapter.validate_python(refinement.ops) if refinement.ops else []


def remarks_on(refinement: Refinement) -> list[str]:
    not_understood = [f"Not understood: “{part}”." for part in refinement.not_understood]
    return [*refinement.understood, *not_understood]


def register() -> None:
    generations.register_work(Generation.Kind.PLAN, write_plan)
    generations.register_work(Generation.Kind.REFINE, write_refinement)
