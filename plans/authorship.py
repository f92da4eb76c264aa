"""Who said what of a plan, and why: operations with their authors. Plain data: no Django."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from plans.changes import operations_between
from plans.operations import (
    Add,
    AnyOperation,
    ChangedFields,
    Merge,
    OperationError,
    Split,
    Update,
    repeat_operations,
)
from plans.spec import TaskSpec

Author = dict[str, Any]
"""An actor as JSON: kind, id, name."""
stored_operation: TypeAdapter[AnyOperation] = TypeAdapter(AnyOperation)


@dataclass(frozen=True)
class Told:
    """An operation, and who wanted it for what reason."""

    op: AnyOperation
    author: Author
    reason: str = ""


def told_by(author: Author, ops: Iterable[AnyOperation], reason: str = "") -> list[Told]:
    return [Told(op, author, reason) for op in ops]


def touched(op: AnyOperation) -> set[str]:
    """The codes that an operation names; its new tasks have theirs already."""
    if isinstance(op, Add):
        return {op.task.code or ""}
    if isinstance(op, Split):
        return {op.code, *(part.code or op.code for part in op.into)}
    return set(op.codes) if isinstance(op, Merge) else {op.code}


def tied_together(told: Iterable[Told]) -> list[set[str]]:
    """The tasks that were split and merged, each with its parts: half of such a change makes no sense."""
    return [touched(each.op) for each in told if isinstance(each.op, Split | Merge)]


def retell(before: Sequence[TaskSpec], after: Sequence[TaskSpec], told: Sequence[Told], author: Author) -> list[Told]:
    """The way from one version to another that takes only a part of what was told: these, then what they do not reach."""
    reached = repeated(before, told)
    if reached is None:
        return tell_net(before, after, told, author)
    return [*told, *tell_net(reached, after, told, author)]


def retell_elsewhere(
    before: Sequence[TaskSpec], after: Sequence[TaskSpec], told: Sequence[Told], author: Author
) -> list[Told]:
    """The way between versions that others have changed too: what was told, where that is just what leads there."""
    return list(told) if repeated(before, told) == list(after) else tell_net(before, after, told, author)


def repeated(tasks: Sequence[TaskSpec], told: Sequence[Told]) -> list[TaskSpec] | None:
    try:
        return repeat_operations(tasks, [each.op for each in told])
    except OperationError:
        return None


def tell_net(before: Sequence[TaskSpec], after: Sequence[TaskSpec], told: Sequence[Told], author: Author) -> list[Told]:
    """The net operations, put down field by field to whoever spoke of it last, else to `author`."""
    return [part for op in operations_between(before, after) for part in attributed(op, told, author)]


def renamed(told: Sequence[Told], names: Mapping[str, str]) -> list[Told]:
    """The same of tasks that are called otherwise."""
    if not names:
        return list(told)
    return [replace(each, op=stored_operation.validate_python(with_names(dump(each.op), names))) for each in told]


def dump(op: AnyOperation) -> dict[str, Any]:
    return op.model_dump(mode="json", exclude_unset=True)


def with_names(value: Any, names: Mapping[str, str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: with_names(item, names, name) for name, item in value.items()}
    if isinstance(value, list):
        return [with_names(item, names, key) for item in value]
    return names.get(value, value) if key in ("code", "codes", "dependencies") else value


def attributed(op: AnyOperation, told: Sequence[Told], author: Author) -> list[Told]:
    """An operation with its author; an update of fields that several people spoke of, in as many parts."""
    if not isinstance(op, Update):
        speaker = last_to_speak_of(told, min(touched(op)))
        return [Told(op, speaker.author, speaker.reason) if speaker else Told(op, author)]
    parts: dict[int, tuple[Told | None, list[str]]] = {}
    for name in sorted(op.fields.model_fields_set):
        speaker = last_to_speak_of(told, op.code, name)
        parts.setdefault(id(speaker), (speaker, []))[1].append(name)
    return [
        Told(update_of(op, names), speaker.author if speaker else author, speaker.reason if speaker else "")
        for speaker, names in parts.values()
    ]


def update_of(op: Update, names: Iterable[str]) -> Update:
    fields = ChangedFields.model_validate({name: getattr(op.fields, name) for name in names})
    return Update(op="update", code=op.code, fields=fields)


def last_to_speak_of(told: Sequence[Told], code: str, field: str | None = None) -> Told | None:
    return next((each for each in reversed(told) if speaks_of(each.op, code, field)), None)


def speaks_of(op: AnyOperation, code: str, field: str | None) -> bool:
    named = code in touched(op)
    return named and (field is None or not isinstance(op, Update) or field in op.fields.model_fields_set)
