"""How people came to agree, as plain data."""

from typing import Any

from gamedev_gateway.exchange.refs import Names
from gamedev_gateway.exchange.rows import row_data
from gamedev_gateway.exchange.shape_agreement import CommentShape, OperationShape, ReviewShape
from plans.models import Comment, PlanOperation, Project, Review


def comments_of(project: Project) -> list[Comment]:
    return list(Comment.objects.filter(plan__project=project).order_by("pk"))


def reviews_of(project: Project) -> list[Review]:
    return list(Review.objects.filter(plan__project=project).order_by("pk"))


def numbered(rows: list[Any]) -> dict[int, str]:
    """What rows are called: by the order in which they were made."""
    return {row.pk: str(number) for number, row in enumerate(rows, start=1)}


def operation_data(operation: PlanOperation, names: Names) -> dict[str, Any]:
    return row_data(operation, OperationShape.model_fields, author=actor_data(operation.author, names))


def comment_data(comment: Comment, number: int, names: Names) -> dict[str, Any]:
    answered = names.known["comment"].get(comment.in_reply_to_id or 0)
    return row_data(
        comment,
        CommentShape.model_fields,
        number=number,
        plan=int(names.known["plan"][comment.plan_id]),
        author=actor_data(comment.author, names),
        in_reply_to=int(answered) if answered else None,
        resolved_by=actor_data(comment.resolved_by, names) if comment.resolved_by else None,
    )


def review_data(review: Review, number: int, names: Names) -> dict[str, Any]:
    return row_data(
        review,
        ReviewShape.model_fields,
        number=number,
        plan=int(names.known["plan"][review.plan_id]),
        author=actor_data(review.author, names),
    )


def actor_data(actor: dict[str, Any], names: Names) -> dict[str, Any]:
    told = names.actor(actor)
    return {name: told[name] for name in ("kind", "id", "name")}
