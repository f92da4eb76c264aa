"""What stands between a proposal and its acceptance, as the head of a plan's pages tells it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from gamedev_gateway.core.api import actor_of
from plans.admin.access import may
from plans.admin.glance import COLOURS, rule_in_words
from plans.admin.pages import admin_url
from plans.admin.reading import cut
from plans.consensus import Missing, Voice
from plans.errors import CodesTaken, StaleBase
from plans.lineage import Lineage
from plans.models import Comment, Role, TaskPlan
from plans.services.accepting import check_base
from plans.services.consensus import Consensus, consensus_on
from plans.services.planning import get_active_plan


@dataclass(frozen=True)
class Obstacle:
    """One thing that is missing, and where to see to it: an address, empty where waiting is all that helps."""

    text: str
    href: str = ""
    link: str = ""


def head_of(plan: TaskPlan, tab: str, request: HttpRequest) -> dict[str, Any]:
    """What the head of a plan's page shows, whichever of its tabs is open."""
    return {
        "plan": plan,
        "tab": tab,
        "colour": COLOURS[plan.status],
        "standing": standing_of(plan, tab, request) if plan.status == TaskPlan.Status.PROPOSED else None,
    }


def standing_of(plan: TaskPlan, tab: str, request: HttpRequest) -> dict[str, Any]:
    lineage = Lineage(plan.project_id)
    consensus = consensus_on(plan.project, plan, lineage, actor=actor_of(request))
    stale = why_stale(plan, get_active_plan(plan.project), lineage)
    may_accept = may(request, plan.project_id, Role.EDITOR)
    return {
        "rule": rule_in_words(consensus.rule),
        "approvals": consensus.approvals,
        "obstacles": [*stale_base(plan, stale, may_accept and tab != "rebase"), *obstacles(plan, consensus)],
        "stale": stale,
        "may_accept": may_accept,
    }


def why_stale(plan: TaskPlan, active: TaskPlan | None, lineage: Lineage) -> str:
    """Why a proposal does not fit the active plan; empty where it does."""
    try:
        check_base(plan, active, lineage)
    except (StaleBase, CodesTaken) as error:
        return without_address(error.detail)
    return ""


def without_address(detail: str) -> str:
    """The sentence for somebody who presses buttons."""
    return detail.partition(": POST ")[0] + "." if ": POST " in detail else detail


def stale_base(plan: TaskPlan, why: str, offer: bool) -> list[Obstacle]:
    if not why:
        return []
    text = why.partition(" Rebase it")[0]
    return [Obstacle(text, admin_url(plan, "rebase"), "Rebase it") if offer else Obstacle(text)]


def obstacles(plan: TaskPlan, consensus: Consensus) -> list[Obstacle]:
    agree, missing = admin_url(plan, "agree"), consensus.missing
    comments = Comment.objects.filter(pk__in=missing.comments) if missing.comments else []
    lacking = [Obstacle(approvals_in_words(missing), f"{agree}#reviews", "Reviews")] if missing.approvals else []
    return [
        *lacking,
        *(request_for_changes(each, agree) for each in missing.change_requests),
        *(blocking(comment, agree) for comment in comments),
    ]


def approvals_in_words(missing: Missing) -> str:
    return Missing(approvals=missing.approvals, by=missing.by).sentences()[0]


def request_for_changes(voice: Voice, agree: str) -> Obstacle:
    return Obstacle(f"{voice.user} has asked for changes.", f"{agree}#review-{voice.review}", "Look at it")


def blocking(comment: Comment, agree: str) -> Obstacle:
    about = f" on {comment.code}" if comment.code else ""
    text = f"A comment{about} by {comment.author['name']} blocks it: “{cut(comment.body, 120)}”"
    return Obstacle(text, f"{agree}#comment-{comment.pk}", "Answer it")
