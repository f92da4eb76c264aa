"""Whether people agree on a proposal."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import InvalidInput
from plans.consensus import Missing, Rule, Voice, what_is_missing
from plans.errors import AgentsDoNotDecide, NotAgreed
from plans.lineage import Lineage
from plans.models import Comment, Project, Review, Role, TaskPlan
from plans.seen import Staleness
from plans.services.projects import update_project

COUNTING = (Role.OWNER, Role.EDITOR)


@dataclass(frozen=True)
class Consensus:
    """How far people agree on a version. `missing` is what is missing if whoever asks accepts it now."""

    rule: Rule
    approvals: list[Voice]
    change_requests: list[Voice]
    blocking_comments: list[int]
    missing: Missing

    @property
    def agreed(self) -> bool:
        return not self.missing


@transaction.atomic
def change_rule(project: Project, changes: dict[str, Any], *, actor: Actor) -> Project:
    """Change who must agree on this project's plans: `roles`, `approvals`, or both. What was decided stays decided."""
    if actor.is_agent:
        raise AgentsDoNotDecide("change who must agree")
    project = project.lock()
    rule = Rule.model_validate({**project.rule.model_dump(), **changes})
    people = project.memberships.filter(role__in=rule.roles).count()
    if rule.approvals > people:
        raise InvalidInput({"approvals": [f"So many people must have one of these roles; here it is {people}."]})
    if rule == project.rule:
        return project
    return update_project(project, {"consensus": rule.model_dump()}, actor=actor)


def consensus_on(
    project: Project, plan: TaskPlan, lineage: Lineage, *, actor: Actor, only: Collection[str] | None = None
) -> Consensus:
    """How far people agree; with `only`, on these changes of it. Reviews by owners and editors count, each one's newest."""
    roles = dict(project.memberships.order_by("pk").values_list("user__username", "role"))
    newest = newest_reviews(plan, lineage)
    staleness = Staleness(lineage, plan.pk) if newest else None
    voices: dict[str, list[Voice]] = {verdict: [] for verdict in Review.Verdict.values}
    for user, review in newest.items():
        if staleness and roles.get(user) in COUNTING:
            part = only if review.verdict == Review.Verdict.APPROVE else None
            voices[review.verdict].append(Voice(user, review.pk, staleness.of(review, part)))
    comments = blocking_comments(plan, lineage, only)
    missing = what_is_missing(
        project.rule,
        roles | role_by_right(actor, roles),
        accepter=actor.name if actor.kind == "user" else None,
        approvals=voices[Review.Verdict.APPROVE],
        change_requests=voices[Review.Verdict.REQUEST_CHANGES],
        comments=comments,
    )
    return Consensus(
        project.rule,
        voices[Review.Verdict.APPROVE],
        voices[Review.Verdict.REQUEST_CHANGES],
        comments,
        missing,
    )


def check_agreed(
    project: Project, plan: TaskPlan, lineage: Lineage, *, actor: Actor, only: Collection[str] | None = None
) -> None:
    """Raise NotAgreed unless this person may accept the proposal, or these changes of it, now."""
    missing = consensus_on(project, plan, lineage, actor=actor, only=only).missing
    if missing:
        raise NotAgreed(missing)


def role_by_right(actor: Actor, roles: dict[str, str]) -> dict[str, str]:
    """Whoever may do everything counts as an owner, also where they are no member: the admin lets them accept."""
    if actor.kind != "user" or actor.name in roles:
        return {}
    may_everything = get_user_model().objects.filter(pk=actor.user_id, is_superuser=True).exists()
    return {actor.name: Role.OWNER.value} if may_everything else {}


def newest_reviews(plan: TaskPlan, lineage: Lineage) -> dict[str, Review]:
    """Each person's newest review of a version or of what it continues, by username."""
    reviews = Review.objects.filter(plan__in=[each.pk for each in lineage.continued(plan.pk)], user__isnull=False)
    return {
        review.user.get_username(): review for review in reviews.select_related("user").order_by("pk") if review.user
    }


def blocking_comments(plan: TaskPlan, lineage: Lineage, only: Collection[str] | None) -> list[int]:
    """The open comments that block a version; where only a part of it is meant, those about that part or about all."""
    versions = [each.pk for each in lineage.continued(plan.pk)]
    found = Comment.objects.open().filter(plan__in=versions, blocking=True).order_by("pk")
    return [
        comment.pk
        for comment in found
        if only is None or not comment.code or lineage.code_in(plan.pk, comment.plan_id, comment.code) in only
    ]
