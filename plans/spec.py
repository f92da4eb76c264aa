"""What a plan says, as plain data: no ORM, no request.

These models are the one declaration of a task's editable fields. The planner makes them, the operations change them, the
diff compares them, and the API documents them.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

CODE_PATTERN = r"^T-(?:[0-9]{3}|[1-9][0-9]{3,5})$"
"""One spelling for each number, so that no two codes mean the same task."""
MAX_TASKS = 5_000
MAX_CODES_AHEAD = 1_000
"""How far above the next free number a code given by hand may be; one far above would use the numbers up."""
MAX_DEPENDENCIES = 200

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


def code_number(code: str) -> int:
    """The number in a task code: 14 for "T-014"."""
    return int(code.removeprefix("T-"))


def make_code(number: int) -> str:
    """The task code of a number: "T-014" for 14."""
    return f"T-{number:03d}"


class Estimates(BaseModel):
    """How big a task is thought to be; points are relative, hours are working hours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    story_points: int = Field(default=0, ge=0, le=100)
    time_hours: float = Field(default=0, ge=0, le=2_000)


class TaskFields(BaseModel):
    """The editable fields of a task, in the order in which people read them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title
    description: Prose = ""
    dependencies: list[Code] = Field(
        default_factory=list, max_length=MAX_DEPENDENCIES, description="Codes of the same plan."
    )
    acceptance: list[Line] = Field(default_factory=list, max_length=50, description="Testable criteria, one a line.")
    mcp_tools: list[Name] = Field(default_factory=list, max_length=50)
    deliverables: list[Line] = Field(default_factory=list, max_length=50)
    estimates: Estimates = Estimates()
    priority: int = Field(default=3, ge=1, le=5, description="1 comes first.")


class TaskSpec(TaskFields):
    """One task of one plan version. The list that holds it gives its place."""

    code: Code


class PlanDraft(BaseModel):
    """A plan before it is stored: what a planner proposes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    summary: Prose
    tasks: list[TaskSpec] = Field(min_length=1, max_length=MAX_TASKS)
