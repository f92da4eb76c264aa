"""How people came to agree, into the database."""

from collections.abc import Sequence

from gamedev_gateway.core.bulk import insert_many
from gamedev_gateway.exchange.refs import Targets
from gamedev_gateway.exchange.rows import keep_times, without
from gamedev_gateway.exchange.shape_agreement import CommentShape, OperationShape, ReviewShape
from plans.models import Comment, PlanOperation, Review, TaskPlan


def restore_operations(plan: TaskPlan, operations: Sequence[OperationShape], targets: Targets) -> None:
    rows = [
        PlanOperation(plan=plan, author=targets.actor(each.author.model_dump()), **without(each, "author"))
        for each in operations
    ]
    insert_many(PlanOperation, rows)


def restore_comments(comments: Sequence[CommentShape], targets: Targets) -> None:
    own = ("number", "plan", "author", "in_reply_to", "resolved_by", "created_at")
    rows = []
    for each in comments:
        row = Comment(plan_id=targets.row("plan", f"plan:{each.plan}"), **without(each, *own))
        row.author = targets.actor(each.author.model_dump())
        row.resolved_by = targets.actor(each.resolved_by.model_dump()) if each.resolved_by else None
        rows.append(row)
    keep_times(rows, comments, "created_at")
    for each, row in zip(comments, rows, strict=True):
        targets.add("comment", each.number, row.pk)
        row.in_reply_to_id = targets.row("comment", f"comment:{each.in_reply_to}") if each.in_reply_to else None
    Comment.objects.bulk_update(rows, ["in_reply_to"])


def restore_reviews(reviews: Sequence[ReviewShape], targets: Targets) -> None:
    """The review of a person counts where they have an account; of anybody else it is what was once said."""
    rows = []
    for each in reviews:
        author = targets.actor(each.author.model_dump())
        known = author["kind"] == "user" and author["id"].isdigit()
        rows.append(
            Review(
                plan_id=targets.row("plan", f"plan:{each.plan}"),
                author=author,
                user_id=int(author["id"]) if known else None,
                **without(each, "number", "plan", "author", "created_at"),
            )
        )
    keep_times(rows, reviews, "created_at")
    for each, row in zip(reviews, rows, strict=True):
        targets.add("review", each.number, row.pk)
