"""Versions of the plan: proposed, edited, refined, accepted, superseded."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans.diff import PlanDiff, diff_plans
from plans.errors import AgentsDoNotDecide, DependencyCycle, NotProposed, StaleBase, UnknownDependency
from plans.graph import find_cycle, missing_dependencies
from plans.models import Artifact, Project, Task, TaskPlan
from plans.operations import AnyOperation, NewTask, OperationError, apply_operations
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
    announce_as: type[event_types.PlanProposed] = event_types.PlanCreated,
    **told: Any,
) -> TaskPlan:
    """Put a new version on the table. The laws are checked; the event says what it was made from.

    `created_by` is who thought of it (ai, user, system); without it the actor. `told` are further fields of the event.
    """
    project = project.lock()
    check_laws(tasks)
    plan = TaskPlan.objects.create(
        project=project,
        version=(project.plans.aggregate(last=Max("version"))["last"] or 0) + 1,
        base=base,
        summary=summary,
        instructions=instructions,
        understood=list(understood),
        not_understood=list(not_understood),
        created_by=created_by or actor.kind,
        author=actor.as_json(),
    )
    store_tasks(plan, tasks)
    standing_changed = refresh_standing(project)
    publish(
        project.pk,
        announce_as(
            plan_id=plan.pk,
            version=plan.version,
            base=plan.base_id,
            summary=summary,
            instructions=instructions,
            understood=list(understood),
            not_understood=list(not_understood),
            tasks=len(tasks),
            **told,
        ),
        actor=actor,
    )
    if standing_changed:
        announce_standing(project, actor)
    return plan


def store_tasks(plan: TaskPlan, tasks: Sequence[TaskSpec]) -> None:
    """Make the rows of a proposal say what `tasks` says; a row whose words change counts its edit."""
    rows = {row.code: row for row in plan.tasks.all()}
    changed = []
    new = []
    for idx, spec in enumerate(tasks):
        row = rows.pop(spec.code, None)
        if row is None:
            row = Task(plan=plan)
            row.take_spec(spec, idx)
            new.append(row)
        elif row.take_spec(spec, idx):
            row.revision += 1
            changed.append(row)
    Task.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
    Task.objects.bulk_create(new)
    Task.objects.bulk_update(changed, ["idx", "revision", *TaskSpec.model_fields])


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
    project: Project, tasks: Sequence[NewTask], *, actor: Actor, summary: str = "", base: TaskPlan | None = None
) -> TaskPlan:
    """A version written by hand. Without a base it is to replace the plan; work is carried over by code."""
    project = project.lock()
    return create_task_plan(project, number_new_tasks(project, tasks, base), actor=actor, summary=summary, base=base)


@transaction.atomic
def edit_plan(plan: TaskPlan, ops: Sequence[AnyOperation], *, actor: Actor, summary: str | None = None) -> TaskPlan:
    """Change a proposal in place, all operations or none."""
    project = plan.project.lock()
    plan.refresh_from_db()
    if plan.status != TaskPlan.Status.PROPOSED:
        raise NotProposed(plan)
    before = plan.specs()
    after, applied = apply_or_explain(before, ops, next_number(project, before))
    check_laws(after)
    return save_edit(plan, before, after, applied, summary, actor)


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
    ops: Sequence[AnyOperation],
    summary: str | None,
    actor: Actor,
) -> TaskPlan:
    diff = diff_plans(before, after)
    if diff.is_empty and summary in (None, plan.summary):
        return plan
    store_tasks(plan, after)
    plan.summary = plan.summary if summary is None else summary
    plan.revision += 1
    plan.save(update_fields=["summary", "revision"])
    told = event_types.PlanEdited(
        plan_id=plan.pk,
        version=plan.version,
        revision=plan.revision,
        ops=[op.model_dump(mode="json", exclude_unset=True) for op in ops],
        diff=diff.as_json(),
    )
    publish(plan.project_id, told, actor=actor)
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
    after, _ = apply_or_explain(before, ops, next_number(project, before))
    if plan.status == TaskPlan.Status.PROPOSED:
        plan.status = TaskPlan.Status.SUPERSEDED
        plan.save(update_fields=["status"])
    return create_task_plan(
        project,
        after,
        actor=actor,
        summary=summary,
        base=plan,
        created_by=created_by,
        instructions=instructions,
        announce_as=event_types.PlanRefined,
        understood=understood,
        not_understood=not_understood,
        diff=diff_plans(before, after).as_json(),
    )


@transaction.atomic
def accept_plan(plan: TaskPlan, *, actor: Actor) -> TaskPlan:
    """Make a proposal the active plan and carry the work done so far over to it, by code.

    Done stays done, running stays running; a task that the new version leaves out stays readable as dropped.
    """
    if actor.is_agent:
        raise AgentsDoNotDecide("accept a plan")
    project = plan.project.lock()
    plan.refresh_from_db()
    if plan.status != TaskPlan.Status.PROPOSED:
        raise NotProposed(plan)
    previous = get_active_plan(project)
    check_base(plan, previous)
    specs = plan.specs()
    check_laws(specs)
    diff = diff_plans(previous.specs() if previous else [], specs)
    if previous is not None:
        previous.status = TaskPlan.Status.SUPERSEDED
        previous.save(update_fields=["status"])
        carry_work(previous, plan)
    plan.status = TaskPlan.Status.ACCEPTED
    plan.accepted_at = timezone.now()
    plan.save(update_fields=["status", "accepted_at"])
    project.highest_code = max([project.highest_code, *(code_number(spec.code) for spec in specs)])
    project.save(update_fields=["highest_code"])
    standing_changed = refresh_standing(project)
    announce_acceptance(project, plan, previous, diff, actor)
    if standing_changed:
        announce_standing(project, actor)
    return plan


def check_base(plan: TaskPlan, active: TaskPlan | None) -> None:
    """A version descends from the active plan, or from no accepted plan at all."""
    ancestor = plan.base
    while ancestor is not None and ancestor.accepted_at is None:
        ancestor = ancestor.base
    if ancestor is not None and ancestor != active:
        raise StaleBase(plan, active)


def carry_work(previous: TaskPlan, plan: TaskPlan) -> None:
    rows = {row.code: row for row in plan.tasks.all()}
    dropped: list[Task] = []
    for old in previous.tasks.all():
        if old.code in rows:
            rows[old.code].take_work(old)
        else:
            dropped.append(dropped_copy(old, plan, idx=len(rows) + len(dropped)))
    Task.objects.bulk_update(rows.values(), Task.WORK_FIELDS)
    Task.objects.bulk_create(dropped)
    ids = dict(plan.tasks.all().values_list("code", "pk"))
    artifacts = Artifact.objects.filter(task__plan=previous).values_list("pk", "task__code")
    Artifact.objects.bulk_update([Artifact(pk=pk, task_id=ids[code]) for pk, code in artifacts], ["task"])


def dropped_copy(old: Task, plan: TaskPlan, idx: int) -> Task:
    copy = Task(plan=plan)
    copy.take_spec(old.spec(), idx)
    copy.take_work(old)
    copy.status = Task.Status.DROPPED
    return copy


def announce_acceptance(
    project: Project, plan: TaskPlan, previous: TaskPlan | None, diff: PlanDiff, actor: Actor
) -> None:
    """One event with the full diff, then one for each task of the former plan that is changed or dropped."""
    tasks = list(Task.objects.filter(plan=plan))
    refs = {task.code: task.ref for task in tasks}
    told = event_types.PlanAccepted(
        plan_id=plan.pk,
        version=plan.version,
        previous=previous.pk if previous else None,
        summary=plan.summary,
        diff=diff.as_json(),
        tasks=[
            event_types.AcceptedTask(
                id=task.pk, code=task.code, idx=task.idx, status=task.status, progress=task.progress
            )
            for task in tasks
        ],
        current_task=project.current_task.code if project.current_task else None,
    )
    cause = publish(project.pk, told, actor=actor).uuid
    for change in diff.changed:
        fields = {name: values.model_dump(mode="json", by_alias=True) for name, values in change.fields.items()}
        changed = event_types.TaskChanged(plan_id=plan.pk, fields=fields)
        publish(project.pk, changed, actor=actor, task=refs[change.code], causation_id=cause)
    for spec in diff.dropped:
        left_out = event_types.TaskDropped(plan_id=plan.pk, title=spec.title)
        publish(project.pk, left_out, actor=actor, task=refs[spec.code], causation_id=cause)
