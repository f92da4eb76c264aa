"""What is said about a plan: about all of it, a task, or a field of a task."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import Forbidden, InvalidInput
from plans.diff import FIELDS
from plans.errors import AgentsDoNotDecide, NotProposed
from plans.lineage import Lineage
from plans.models import Comment, Project, Role, Task, TaskPlan
from plans.models.agreement import CommentQuerySet
from plans.spec import TaskSpec
from realtime import event_types
from realtime.publishing import TaskRef, publish


@transaction.atomic
def comment_on_plan(
    plan: TaskPlan,
    *,
    actor: Actor,
    body: str,
    code: str = "",
    field: str = "",
    blocking: bool = False,
    in_reply_to: int | None = None,
) -> Comment:
    """Say something about a version. A reply is about what the comment that it answers is about.

    A blocking comment keeps a proposal from being accepted until it is resolved: the word of an editor or owner.
    """
    project = plan.project.lock()
    plan.refresh_from_db()
    if blocking:
        check_may_block(project, plan, actor)
    tasks = {task.code: task for task in plan.specs()}
    check_place(tasks, code, field)
    answered = find_answered(plan, in_reply_to)
    if answered and not code:
        code, field = Lineage(project.pk).code_in(plan.pk, answered.plan_id, answered.code), answered.field
    comment = Comment.objects.create(
        plan=plan,
        code=code,
        field=field,
        about=digest_of_place(tasks, code, field),
        body=body,
        blocking=blocking,
        in_reply_to=answered,
        author=actor.as_json(),
    )
    tell(comment, "created", actor)
    return comment


@transaction.atomic
def resolve_comment(comment: Comment, *, actor: Actor) -> Comment:
    """Say that a comment has had its answer. It no longer blocks. Again, it is no change and tells nobody."""
    comment = locked(comment, actor, "resolve")
    if comment.resolved_at is None:
        comment.resolved_by, comment.resolved_at = actor.as_json(), timezone.now()
        save_verdict(comment, "resolved", actor)
    return comment


@transaction.atomic
def reopen_comment(comment: Comment, *, actor: Actor) -> Comment:
    comment = locked(comment, actor, "reopen")
    if comment.resolved_at is not None:
        comment.resolved_by, comment.resolved_at = None, None
        save_verdict(comment, "reopened", actor)
    return comment


def save_verdict(comment: Comment, action: Any, actor: Actor) -> None:
    comment.revision += 1
    comment.save(update_fields=["resolved_by", "resolved_at", "revision"])
    tell(comment, action, actor)


def locked(comment: Comment, actor: Actor, verb: str) -> Comment:
    """The comment as it is now, under its project's lock, for somebody who may decide on it: editors, and its author."""
    project = comment.plan.project.lock()
    comment = Comment.objects.select_related("plan__project").get(pk=comment.pk)
    if comment.blocking and actor.is_agent:
        raise AgentsDoNotDecide(f"{verb} a comment that blocks a plan")
    if comment.author != actor.as_json() and not is_editor(project, actor):
        raise Forbidden(f"Only an editor, or who wrote it, can {verb} a comment.")
    return comment


def check_may_block(project: Project, plan: TaskPlan, actor: Actor) -> None:
    if actor.is_agent:
        raise AgentsDoNotDecide("block a plan")
    if not is_editor(project, actor):
        raise Forbidden("A viewer's comment cannot block a plan; leave `blocking` out.")
    if plan.status != TaskPlan.Status.PROPOSED:
        raise NotProposed(plan)


def is_editor(project: Project, actor: Actor) -> bool:
    """An editor or an owner; or somebody who may do everything."""
    rights = Q(is_superuser=True) | Q(memberships__project=project, memberships__role__in=[Role.EDITOR, Role.OWNER])
    return get_user_model().objects.filter(rights, pk=actor.user_id).exists()


def find_answered(plan: TaskPlan, pk: int | None) -> Comment | None:
    if pk is None:
        return None
    found = Comment.objects.filter(plan__project=plan.project_id, pk=pk).first()
    if found is None:
        raise InvalidInput({"in_reply_to": ["The project has no such comment."]})
    return found


# Where a comment is


def digest_of_place(tasks: Mapping[str, TaskSpec], code: str, field: str) -> str:
    """A digest of what a task or one of its fields says; "" for a comment on all of the plan, and for what is not there."""
    if code not in tasks:
        return ""
    said = tasks[code].model_dump(mode="json", exclude={"code"})
    return hashlib.sha256(json.dumps(said[field] if field else said, sort_keys=True).encode()).hexdigest()


def check_place(tasks: Mapping[str, TaskSpec], code: str, field: str) -> None:
    """Raise InvalidInput naming what the plan does not have."""
    if code and code not in tasks:
        raise InvalidInput({"code": [f"The plan has no task {code}."]})
    if field and not code:
        raise InvalidInput({"code": ["Say of which task the field is."]})
    if field and field not in FIELDS:
        raise InvalidInput({"field": [f"A task has no such field. Known: {', '.join(FIELDS)}."]})


def comments_heard_on(plan: TaskPlan, lineage: Lineage) -> CommentQuerySet:
    """The comments on a version and on those that it continues, and what is still open of the accepted ones before.

    What was said of a task that an accepted version was accepted without goes on where that task does, and nowhere else.
    """
    own = {each.pk for each in lineage.continued(plan.pk)}
    before = {each.pk for pk in own for each in lineage.way_back(pk) if each.accepted_at} - own
    there = Q(code="") | Exists(Task.objects.filter(plan=OuterRef("plan"), code=OuterRef("code")))
    return Comment.objects.filter(Q(plan__in=own) | Q(there, plan__in=before, resolved_at=None))


# The news


def tell(comment: Comment, action: Any, actor: Actor) -> None:
    told = event_types.PlanCommented(
        plan_id=comment.plan_id,
        comment_id=comment.pk,
        action=action,
        code=comment.code or None,
        field=comment.field or None,
        body=comment.body,
        blocking=comment.blocking,
        in_reply_to=comment.in_reply_to_id,
    )
    publish(comment.plan.project_id, told, actor=actor, task=task_meant(comment))


def task_meant(comment: Comment) -> TaskRef | None:
    """The task that a comment is about: the one that is worked on, or that of the proposal."""
    same = Task.objects.filter(plan__project=comment.plan.project_id, code=comment.code)
    task = same.filter(plan__status=TaskPlan.Status.ACCEPTED).first() or same.filter(plan=comment.plan_id).first()
    return task.ref if task else None
