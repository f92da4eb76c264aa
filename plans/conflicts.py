"""What a merge of plans asks people, and what they answer."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Side = Literal["mine", "theirs"]
NAMES: dict[Side, str] = {"mine": "this proposal", "theirs": "the plan accepted meanwhile"}


class MergeError(ValueError):
    """The plans cannot be merged, or a resolution cannot be followed; the text says why."""


class UnknownConflicts(MergeError):
    """Resolutions that name no conflict of this merge: `ids`."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(f"There is no conflict {', '.join(ids)}.")
        self.ids = list(ids)


class CycleEdge(BaseModel):
    """One task waits for another, because of one side, of both, or of a drop that the merge brought in."""

    code: str
    waits_for: str
    by: Literal["mine", "theirs", "both", "merge"]


class Conflict(BaseModel):
    """Where the two sides cannot both have their way. What `base`, `mine` and `theirs` are depends on the kind.

    | kind | id | each side | `value` of a resolution |
    |---|---|---|---|
    | `field` | `T-003.title` | the field's value | the field's value |
    | `dropped_changed` | `T-003` | the task, null where it is dropped | none |
    | `work` | `T-003` | the same; the task is done or in progress | none |
    | `order` | `T-003.order` | the task that it comes after, null for the top | such a task, or null |
    | `cycle` | `cycle:T-003>T-007` | none; see `path` and `edges` | `{code: dependencies}` |
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Literal["field", "dropped_changed", "work", "order", "cycle"]
    code: str
    field: str | None = None
    base: Any = None
    mine: Any = None
    theirs: Any = None
    detail: str = Field(description="What happened, in a sentence.")
    path: list[str] = Field(default=[], description="Of a cycle: the tasks, ending with the first.")
    edges: list[CycleEdge] = Field(default=[], description="Of a cycle: what waits for what, and who says so.")


class Resolution(BaseModel):
    """What somebody decided about one conflict, named by its `id`, or by `code` and `field`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = None
    code: str | None = None
    field: str | None = None
    take: Literal["mine", "theirs", "value"]
    value: Any = None

    @property
    def conflict(self) -> str:
        """The id of the conflict that is answered."""
        return self.id or ".".join(filter(None, (self.code, self.field)))


class Answers:
    """The resolutions at hand, and a policy for all other conflicts.

    A policy never decides that work is dropped: that is said of each task.
    """

    def __init__(self, resolutions: Sequence[Resolution], policy: Side | None) -> None:
        self.given = {each.conflict: each for each in resolutions}
        if len(self.given) != len(resolutions):
            ids = [each.conflict for each in resolutions]
            raise MergeError(f"Answered twice: {', '.join(sorted({id for id in ids if ids.count(id) > 1}))}.")
        self.policy = policy
        self.open: list[Conflict] = []
        self.resolved: list[Conflict] = []

    def settle(self, conflict: Conflict) -> Resolution | None:
        """What is decided about a conflict, None as long as nothing is."""
        answer = self.given.get(conflict.id) or self.by_policy(conflict)
        (self.resolved if answer else self.open).append(conflict)
        return answer

    def by_policy(self, conflict: Conflict) -> Resolution | None:
        if self.policy is None or (conflict.kind == "work" and self.policy == "mine"):
            return None
        return Resolution(id=conflict.id, take=self.policy)

    def check_all_used(self) -> None:
        if unknown := self.given.keys() - {conflict.id for conflict in self.resolved}:
            raise UnknownConflicts(sorted(unknown))
