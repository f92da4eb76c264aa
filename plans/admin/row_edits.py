"""From a sheet of rows, as a person left it, to the operations that make the plan say the same. Plain data in and out."""

from collections.abc import Sequence
from dataclasses import dataclass

from plans.operations import Add, AnyOperation, ChangedFields, Drop, Move, NewTask, Update
from plans.order import longest_increasing
from plans.spec import TaskFields, TaskSpec


@dataclass(frozen=True)
class Row:
    """One row of the sheet. A new task has no code yet; a row without a place is where it was, or at the end."""

    code: str | None
    fields: TaskFields
    place: int | None = None
    dropped: bool = False


def operations_for(stored: Sequence[TaskSpec], rows: Sequence[Row]) -> list[AnyOperation]:
    """The fewest operations from the stored tasks to the sheet. A stored task that the sheet does not have stays.

    Drops come last: what waited for a dropped task then waits for what that one waited for, new tasks too.
    """
    given = {row.code: row for row in rows if row.code}
    old = [given.get(task.code, Row(task.code, task)) for task in stored]
    new = [row for row in rows if row.code is None and not row.dropped]
    order = wanted_order(old, new)
    return [
        *(update for task, row in zip(stored, old, strict=True) if not row.dropped and (update := updated(task, row))),
        *moves([task.code for task in stored], [row.code for row in order if row.code]),
        *(added(row, place) for place, row in enumerate(order) if row.code is None),
        *(Drop(op="drop", code=row.code) for row in old if row.dropped and row.code),
    ]


def updated(task: TaskSpec, row: Row) -> Update | None:
    names = [name for name in TaskFields.model_fields if getattr(row.fields, name) != getattr(task, name)]
    fields = ChangedFields.model_validate({name: getattr(row.fields, name) for name in names})
    return Update(op="update", code=task.code, fields=fields) if names else None


def added(row: Row, place: int) -> Add:
    return Add(op="add", task=NewTask.model_validate(row.fields.model_dump()), idx=place)


def wanted_order(old: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """The rows in the order that the places ask for: what was given another place goes there, the rest closes up."""
    order = [row for place, row in enumerate(old) if row.place in (None, place)]
    moved = [row for place, row in enumerate(old) if row.place not in (None, place)]
    placed = [*moved, *(row for row in new if row.place is not None)]
    at = -1
    for row in sorted(placed, key=lambda row: row.place or 0):
        at = max(at + 1, row.place or 0)
        order.insert(at, row)
    return [*order, *(row for row in new if row.place is None)]


def moves(codes: Sequence[str], wanted: Sequence[str]) -> list[AnyOperation]:
    """The fewest moves that bring codes into another order."""
    places = {code: place for place, code in enumerate(codes)}
    staying = longest_increasing([places[code] for code in wanted])
    now = list(codes)
    found: list[AnyOperation] = []
    for place, code in enumerate(wanted):
        if place in staying:
            continue
        now.remove(code)
        target = now.index(wanted[place - 1]) + 1 if place else 0
        now.insert(target, code)
        found.append(Move(op="move", code=code, idx=target))
    return found
