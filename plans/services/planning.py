"""Versions of the plan, as they are proposed, edited and refined."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans.authorship import Told, told_by
from plans.changes import operations_between
from plans.diff import diff_plans
from plans.errors import DependencyCycle, NotProposed, UnknownDependency
from plans.graph import find_cycle, missing_dependencies
from plans.models import Project, Task, TaskPlan
from plans.operations import AnyOperation, NewTask, OperationError, apply_operations
from plans.services.operations import store_operations
from plans.services.progress import announce_standing, refresh_standing
from plans.spec import MAX_CODES_AHEAD, TaskSpec, code_number, make_code
from realtime import event_types
from realtime.publishing import publish


def get_active_plan(project: Project) -> TaskPlan | None:
    """The accepted plan, with its tasks; None before there is one."""
    return project.plans.accepted().prefetch_related("tasks").first()


def next_number(project: Project, base: Sequence[TaskSpec] = ()) -> int:
    """The first task number that no accepted version, and not this base, has ever used."""
    return max([project.highest_code, *(code_number(task.code) for task in base)]) + 1


def check_laws(tasks: Sequence[TaskSpec]) -> None:
    """Codes are unique, dependencies name codes of the plan, and form no cycle."""
    edges = {task.code: task.dependencies for task in tasks}
    if len(edges) != len(tasks):
        codes = [task.code for task in tasks]
        raise InvalidInput({"tasks": [f"{code} is there twice." for code in edges if codes.count(code) > 1]})
    if missing := missing_dependencies(edges):
        raise UnknownDependency(missing)
    if cycle := find_cycle(edges):
        raise DependencyCycle(cycle)


@transaction.atomic
def create_task_plan(
    project: Project,
    tasks: Sequence[TaskSpec],
    *,
    actor: Actor,
    summary: str = "",
    base: TaskPlan | None = None,
    created_by: str | None = None,
    instructions: str = "",
    understood: Sequence[str] = (),
    not_understood: Sequence[str] = (),
    told: Sequence[Told] | None = None,
    reason: str = "",
    announce_as: type[event_types.PlanProposed] = event_types.PlanCreated,
    **more: Any,
) -> TaskPlan:
    """Put a new version on the table. The laws are checked; the event says what it was made from.

    `created_by` is who thought of it (ai, user, system); without it the actor. `told` are the operations that lead to it from
    its base; without them what is different is the actor's, for the `reason`. `more` are further fields of the event.
    An open proposal that it is made from is superseded by it.
    """
    project = project.lock()
    check_laws(tasks)
    if told is None:
        told = told_by(actor.as_json(), operations_between(base.specs() if base else [], tasks), reason)
    plan = store_version(
        project,
        tasks,
        told,
        base=base,
        continues=base if base and supersede(base) else None,
        summary=summary,
        instructions=instructions,
        understood=list(understood),
        not_understood=list(not_understood),
        created_by=created_by or actor.kind,
        author=actor.as_json(),
    )
    standing_changed = refresh_standing(project)
    announce_proposal(plan, len(tasks), announce_as, actor, **more)
    if standing_changed:
        announce_standing(project, actor)
    return plan


def store_version(project: Project, tasks: Sequence[TaskSpec], told: Sequence[Told], **fields: Any) -> TaskPlan:
    """The rows of a new version of a locked project, with its tasks and the operations that lead to them."""
    version = (project.plans.aggregate(last=Max("version"))["last"] or 0) + 1
    plan = TaskPlan.objects.create(project=project, version=version, numbered_from=project.highest_code, **fields)
    store_tasks(plan, tasks)
    store_operations(plan, told)
    return plan


def supersede(plan: TaskPlan) -> bool:
    """Close a proposal that another version takes the place of. False when it is not open."""
    return bool(TaskPlan.objects.proposed().filter(pk=plan.pk).update(status=TaskPlan.Status.SUPERSEDED))


def announce_proposal(
    plan: TaskPlan, tasks: int, announce_as: type[event_types.PlanProposed], actor: Actor, **more: Any
) -> None:
    told = announce_as(
        plan_id=plan.pk,
        version=plan.version,
        base=plan.base_id,
        continues=plan.continues_id,
        summary=plan.summary,
        instructions=plan.instructions,
        understood=plan.understood,
        not_understood=plan.not_understood,
        tasks=tasks,
        **more,
    )
    publish(plan.project_id, told, actor=actor)


def store_tasks(plan: TaskPlan, tasks: Sequence[TaskSpec]) -> None:
    """Make the rows of a proposal say what `tasks` says; a row whose words change counts its edit."""
    rows = {row.code: row for row in plan.tasks.all()}
    reworded: list[Task] = []
    moved: list[Task] = []
    new: list[Task] = []
    for idx, spec in enumerate(tasks):
        row = rows.pop(spec.code, None)
        if row is None:
            row = Task(plan=plan)
            row.take_spec(spec, idx)
            new.append(row)
        else:
            same_words = row.spec() == spec
            if row.take_spec(spec, idx):
                row.revision += 1
                (moved if same_words else reworded).append(row)
    Task.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
    Task.objects.bulk_create(new)
    Task.objects.bulk_update(reworded, ["idx", "revision", *TaskSpec.model_fields])
    Task.objects.bulk_update(moved, ["idx", "revision"])


def number_new_tasks(project: Project, tasks: Sequence[NewTask], base: TaskPlan | None) -> list[TaskSpec]:
    """Tasks written by hand as specs. A code that the base or the active plan has means that task; others must be new."""
    known = {spec.code for plan in (base, get_active_plan(project)) if plan for spec in plan.specs()}
    given = [task.code for task in tasks if task.code]
    highest = project.highest_code + len(tasks) + MAX_CODES_AHEAD
    for index, task in enumerate(tasks):
        if task.code and task.code not in known and (trouble := code_trouble(project, task.code, highest)):
            raise InvalidInput({f"tasks.{index}.code": [trouble]})
    number = max([project.highest_code, *(code_number(code) for code in {*known, *given})], default=0)
    specs = []
    for task in tasks:
        if task.code is None:
            number += 1
        specs.append(TaskSpec.model_validate({**task.model_dump(), "code": task.code or make_code(number)}))
    return specs


def code_trouble(project: Project, code: str, highest: int) -> str | None:
    """Why a new task cannot have a code that was given by hand; None when it can."""
    if code_number(code) <= project.highest_code:
        return f"{code} was another task; leave the code out to get a new one."
    if code_number(code) > highest:
        return f"{code} would skip too many numbers; leave the code out to get the next one."
    return None


@transaction.atomic
def propose_tasks(
    project: Project,
    tasks: Sequence[NewTask],
    *,
    actor: Actor,
    summary: str = "",
    base: TaskPlan | None = None,
    reason: str = "",
) -> TaskPlan:
    """A version written by hand. Without a base it is to replace the plan; work is carried over by code."""
    project = project.lock()
    specs = number_new_tasks(project, tasks, base)
    return create_task_plan(project, specs, actor=actor, summary=summary, base=base, reason=reason)


@transaction.atomic
def edit_plan(
    plan: TaskPlan, ops: Sequence[AnyOperation], *, actor: Actor, summary: str | None = None, reason: str = ""
) -> TaskPlan:
    """Change a proposal in place, all operations or none. `reason` is kept with each of them."""
    project = plan.project.lock()
    plan.refresh_from_db()
    if plan.status != TaskPlan.Status.PROPOSED:
        raise NotProposed(plan)
    before = plan.specs()
    after, applied = apply_or_explain(before, ops, next_number(project, before))
    check_laws(after)
    return save_edit(plan, before, after, told_by(actor.as_json(), applied, reason), summary, actor)


def apply_or_explain(
    tasks: Sequence[TaskSpec], ops: Sequence[AnyOperation], number: int
) -> tuple[list[TaskSpec], list[AnyOperation]]:
    try:
        return apply_operations(tasks, ops, next_number=number)
    except OperationError as error:
        raise InvalidInput({f"ops.{error.index}.{error.field}": [error.detail]}) from error


def save_edit(
    plan: TaskPlan,
    before: Sequence[TaskSpec],
    after: Sequence[TaskSpec],
    told: Sequence[Told],
    summary: str | None,
    actor: Actor,
) -> TaskPlan:
    ops = [each.op for each in told]
    diff = diff_plans(before, after, ops)
    if diff.is_empty and summary in (None, plan.summary):
        return plan
    if not diff.is_empty:
        store_tasks(plan, after)
        store_operations(plan, told)
    plan.summary = plan.summary if summary is None else summary
    plan.revision += 1
    plan.save(update_fields=["summary", "revision"])
    edited = event_types.PlanEdited(
        plan_id=plan.pk,
        version=plan.version,
        revision=plan.revision,
        ops=[op.model_dump(mode="json", exclude_unset=True) for op in ops],
        reason=told[0].reason if told else "",
        diff=diff.as_json(),
    )
    publish(plan.project_id, edited, actor=actor)
    return plan


@transaction.atomic
def derive_plan(
    plan: TaskPlan,
    ops: Sequence[AnyOperation],
    *,
    actor: Actor,
    instructions: str,
    created_by: str,
    summary: str,
    understood: list[str],
    not_understood: list[str],
) -> TaskPlan:
    """A new version made from another by operations. A proposal that it was made from is superseded by it."""
    project = plan.project.lock()
    plan.refresh_from_db()
    before = plan.specs()
    after, applied = apply_or_explain(before, ops, next_number(project, before))
    return create_task_plan(
        project,
        after,
        actor=actor,
        summary=summary,
        base=plan,
        created_by=created_by,
        instructions=instructions,
        told=told_by(actor.as_json(), applied, instructions),
        announce_as=event_types.PlanRefined,
        understood=understood,
        not_understood=not_understood,
        diff=diff_plans(before, after, applied).as_json(),
    )
