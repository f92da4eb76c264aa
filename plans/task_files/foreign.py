"""What another tool says of its tasks, before it is fitted to ours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Section = tuple[str, str]


class TaskFileError(ValueError):
    """The file cannot be read; the message names the place."""


@dataclass
class ForeignTask:
    """A task of another tool. Ids are the tool's; `parent` is the task that it is a part of."""

    id: str
    title: str
    text: str = ""
    sections: list[Section] = field(default_factory=list)
    """(title, text): what has no field of its own with us, and goes into the description."""
    waits_for: list[str] = field(default_factory=list)
    parent: str | None = None
    acceptance: list[str] = field(default_factory=list)
    priority: int = 3
    hours: float = 0
    state: str = "pending"
    state_there: str = ""
    """The status in the tool's own word; `state` is pending, in progress or done."""
    left_out: str = ""
    """Why it becomes no task, e.g. "cancelled"."""


@dataclass
class ForeignList:
    """The tasks of a file in its order, and what is worth telling about reading it."""

    tool: str
    tasks: list[ForeignTask]
    remarks: list[str] = field(default_factory=list)


def lines_of(value: Any) -> list[str]:
    """Criteria from a list, or from text with one on each line, without their bullets."""
    parts = value if isinstance(value, list) else as_text(value).splitlines()
    found = [as_text(part).strip().removeprefix("- [ ]").removeprefix("- [x]").lstrip("-*• ").strip() for part in parts]
    return [part for part in found if part]


def as_text(value: Any) -> str:
    """Any JSON value as words."""
    if value is None:
        return ""
    try:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError as error:
        raise TaskFileError("Something in the file is nested too deep.") from error


def the_rest(given: Mapping[str, Any], known: set[str]) -> list[Section]:
    """Members that nothing is known about, each as a line, so that they are kept."""
    told = [f"{name}: {as_text(value)}" for name, value in given.items() if name not in known and not empty(value)]
    return [("Also", "\n".join(told))] if told else []


def empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def listed(value: Any, place: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise TaskFileError(f"{place}: A list belongs here.")
    return value


def an_object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TaskFileError(f"{place}: A JSON object belongs here.")
    return value


def an_id(given: Mapping[str, Any], place: str) -> str:
    value = given.get("id")
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        raise TaskFileError(f"{place}: It has no id.")
    return str(value).strip()


def parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TaskFileError(f"{place}: This is not JSON: {error}") from error
