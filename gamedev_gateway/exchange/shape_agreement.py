"""What an export says about agreement: operations, comments and reviews."""

from typing import Annotated, Literal, Self

from pydantic import Field
from pydantic import model_validator as after_all

from gamedev_gateway.exchange.fields import (
    ActorShape,
    Code,
    Count,
    Json,
    Number,
    Shape,
    Text,
    Time,
    as_declared,
    custom,
)
from plans.operations import AnyOperation
from plans.spec import MAX_TASKS

Digest = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{64})?$")]


class OperationShape(Shape):
    """A step from a version's base to the version; `number` counts them from 1."""

    number: Number
    op: Annotated[Json, as_declared(AnyOperation)]
    author: ActorShape
    reason: Text
    created_at: Time


class CommentShape(Shape):
    """Something said about a version; `number` counts the project's comments in the order in which they were made."""

    number: Number
    plan: Number
    code: Code | Literal[""]
    field: Annotated[str, Field(max_length=20)]
    about: Digest
    body: Text
    blocking: bool
    author: ActorShape
    in_reply_to: Number | None
    resolved_by: ActorShape | None
    resolved_at: Time | None
    revision: Count
    created_at: Time

    @after_all(mode="after")
    def field_is_of_a_task(self) -> Self:
        if self.field and not self.code:
            raise custom("A comment on a field names the task, too.")
        return self


class ReviewShape(Shape):
    """What somebody thought of a version; `number` counts the project's reviews in the order in which they were made."""

    number: Number
    plan: Number
    verdict: Literal["approve", "request_changes", "advise"]
    body: Text
    author: ActorShape
    seen: Annotated[dict[Code, Digest], Field(max_length=2 * MAX_TASKS)]
    created_at: Time
