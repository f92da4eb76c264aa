"""A diff as people read it: what the templates show."""

from dataclasses import dataclass, field
from typing import Any

from plans.diff import ChangedTask, FieldChange, PlanDiff, changed_edges
from plans.diff_words import Part, diff_words

LABELS = {
    "title": "Title",
    "description": "Description",
    "dependencies": "Waits for",
    "acceptance": "Acceptance criteria",
    "mcp_tools": "MCP tools",
    "deliverables": "Deliverables",
    "estimates": "Estimates",
    "priority": "Priority",
}
NOTHING = "–"


@dataclass(frozen=True)
class ReadableChange:
    """One field from and to: a text by its words, a list by its items, anything else by its values."""

    label: str
    words: list[Part] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    before: str = ""
    after: str = ""


def readable(diff: PlanDiff) -> dict[str, Any]:
    """A diff for the template `diff.html`."""
    return {
        "is_empty": diff.is_empty,
        "added": diff.added,
        "dropped": diff.dropped,
        "changed": [
            {"code": task.code, "title": task.title, "fields": readable_changes(task)} for task in diff.changed
        ],
        "moved": diff.moved,
        "split": diff.split,
        "merged": diff.merged,
        "dependencies": changed_edges(diff),
        "before": diff.totals["from"],
        "after": diff.totals["to"],
    }


def readable_by_code(diff: PlanDiff) -> dict[str, dict[str, Any]]:
    """The same task by task: `task` of one that is new or left out, `fields` of one that says something else, `moved`."""
    parts: dict[str, dict[str, Any]] = {task.code: {"task": task} for task in [*diff.added, *diff.dropped]}
    for changed in diff.changed:
        parts.setdefault(changed.code, {})["fields"] = readable_changes(changed)
    for moved in diff.moved:
        parts.setdefault(moved.code, {})["moved"] = moved
    return parts


def readable_changes(task: ChangedTask) -> list[ReadableChange]:
    return [readable_change(name, change) for name, change in task.fields.items()]


def readable_change(name: str, change: FieldChange) -> ReadableChange:
    label, before, after = LABELS[name], change.before, change.after
    if isinstance(before, str):
        return ReadableChange(label, words=diff_words(before, after))
    if isinstance(before, list):
        gone = [item for item in before if item not in after]
        new = [item for item in after if item not in before]
        if gone or new:
            return ReadableChange(label, gone=gone, new=new)
        return ReadableChange(label, before=", ".join(before), after=", ".join(after))
    return ReadableChange(label, before=value_in_words(before), after=value_in_words(after))


def value_in_words(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['story_points']} points, {value['time_hours']:g} hours"
    return str(value)


def counts_in_words(added: int, dropped: int, changed: int, moved: int) -> str:
    counts = {"added": added, "dropped": dropped, "changed": changed, "moved": moved}
    return ", ".join(f"{count} {verb}" for verb, count in counts.items() if count) or "no task changed"


def diff_in_words(diff: PlanDiff) -> str:
    return counts_in_words(len(diff.added), len(diff.dropped), len(diff.changed), len(diff.moved))


def cut(text: str, longest: int) -> str:
    """A text in one line, cut between two words where it is too long."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return f"{line[:longest].rsplit(' ', 1)[0].rstrip(' ,;:–-')}…"
