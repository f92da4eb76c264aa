"""What was said about a plan, and who thinks what of it, as its page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gamedev_gateway.core.actors import Actor
from plans.admin.reading import LABELS
from plans.agreement_serializers import Places
from plans.lineage import Lineage
from plans.models import Comment, Review, TaskPlan
from plans.seen import Staleness
from plans.services.comments import comments_heard_on
from plans.spec import TaskSpec

VERDICTS = {
    "approve": ("success", "approves"),
    "request_changes": ("danger", "asks for changes"),
    "advise": ("info", "advises"),
}
"""The colour and the words of a review."""


@dataclass
class Thread:
    """A comment with its replies. `place` is where it stands in the version shown (see `Places`)."""

    comment: Comment
    place: dict[str, Any]
    title: str
    may_decide: bool
    replies: list[Comment] = field(default_factory=list)

    @property
    def about(self) -> str:
        """What it is about, in words."""
        if not self.comment.code:
            return "the whole plan"
        label = LABELS.get(self.comment.field)
        return f"{self.place['code']} {self.title}".strip() + (f", {label.lower()}" if label else "")

    @property
    def since(self) -> str:
        """What has become of it since."""
        if not self.place["present"]:
            return "this version does not have it any more"
        return "it says something else now" if self.place["changed"] else ""

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Open ones first, and those that block before them."""
        return (self.comment.resolved_at is not None, not self.comment.blocking, self.comment.pk)


def threads_on(
    plan: TaskPlan, lineage: Lineage, tasks: Sequence[TaskSpec], *, actor: Actor, editor: bool
) -> list[Thread]:
    places = Places(lineage, plan.pk, list(tasks))
    titles = {task.code: task.title for task in tasks}
    threads: dict[int, Thread] = {}
    roots: dict[int, int] = {}
    for comment in comments_heard_on(plan, lineage).select_related("plan").order_by("pk"):
        root = roots.get(comment.in_reply_to_id or 0)
        roots[comment.pk] = root or comment.pk
        if root is not None:
            threads[root].replies.append(comment)
            continue
        place = places.of(comment)
        decides = editor or comment.author == actor.as_json()
        threads[comment.pk] = Thread(comment, place, titles.get(place["code"], ""), decides)
    return sorted(threads.values(), key=lambda thread: thread.rank)


def reviews_on(plan: TaskPlan, lineage: Lineage) -> list[dict[str, Any]]:
    """The reviews of a version and of what it continues, the newest first; of each author the newest one counts."""
    reviews = Review.objects.filter(plan__in=[each.pk for each in lineage.continued(plan.pk)])
    found: list[dict[str, Any]] = []
    staleness = Staleness(lineage, plan.pk)
    heard: list[dict[str, Any]] = []
    for review in reviews.select_related("plan").order_by("-pk"):
        colour, words = VERDICTS[review.verdict]
        earlier = review.author in heard
        heard.append(review.author)
        stale = not earlier and staleness.of(review)
        found.append({"review": review, "colour": colour, "words": words, "earlier": earlier, "stale": stale})
    return found
