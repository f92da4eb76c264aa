"""Three-way merge of one field of a task: lists by their items, descriptions by their lines, estimates by their parts."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from plans.operations import ChangedFields
from plans.order import merged_order, moved_apart
from plans.spec import Estimates


class Clash(Exception):
    """Both sides changed the same thing in different ways."""


def merged_field(name: str, base: Any, mine: Any, theirs: Any) -> Any:
    """The value that has the changes of both sides. Raises Clash."""
    if theirs in (base, mine):
        return mine
    if mine == base:
        return theirs
    if name not in MERGERS:
        raise Clash
    try:
        return valid_field(name, MERGERS[name](base, mine, theirs))
    except ValidationError as error:  # Together it is too long.
        raise Clash from error


def valid_field(name: str, value: Any) -> Any:
    """A value as a task holds it. Raises pydantic.ValidationError."""
    return getattr(ChangedFields.model_validate({name: value}), name)


def merged_list(base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]) -> list[Any]:
    """Their items, with what mine added and without what mine took out. What both reworded is there twice, never lost."""
    items = counted(base), counted(mine), counted(theirs)
    if moved_apart(*items):
        raise Clash
    return [item for item, _ in merged_order(*items)]


def counted(items: Sequence[Any]) -> list[tuple[Any, int]]:
    """Equal items told apart by number."""
    seen = Counter[Any]()
    found = []
    for item in items:
        found.append((item, seen[item]))
        seen[item] += 1
    return found


def merged_estimates(base: Estimates, mine: Estimates, theirs: Estimates) -> Estimates:
    parts = Estimates.model_fields
    return Estimates(
        **{part: merged_field(part, *(getattr(side, part) for side in (base, mine, theirs))) for part in parts}
    )


Hunk = tuple[int, int, tuple[str, ...]]
"""Lines of the base, from and up to, and what stands there now."""


def merged_text(base: str, mine: str, theirs: str) -> str:
    """The text with the changed lines of both sides. Raises Clash where both touched the same lines, or put others in at
    the same place."""
    lines = base.split("\n")
    hunks = sorted({*changed_lines(lines, mine.split("\n")), *changed_lines(lines, theirs.split("\n"))})
    for (start, end, _), (following, its_end, _) in pairwise(hunks):
        if following < end or (start, end) == (following, its_end):
            raise Clash
    for start, end, instead in reversed(hunks):
        lines[start:end] = instead
    return "\n".join(lines)


def changed_lines(before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
    return [
        (start, end, tuple(after[new_start:new_end]))
        for tag, start, end, new_start, new_end in SequenceMatcher(None, before, after).get_opcodes()
        if tag != "equal"
    ]


MERGERS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "description": merged_text,
    "dependencies": merged_list,
    "acceptance": merged_list,
    "mcp_tools": merged_list,
    "deliverables": merged_list,
    "estimates": merged_estimates,
}
