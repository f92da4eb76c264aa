"""A proposal is carried over to a plan that was accepted while it was open."""

from collections.abc import Sequence

from django.db import transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans.authorship import Told, renamed, retell_elsewhere
from plans.conflicts import MergeError, Resolution, Side
from plans.diff import diff_plans
from plans.errors import AlreadyBased, NotProposed, RebaseConflicts
from plans.lineage import Lineage, Version, specs_of
from plans.merge import Merged, merge_plans
from plans.models import Project, Task, TaskPlan
from plans.services.operations import told_on
from plans.services.planning import (
    announce_proposal,
    check_laws,
    get_active_plan,
    next_number,
    store_version,
    supersede,
)
from realtime import event_types


@transaction.atomic
def rebase_plan(
    plan: TaskPlan,
    *,
    actor: Actor,
    onto: TaskPlan | None = None,
    resolutions: Sequence[Resolution] = (),
    policy: Side | None = None,
) -> TaskPlan:
    """A new version with the changes of a proposal on top of an accepted plan, without `onto` the active one.

    The proposal is superseded by it. Raises RebaseConflicts, and changes nothing, while both sides changed the same thing
    and nobody has decided.
    """
    project = plan.project.lock()
    plan.refresh_from_db()
    if plan.status != TaskPlan.Status.PROPOSED:
        raise NotProposed(plan)
    onto = onto or get_active_plan(project)
    lineage = Lineage(project.pk)
    check_target(plan, onto, lineage)
    assert onto is not None  # noqa: S101  AlreadyBased otherwise
    merged = merge(project, plan, onto, lineage, resolutions, policy)
    check_laws(merged.tasks)
    return store_rebased(project, plan, onto, merged, told_on(lineage.own_way(plan.pk)), actor)


def check_target(plan: TaskPlan, onto: TaskPlan | None, lineage: Lineage) -> None:
    """A version is carried over to a plan that was accepted, and that it does not come from. Raises AlreadyBased."""
    if onto is None or onto.pk in {each.pk for each in lineage.way_back(plan.pk)}:
        raise AlreadyBased(plan, onto)
    if onto.accepted_at is None:
        raise InvalidInput(
            {"onto": [f"Version {onto.version} was never accepted; a proposal goes onto a plan that was."]}
        )


def merge(
    project: Project,
    plan: TaskPlan,
    onto: TaskPlan,
    lineage: Lineage,
    resolutions: Sequence[Resolution],
    policy: Side | None,
) -> Merged:
    common = lineage.shared(plan.pk, onto.pk) or lineage.written_on(plan.pk)
    base = specs_of(common)[common.pk] if common else []
    theirs = onto.specs()
    try:
        merged = merge_plans(
            base,
            plan.specs(),
            theirs,
            next_number=next_number(project, theirs),
            resolutions=resolutions,
            policy=policy,
            frozen=work_begun(project),
            used=codes_given(project, plan, common, lineage),
        )
    except MergeError as error:
        raise InvalidInput({"resolutions": [str(error)]}) from error
    if merged.conflicts:
        raise RebaseConflicts([conflict.model_dump(mode="json") for conflict in merged.conflicts])
    return merged


def work_begun(project: Project) -> dict[str, str]:
    """How far the tasks of the active plan are that somebody has begun: done, or in progress."""
    begun = (Task.Status.IN_PROGRESS, Task.Status.BLOCKED, Task.Status.DONE)
    found = Task.objects.active().filter(plan__project=project, status__in=begun).values_list("code", "status")
    done = Task.Status.DONE.value
    return {code: done if status == done else Task.Status.IN_PROGRESS.value for code, status in found}


def codes_given(project: Project, plan: TaskPlan, common: Version | None, lineage: Lineage) -> set[str]:
    """The codes that accepted plans have had since the common base: a new task of the proposal needs another one."""
    old = {each.pk for each in lineage.way_back(common.pk)} if common else set()
    own = {each.pk for each in lineage.way_back(plan.pk)}
    since = [each.pk for each in lineage.versions.values() if each.accepted_at and each.pk not in old | own]
    return set(Task.objects.filter(plan__in=since).values_list("code", flat=True))


def store_rebased(
    project: Project, plan: TaskPlan, onto: TaskPlan, merged: Merged, told: Sequence[Told], actor: Actor
) -> TaskPlan:
    before = onto.specs()
    told = retell_elsewhere(before, merged.tasks, renamed(told, merged.renumbered), actor.as_json())
    made = store_version(
        project,
        merged.tasks,
        told,
        base=onto,
        continues=plan,
        renumbered=merged.renumbered,
        summary=plan.summary,
        instructions=plan.instructions,
        understood=plan.understood,
        not_understood=plan.not_understood,
        created_by=plan.created_by,
        author=plan.author,
    )
    supersede(plan)
    announce_proposal(
        made,
        len(merged.tasks),
        event_types.PlanRebased,
        actor,
        renumbered=merged.renumbered,
        resolved=[conflict.model_dump(mode="json") for conflict in merged.resolved],
        diff=diff_plans(before, merged.tasks, [each.op for each in told]).as_json(),
    )
    return made
