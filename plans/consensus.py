"""Who must agree before a plan is accepted, and what is missing until they do. Plain data: no Django."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Rule(BaseModel):
    """A plan is agreed on when `approvals` people with one of these roles approve of it; whoever accepts it approves.

    The default is therefore that any owner or editor may accept alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: list[Literal["owner", "editor"]] = Field(default=["owner", "editor"], min_length=1, max_length=2)
    approvals: int = Field(default=1, ge=1, le=20, description="How many different people.")


@dataclass(frozen=True)
class Voice:
    """The newest review of a person."""

    user: str
    review: int
    stale: bool


@dataclass(frozen=True)
class Missing:
    """What stands between a proposal and its acceptance: so many approvals, by people among `by`; these open comments that
    block, by id; these requests for changes."""

    approvals: int = 0
    by: list[str] = field(default_factory=list)
    comments: list[int] = field(default_factory=list)
    change_requests: list[Voice] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.approvals or self.comments or self.change_requests)

    def sentences(self) -> list[str]:
        told = []
        if self.approvals:
            among = f", by {' or '.join(self.by)}" if self.by else "; nobody else here can give one"
            told.append(f"{self.approvals} approval{'s are' if self.approvals > 1 else ' is'} missing{among}.")
        if self.comments:
            told.append(f"Comments that block it are open: {', '.join(map(str, self.comments))}.")
        told += [f"{each.user} has asked for changes (review {each.review})." for each in self.change_requests]
        return told


def what_is_missing(
    rule: Rule,
    roles: Mapping[str, str],
    *,
    accepter: str | None,
    approvals: Sequence[Voice],
    change_requests: Sequence[Voice],
    comments: Sequence[int],
) -> Missing:
    """What is missing if `accepter` accepts now. `roles` has the role of every person by name.

    Whoever accepts approves, and takes back a request for changes of their own.
    """
    may = [user for user, role in roles.items() if role in rule.roles]
    agree = agreeing(may, approvals) | ({accepter} & set(may))
    lacking = max(rule.approvals - len(agree), 0)
    return Missing(
        approvals=lacking,
        by=[user for user in may if user not in agree] if lacking else [],
        comments=list(comments),
        change_requests=[each for each in change_requests if not each.stale and each.user != accepter],
    )


def agreeing(may: Collection[str], approvals: Sequence[Voice]) -> set[str | None]:
    return {each.user for each in approvals if not each.stale and each.user in may}
