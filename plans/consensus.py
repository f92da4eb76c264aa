"""Who must agree before a plan is accepted. Plain data: no Django."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Rule(BaseModel):
    """A plan is agreed on when `approvals` people with one of these roles approve of it; whoever accepts it approves.

    The default is therefore that any owner or editor may accept alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: list[Literal["owner", "editor"]] = Field(default=["owner", "editor"], min_length=1, max_length=2)
    approvals: int = Field(default=1, ge=1, le=20, description="How many different people.")
