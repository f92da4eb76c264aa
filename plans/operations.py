"""Changes to a plan as typed operations by stable code. Hand edits, refinements and agents' proposals are all made of these.

Everything here is plain data in, plain data out; an operation that cannot be applied says why.
"""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from plans.graph import dependents
from plans.spec import (
    MAX_CODES_AHEAD,
    MAX_DEPENDENCIES,
    MAX_TASKS,
    Code,
    Estimates,
    Line,
    Name,
    Prose,
    TaskFields,
    TaskSpec,
    Title,
    code_number,
    make_code,
)

MAX_OPS = 1_000


class OperationError(ValueError):
    """Operation number `index` cannot be applied; `field` is the part of it that is wrong."""

    def __init__(self, index: int, field: str, detail: str) -> None:
        super().__init__(detail)
        self.index = index
        self.field = field
        self.detail = detail


class NewTask(TaskFields):
    """A task to add. Without a `code` it is numbered above every code that the project ever used."""

    code: Code | None = None


class ChangedFields(BaseModel):
    """The fields to change; those that are absent stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title | None = None
    description: Prose | None = None
    dependencies: list[Code] | None = Field(default=None, max_length=MAX_DEPENDENCIES)
    acceptance: list[Line] | None = Field(default=None, max_length=50)
    mcp_tools: list[Name] | None = Field(default=None, max_length=50)
    deliverables: list[Line] | None = Field(default=None, max_length=50)
    estimates: Estimates | None = None
    priority: int | None = Field(default=None, ge=1, le=5)


class Operation(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Add(Operation):
    """Add a task, at place `idx` or at the end."""

    op: Literal["add"]
    task: NewTask
    idx: int | None = Field(default=None, ge=0)


class Update(Operation):
    """Change fields of a task."""

    op: Literal["update"]
    code: Code
    fields: ChangedFields


class Drop(Operation):
    """Take a task out. Whatever waited for it now waits for what it waited for."""

    op: Literal["drop"]
    code: Code


class Move(Operation):
    """Give a task another place; the places count from 0."""

    op: Literal["move"]
    code: Code
    idx: int = Field(ge=0)


class Split(Operation):
    """Make several tasks of one. The first part keeps the code; each further part waits for the one before it unless it
    says otherwise; whatever waited for the task now waits for the last part."""

    op: Literal["split"]
    code: Code
    into: list[NewTask] = Field(min_length=2, max_length=20)


class Merge(Operation):
    """Make one task of several. The first code survives, with what all of them waited for and must fulfil."""

    op: Literal["merge"]
    codes: list[Code] = Field(min_length=2, max_length=20)
    fields: ChangedFields = ChangedFields()


AnyOperation = Annotated[Add | Update | Drop | Move | Split | Merge, Field(discriminator="op")]
Operations = Annotated[list[AnyOperation], Field(min_length=1, max_length=MAX_OPS)]
operations_adapter: TypeAdapter[list[AnyOperation]] = TypeAdapter(Operations)


def apply_operations(
    tasks: Sequence[TaskSpec], ops: Sequence[AnyOperation], *, next_number: int
) -> tuple[list[TaskSpec], list[AnyOperation]]:
    """The tasks after the operations, and the operations with the codes that new tasks were given.

    `next_number` is the first task number that is free for ever. Raises OperationError. The graph is not checked here.
    """
    sheet = Sheet(tasks, next_number)
    applied = [sheet.apply(index, op) for index, op in enumerate(ops)]
    return sheet.tasks, applied


def repeat_operations(tasks: Sequence[TaskSpec], ops: Sequence[AnyOperation]) -> list[TaskSpec]:
    """The tasks after operations that were applied before, or that tell two versions apart: new tasks keep the codes that
    these carry, whatever is free by now. Raises OperationError."""
    sheet = Sheet(tasks)
    for index, op in enumerate(ops):
        sheet.apply(index, op)
    return sheet.tasks


def without(tasks: Sequence[TaskSpec], codes: Collection[str]) -> list[TaskSpec]:
    """The tasks but for some, which are dropped one after the other. It may be that none is left."""
    if not codes:
        return list(tasks)
    sheet = Sheet(tasks)
    for code in codes:
        sheet.bridge(code)
    return sheet.tasks


class Sheet:
    """A task list while operations are applied to it.

    Without `next_number` the operations are repeated: new tasks have their codes already, and only the end must keep to
    the limit of dependencies.
    """

    def __init__(self, tasks: Sequence[TaskSpec], next_number: int | None = None) -> None:
        self.order = [task.code for task in tasks]
        self.specs = {task.code: task for task in tasks}
        self.waiting = dependents({task.code: task.dependencies for task in tasks})
        self.repeats = next_number is None
        self.reserved = next_number or 0
        self.next_number = max([self.reserved, *(code_number(code) + 1 for code in self.order)])
        self.index = 0

    @property
    def tasks(self) -> list[TaskSpec]:
        return [self.specs[code] for code in self.order]

    def apply(self, index: int, op: AnyOperation) -> AnyOperation:
        self.index = index
        applied = getattr(self, op.op)(op)
        if len(self.order) > MAX_TASKS:
            raise self.error("op", f"A plan has at most {MAX_TASKS} tasks.")
        return applied

    # Operations

    def add(self, op: Add) -> Add:
        task = self.numbered(op.task, "task.code")
        self.insert(task, len(self.order) if op.idx is None else op.idx)
        return op.model_copy(update={"task": op.task.model_copy(update={"code": task.code})})

    def update(self, op: Update) -> Update:
        self.put(changed(self.task(op.code), op.fields))
        return op

    def drop(self, op: Drop) -> Drop:
        self.task(op.code)
        if len(self.order) == 1:
            raise self.error("code", "A plan needs at least one task.")
        self.bridge(op.code)
        return op

    def move(self, op: Move) -> Move:
        self.task(op.code)
        self.order.remove(op.code)
        self.order.insert(op.idx, op.code)
        return op

    def split(self, op: Split) -> Split:
        whole = self.task(op.code)
        if op.into[0].code not in (None, op.code):
            raise self.error("into.0.code", f"The first part keeps the code {op.code}.")
        waiting = sorted(self.waiting.get(op.code, ()))
        first = op.into[0].model_copy(update={"code": op.code})
        parts = [TaskSpec.model_validate(first.model_dump())]
        if "dependencies" not in op.into[0].model_fields_set:
            parts[0] = parts[0].model_copy(update={"dependencies": whole.dependencies})
        self.put(parts[0])
        place = self.order.index(op.code)
        for number, new in enumerate(op.into[1:], start=1):
            part = self.numbered(new, f"into.{number}.code")
            if "dependencies" not in new.model_fields_set:
                part = part.model_copy(update={"dependencies": [parts[-1].code]})
            parts.append(part)
            self.insert(part, place + number)
        self.hand_over(waiting, op.code, parts)
        into = [new.model_copy(update={"code": part.code}) for new, part in zip(op.into, parts, strict=True)]
        return op.model_copy(update={"into": into})

    def merge(self, op: Merge) -> Merge:
        if len(set(op.codes)) != len(op.codes):
            raise self.error("codes", "A task cannot be merged with itself.")
        merged = [self.task(code, "codes") for code in op.codes]
        survivor, others = merged[0], merged[1:]
        inside = set(op.codes)
        whole = survivor.model_copy(
            update={
                "description": "\n\n".join(filter(None, (task.description for task in merged))),
                "dependencies": [code for code in union(merged, "dependencies") if code not in inside],
                "acceptance": union(merged, "acceptance"),
                "mcp_tools": union(merged, "mcp_tools"),
                "deliverables": union(merged, "deliverables"),
                "estimates": add_up(merged),
                "priority": min(task.priority for task in merged),
            }
        )
        for task in others:
            self.remove(task.code)
        self.put(changed(TaskSpec.model_validate(whole.model_dump()), op.fields))
        for task in others:
            self.replace_dependency(task.code, [survivor.code])
        return op

    # Parts of operations

    def task(self, code: str, field: str = "code") -> TaskSpec:
        if code not in self.specs:
            raise self.error(field, f"The plan has no task {code}.")
        return self.specs[code]

    def put(self, task: TaskSpec) -> None:
        """Store a task, in the place of what it was until now, and note what waits for what."""
        self.forget(task.code)
        self.specs[task.code] = task
        for code in task.dependencies:
            self.waiting.setdefault(code, set()).add(task.code)

    def insert(self, task: TaskSpec, place: int) -> None:
        self.order.insert(place, task.code)
        self.put(task)

    def remove(self, code: str) -> None:
        self.order.remove(code)
        self.forget(code)
        del self.specs[code]

    def bridge(self, code: str) -> None:
        """Take a task out; whatever waited for it now waits for what it waited for."""
        dependencies = self.specs[code].dependencies
        self.remove(code)
        self.replace_dependency(code, dependencies)

    def forget(self, code: str) -> None:
        """Take a task's own waiting out of the notes."""
        for dependency in self.specs[code].dependencies if code in self.specs else ():
            self.waiting[dependency].discard(code)

    def numbered(self, new: NewTask, field: str) -> TaskSpec:
        """The new task with its code: the one it asks for, where that was never used, or the next free one."""
        code = new.code or make_code(self.next_number)
        if code in self.specs or code_number(code) < self.reserved:
            raise self.error(
                field, f"{code} is or was another task; leave the code out, or use {make_code(self.next_number)}."
            )
        if code_number(code) > self.next_number + MAX_CODES_AHEAD and not self.repeats:
            raise self.error(field, f"{code} would skip too many numbers; use {make_code(self.next_number)}.")
        self.next_number = max(self.next_number, code_number(code) + 1)
        return TaskSpec.model_validate({**new.model_dump(), "code": code})

    def replace_dependency(self, code: str, by: Sequence[str]) -> None:
        """Make what waits for a task wait for others instead."""
        for waiting in sorted(self.waiting.get(code, ())):
            task = self.specs[waiting]
            kept = [other for other in task.dependencies if other != code]
            instead = [other for other in by if other not in kept and other != task.code]
            if len(kept) + len(instead) > MAX_DEPENDENCIES and not self.repeats:
                raise self.error("op", f"{task.code} would wait for more than {MAX_DEPENDENCIES} tasks.")
            self.put(task.model_copy(update={"dependencies": [*kept, *instead]}))

    def hand_over(self, waiting: Sequence[str], code: str, parts: Sequence[TaskSpec]) -> None:
        """Make those that waited for the whole wait for its last part."""
        last = parts[-1].code
        for task in (self.specs[other] for other in waiting):
            dependencies = [last if other == code else other for other in task.dependencies]
            self.put(task.model_copy(update={"dependencies": dependencies}))

    def error(self, field: str, detail: str) -> OperationError:
        return OperationError(self.index, field, detail)


def changed(task: TaskSpec, fields: ChangedFields) -> TaskSpec:
    return task.model_copy(
        update={name: getattr(fields, name) for name in fields.model_fields_set if getattr(fields, name) is not None}
    )


def union(tasks: Sequence[TaskSpec], field: str) -> list[Any]:
    """The lists of several tasks as one, each item once, in order."""
    return list(dict.fromkeys(item for task in tasks for item in getattr(task, field)))


def add_up(tasks: Sequence[TaskSpec]) -> Estimates:
    points = sum(task.estimates.story_points for task in tasks)
    hours = sum(task.estimates.time_hours for task in tasks)
    return Estimates(story_points=min(points, 100), time_hours=min(hours, 2_000))
