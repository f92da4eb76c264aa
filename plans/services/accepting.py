"""A proposal becomes the active plan, whole or in part, and the work done so far goes on in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans.authorship import Told, retell, tied_together, touched
from plans.changes import NeedsMore, Unchanged, take_only
from plans.diff import PlanDiff, diff_plans
from plans.errors import AgentsDoNotDecide, CodesTaken, NeedsMoreChanges, NotProposed, StaleBase
from plans.lineage import Lineage, specs_of
from plans.models import Artifact, Claim, Project, Task, TaskPlan
from plans.services.claims import end_quietly, last_words
from plans.services.consensus import check_agreed
from plans.services.operations import replace_operations, told_on
from plans.services.planning import announce_proposal, check_laws, get_active_plan, store_tasks, store_version
from plans.services.progress import announce_standing, refresh_standing
from plans.spec import TaskSpec, code_number
from realtime import event_types
from realtime.publishing import publish

BEGUN = (Task.Status.IN_PROGRESS, Task.Status.BLOCKED, Task.Status.DONE)


@dataclass(frozen=True)
class Part:
    """What is taken of a proposal, by which codes, what all of it said, and how both are told."""

    codes: list[str]
    taken: list[TaskSpec]
    told: list[Told]
    whole: list[TaskSpec]
    rest_told: list[Told]
    summary: str
    understood: list[str]


@transaction.atomic
def accept_plan(plan: TaskPlan, *, actor: Actor, only: Collection[str] | None = None) -> TaskPlan:
    """Make a proposal the active plan and carry the work done so far over to it, by code.

    Done stays done, running stays running; a task that the new version leaves out stays readable as dropped. With `only`,
    the changes of these codes are taken; what remains of the proposal becomes a new one, made from the accepted plan.
    """
    if actor.is_agent:
        raise AgentsDoNotDecide("accept a plan")
    project = plan.project.lock()
    plan.refresh_from_db()
    if plan.status != TaskPlan.Status.PROPOSED:
        raise NotProposed(plan)
    previous = get_active_plan(project)
    lineage = Lineage(project.pk)
    check_base(plan, previous, lineage)
    part = part_of(plan, only, lineage) if only is not None else None
    told = part.told if part else told_on(lineage.own_way(plan.pk))
    specs = part.taken if part else plan.specs()
    check_laws(specs)
    check_agreed(project, plan, lineage, actor=actor, only=only)
    if part:
        take_part(plan, part, previous)
    diff = diff_plans(previous.specs() if previous else [], specs, [each.op for each in told])
    ended = make_active(project, plan, previous, specs)
    rest = propose_rest(project, plan, part) if part else None
    standing_changed = refresh_standing(project)
    announce_acceptance(project, plan, previous, diff, actor, rest, ended)
    if rest and part:
        announce_proposal(rest, len(part.whole), event_types.PlanCreated, actor)
    if standing_changed:
        announce_standing(project, actor)
    return plan


def make_active(project: Project, plan: TaskPlan, previous: TaskPlan | None, specs: Sequence[TaskSpec]) -> list[Claim]:
    """Gives the claims that have ended with it."""
    ended: list[Claim] = []
    if previous is not None:
        previous.status = TaskPlan.Status.SUPERSEDED
        previous.save(update_fields=["status"])
        ended = carry_work(previous, plan)
    plan.status = TaskPlan.Status.ACCEPTED
    plan.accepted_at = timezone.now()
    plan.save(update_fields=["status", "accepted_at", "base", "revision", "summary", "understood"])
    project.highest_code = max([project.highest_code, *(code_number(spec.code) for spec in specs)])
    project.save(update_fields=["highest_code"])
    return ended


# May it be accepted?


def check_base(plan: TaskPlan, active: TaskPlan | None, lineage: Lineage | None = None) -> None:
    """A version descends from the active plan, or was written from nothing to replace it. Raises StaleBase, CodesTaken."""
    lineage = lineage or Lineage(plan.project_id)
    if active is None:
        return
    forebears = [each.pk for each in lineage.way_back(plan.base_id)]
    nearest = next((pk for pk in forebears if lineage[pk].accepted_at), None)
    if nearest is None and lineage.shared(plan.pk, active.pk) is None:
        check_codes(plan, lineage)
    elif nearest != active.pk:
        raise StaleBase(plan, active)


def check_codes(plan: TaskPlan, lineage: Lineage) -> None:
    """What a version that comes from no accepted plan calls new is still new: nobody else's task has its code by now."""
    began = lineage.own_way(plan.pk)[0].numbered_from
    accepted = TaskPlan.objects.filter(project=plan.project_id, accepted_at__isnull=False)
    given = set(Task.objects.filter(plan__in=accepted).values_list("code", flat=True))
    if taken := [task.code for task in plan.specs() if code_number(task.code) > began and task.code in given]:
        raise CodesTaken(plan, taken)


# A part of it


