"""Plans made and changed by the planner: a model, or the template."""

from collections.abc import Collection, Sequence
from typing import Any

from gamedev_gateway.core.errors import NotFound
from gamedev_gateway.core.llm import Model, Usage
from plans import planner
from plans.alignment import align
from plans.errors import BriefIncomplete
from plans.model_planner import (
    ChangeOrder,
    PlanOrder,
    ProposedChanges,
    ProposedPlan,
    propose_changes,
    propose_plan,
    touched_codes,
)
from plans.models import Generation, Project, Task, TaskPlan
from plans.operations import AnyOperation, apply_operations, operations_adapter
from plans.planner import Refinement
from plans.services.generations import asked_by
from plans.services.planning import create_task_plan, derive_plan, get_active_plan, next_number
from plans.services.thinking import register_writer
from plans.services.writers import Writer
from plans.spec import TaskSpec, code_number
from plans.tool_names import chosen_tools
from realtime import event_types

BEGUN = (Task.Status.IN_PROGRESS, Task.Status.BLOCKED, Task.Status.DONE)


def check_brief(project: Project) -> None:
    """Raise BriefIncomplete naming what has to be answered before a plan can be made."""
    if missing := project.parsed_brief.missing():
        raise BriefIncomplete(missing)


class PlanWriter(Writer[PlanOrder, ProposedPlan]):
    """Proposes a plan made from the brief. Where there is an active plan, what somebody has begun stays."""

    def read(self, project: Project, request: dict[str, Any]) -> PlanOrder:
        check_brief(project)
        return PlanOrder(project.name, project.parsed_brief, request.get("instructions", ""))

    async def ask(self, model: Model, order: PlanOrder, usage: Usage) -> ProposedPlan:
        return await propose_plan(model, order, usage)

    def write(self, run: Generation, project: Project, order: PlanOrder, answer: ProposedPlan | None) -> TaskPlan:
        proposed = answer or planned_by_template(order)
        active = get_active_plan(project)
        return create_task_plan(
            project,
            with_tools_of(project, fitted(project, proposed.tasks, active), begun_codes(active)),
            actor=asked_by(run),
            summary=" ".join([proposed.summary, *remarks_on(proposed)]),
            base=active,
            created_by=origin_of(answer),
            instructions=order.instructions,
            understood=proposed.understood,
            not_understood=proposed.not_understood,
            announce_as=event_types.PlanGenerated,
        )


def planned_by_template(order: PlanOrder) -> ProposedPlan:
    """The template's draft with the instructions followed. Made without the limits that hold for models."""
    draft = planner.draft_plan(order.name, order.brief)
    if not order.instructions.strip():
        return ProposedPlan.model_construct(summary=draft.summary, tasks=draft.tasks)
    number = max(code_number(task.code) for task in draft.tasks) + 1
    refinement = planner.refine_plan(draft.tasks, order.instructions, brief=order.brief, next_number=number)
    tasks, _ = apply_operations(draft.tasks, parsed(refinement), next_number=number)
    return ProposedPlan.model_construct(
        summary=draft.summary,
        tasks=tasks,
        understood=refinement.understood,
        not_understood=refinement.not_understood,
    )


def fitted(project: Project, tasks: Sequence[TaskSpec], active: TaskPlan | None) -> Sequence[TaskSpec]:
    """A plan made afresh with the codes that the active one has for the same tasks."""
    if active is None:
        return tasks
    specs = active.specs()
    return align(tasks, specs, begun=begun_codes(active), next_number=next_number(project, specs))


def with_tools_of(project: Project, tasks: Sequence[TaskSpec], begun: Collection[str]) -> Sequence[TaskSpec]:
    """The tasks with the tools that the project has for those that the writer wished for; what was begun stays as it is."""
    chosen = chosen_tools(project.pk, {task.code: task.mcp_tools for task in tasks if task.code not in begun})
    return [task.model_copy(update={"mcp_tools": chosen[task.code]}) if task.code in chosen else task for task in tasks]


def begun_codes(active: TaskPlan | None) -> frozenset[str]:
    return frozenset(task.code for task in active.tasks.all() if task.status in BEGUN) if active else frozenset()


class RefinementWriter(Writer[ChangeOrder, ProposedChanges]):
    """Proposes a version of a plan changed by an instruction. Begun tasks of the active plan are not touched."""

    def read(self, project: Project, request: dict[str, Any]) -> ChangeOrder:
        specs = plan_to_refine(project, request).specs()
        return ChangeOrder(
            specs,
            request["instructions"],
            project.parsed_brief,
            begun=begun_codes(get_active_plan(project)),
            next_number=next_number(project, specs),
        )

    async def ask(self, model: Model, order: ChangeOrder, usage: Usage) -> ProposedChanges:
        return await propose_changes(model, order, usage)

    def fits(self, answer: ProposedChanges, thought_about: ChangeOrder, now: ChangeOrder) -> bool:
        return thought_about == now and not touched_codes(answer.ops, now.begun)

    def write(self, run: Generation, project: Project, order: ChangeOrder, answer: ProposedChanges | None) -> TaskPlan:
        changes = answer or changed_by_template(order)
        return derive_plan(
            plan_to_refine(project, run.request),
            changes.ops,
            actor=asked_by(run),
            instructions=order.instructions,
            created_by=origin_of(answer),
            summary=" ".join(remarks_on(changes)),
            understood=changes.understood,
            not_understood=changes.not_understood,
        )


def plan_to_refine(project: Project, request: dict[str, Any]) -> TaskPlan:
    plan = project.plans.filter(pk=request["plan"]).first()
    if plan is None:
        raise NotFound("There is no such plan.")
    return plan


def changed_by_template(order: ChangeOrder) -> ProposedChanges:
    refinement = planner.refine_plan(
        list(order.tasks),
        order.instructions,
        brief=order.brief,
        frozen=order.begun,
        next_number=order.next_number,
    )
    return ProposedChanges.model_construct(
        ops=parsed(refinement), understood=refinement.understood, not_understood=refinement.not_understood
    )


def parsed(refinement: Refinement) -> list[AnyOperation]:
    return operations_adapter.validate_python(refinement.ops) if refinement.ops else []


def remarks_on(made: ProposedPlan | ProposedChanges) -> list[str]:
    not_understood = [f"Not understood: “{part}”." for part in made.not_understood]
    return [*made.understood, *not_understood]


def origin_of(answer: Any) -> str:
    """What a model has thought out is never passed off as ours, nor the other way round."""
    return TaskPlan.Origin.SYSTEM if answer is None else TaskPlan.Origin.AI


def register() -> None:
    register_writer(Generation.Kind.PLAN, PlanWriter())
    register_writer(Generation.Kind.REFINE, RefinementWriter())
