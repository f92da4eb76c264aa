"""What people and agents think of a proposal."""

from django.db import transaction

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.errors import Forbidden
from plans.errors import AgentsDoNotDecide, NotProposed
from plans.lineage import Lineage
from plans.models import Review, TaskPlan
from plans.seen import what_is_seen
from plans.services.comments import is_editor
from realtime import event_types
from realtime.publishing import publish


@transaction.atomic
def review_plan(plan: TaskPlan, *, verdict: str, body: str = "", actor: Actor) -> Review:
    """Approve of a proposal, ask for changes, or give advice. What it changes now is kept as what was seen.

    The newest review of a person counts. Agents and viewers advise only.
    """
    project = plan.project.lock()
    plan.refresh_from_db()
    if plan.status != TaskPlan.Status.PROPOSED:
        raise NotProposed(plan)
    if verdict != Review.Verdict.ADVISE and actor.is_agent:
        raise AgentsDoNotDecide("approve a plan or ask for changes (it can `advise`)")
    if verdict != Review.Verdict.ADVISE and not is_editor(project, actor):
        raise Forbidden("A viewer can `advise`; approving and asking for changes takes the role of an editor.")
    review = Review.objects.create(
        plan=plan,
        verdict=verdict,
        body=body,
        author=actor.as_json(),
        user_id=actor.user_id if actor.kind == "user" else None,
        seen=what_is_seen(Lineage(project.pk), plan.pk),
    )
    told = event_types.PlanReviewed(plan_id=plan.pk, review_id=review.pk, verdict=verdict, body=body)
    publish(project.pk, told, actor=actor)
    return review