def part_of(plan: TaskPlan, only: Collection[str], lineage: Lineage) -> Part | None:
    """None where everything is taken: then nothing remains to be proposed."""
    ground = lineage.ground(plan.pk)
    base = specs_of(ground)[ground.pk] if ground else []
    whole = plan.specs()
    told = told_on(lineage.own_way(plan.pk))
    taken = take_or_explain(base, whole, list(only), tied_together(told))
    if taken == whole:
        return None
    of_these = [each for each in told if touched(each.op) <= set(only)]
    others = [each for each in told if not touched(each.op) <= set(only)]
    return Part(
        codes=list(only),
        taken=taken,
        told=retell(base, taken, of_these, plan.author),
        whole=whole,
        rest_told=retell(taken, whole, others, plan.author),
        summary=plan.summary,
        understood=plan.understood,
    )


def take_or_explain(
    base: Sequence[TaskSpec], whole: Sequence[TaskSpec], only: Sequence[str], together: Sequence[set[str]]
) -> list[TaskSpec]:
    try:
        return take_only(base, whole, only, together=together)
    except NeedsMore as error:
        raise NeedsMoreChanges(error.needs) from error
    except Unchanged as error:
        text = "The proposal says nothing new about it."
        raise InvalidInput({f"only.{only.index(code)}": [text] for code in error.codes}) from error


def take_part(plan: TaskPlan, part: Part, ground: TaskPlan | None) -> None:
    """Make a proposal say no more than what is taken of it, straight from the accepted plan."""
    plan.base = ground
    plan.revision += 1
    plan.summary, plan.understood = f"In part: {', '.join(part.codes)}. {plan.summary}".strip(), []
    store_tasks(plan, part.taken)
    replace_operations(plan, part.told)


def propose_rest(project: Project, plan: TaskPlan, part: Part) -> TaskPlan:
    """What was not taken, as a proposal of its own by the same author; what was said of it goes on there."""
    return store_version(
        project,
        part.whole,
        part.rest_told,
        base=plan,
        continues=plan,
        summary=part.summary,
        instructions=plan.instructions,
        understood=part.understood,
        not_understood=plan.not_understood,
        created_by=plan.created_by,
        author=plan.author,
    )


# The work


def carry_work(previous: TaskPlan, plan: TaskPlan) -> list[Claim]:
    """Take the work over to a new version; gives the claims that have ended, since it drops their tasks."""
    rows = {row.code: row for row in plan.tasks.all()}
    worked_on: list[Task] = []
    dropped: list[Task] = []
    for old in previous.tasks.all():
        if old.code not in rows:
            dropped.append(dropped_copy(old, plan, idx=len(rows) + len(dropped)))
        elif rows[old.code].take_work(old):
            worked_on.append(rows[old.code])
    Task.objects.bulk_update(worked_on, Task.WORK_FIELDS)
    Task.objects.bulk_create(dropped)
    ended = end_quietly(plan.project_id, [task.code for task in dropped], Claim.Ended.DROPPED)
    ids = dict(plan.tasks.all().values_list("code", "pk"))
    artifacts = Artifact.objects.filter(task__plan=previous).values_list("pk", "task__code")
    Artifact.objects.bulk_update([Artifact(pk=pk, task_id=ids[code]) for pk, code in artifacts], ["task"])
    return ended


def dropped_copy(old: Task, plan: TaskPlan, idx: int) -> Task:
    copy = Task(plan=plan)
    copy.take_spec(old.spec(), idx)
    copy.take_work(old)
    copy.status = Task.Status.DROPPED
    return copy


# The news


def announce_acceptance(
    project: Project,
    plan: TaskPlan,
    previous: TaskPlan | None,
    diff: PlanDiff,
    actor: Actor,
    rest: TaskPlan | None,
    ended: Sequence[Claim],
) -> None:
    """One event with the full diff, then one for each task of the former plan that is changed or dropped, and each claim that
    has ended with its task."""
    tasks = list(Task.objects.filter(plan=plan))
    refs = {task.code: task.ref for task in tasks}
    stood = {task.code: task for task in previous.tasks.all()} if previous else {}
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
        accepted_at=plan.accepted_at,
        remaining=rest.pk if rest else None,
        work_dropped=[
            event_types.DroppedWork(code=spec.code, title=spec.title, was=stood[spec.code].status)
            for spec in diff.dropped
            if stood[spec.code].status in BEGUN
        ],
    )
    cause = publish(project.pk, told, actor=actor).uuid
    for change in diff.changed:
        fields = {name: values.model_dump(mode="json", by_alias=True) for name, values in change.fields.items()}
        changed = event_types.TaskChanged(plan_id=plan.pk, fields=fields)
        publish(project.pk, changed, actor=actor, task=refs[change.code], causation_id=cause)
    for spec in diff.dropped:
        left_out = event_types.TaskDropped(plan_id=plan.pk, title=spec.title, was=stood[spec.code].status)
        publish(project.pk, left_out, actor=actor, task=refs[spec.code], causation_id=cause)
    for claim in ended:
        left = event_types.TaskReleased(
            claim_id=claim.pk,
            resource=claim.resource,
            how=claim.Ended.DROPPED.value,
            reason="The plan no longer has the task.",
            handoff=last_words(claim),
            changes={},
            current_task=told.current_task,
        )
        publish(project.pk, left, actor=actor, task=refs[claim.resource], causation_id=cause)
