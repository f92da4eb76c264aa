"""A diff, a plan and a log as people read them: what the templates show."""

from dataclasses import dataclass, field
from typing import Any

from plans.diff import ChangedTask, FieldChange, PlanDiff
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
        "before": diff.totals["from"],
        "after": diff.totals["to"],
    }


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


def event_in_words(told: dict[str, Any]) -> str:
    """What an event says, as the rest of a sentence that begins with its actor."""
    payload, code = told["payload"], told["task_code"]
    describe = WORDS.get(told["type"])
    text = describe(payload) if describe else payload.get("text") or told["type"]
    return f"{text} {code}" if code and describe else f"{text} ({code})" if code else str(text)


def edited(payload: dict[str, Any]) -> str:
    diff = payload["diff"]
    counts = counts_in_words(*(len(diff[part]) for part in ("added", "dropped", "changed", "moved")))
    return f"edited plan v{payload['version']}: {counts}"


def project(payload: dict[str, Any]) -> str:
    if payload["action"] == "status":
        return f"brought the project to “{payload['changes']['status']}”"
    return f"{payload['action']} the project"


def member(payload: dict[str, Any]) -> str:
    user, role = payload["user"], payload["role"]
    return f"made {user} {'an' if role[0] in 'eo' else 'a'} {role}" if role else f"took {user} out"


def section(payload: dict[str, Any]) -> str:
    if payload["action"] == "stale":
        return f"found the section “{payload['heading']}” stale"
    return f"{payload['action']} the section “{payload['heading']}”"


WORDS = {
    "project": project,
    "plan.created": lambda payload: f"proposed plan v{payload['version']} with {payload['tasks']} tasks",
    "plan.generated": lambda payload: f"had plan v{payload['version']} generated, with {payload['tasks']} tasks",
    "plan.refined": lambda payload: f"refined to plan v{payload['version']}: “{cut(payload['instructions'], 120)}”",
    "plan.edited": edited,
    "plan.accepted": lambda payload: f"accepted plan v{payload['version']}",
    "task.started": lambda payload: "started",
    "task.progress": lambda payload: f"reported {payload['percent']} % of",
    "task.blocked": lambda payload: f"blocked (“{cut(payload['reason'], 120)}”)",
    "task.unblocked": lambda payload: "unblocked",
    "task.completed": lambda payload: "completed",
    "task.reopened": lambda payload: "reopened",
    "task.changed": lambda payload: f"with the new plan changed {', '.join(payload['fields'])} of",
    "task.dropped": lambda payload: "with the new plan dropped",
    "context.generated": lambda payload: f"brought the {payload['scope']} context up to date (v{payload['version']})",
    "context.updated": lambda payload: f"set the {payload['scope']} context to v{payload['version']}",
    "artifact.created": lambda payload: (
        f"registered {payload['path'] or payload['uri'] or payload['artifact_type']} for"
    ),
    "artifact.validated": lambda payload: f"found an artifact {payload['validation_status']}:",
    "artifact.deleted": lambda payload: "deleted an artifact of",
    "document.created": lambda payload: f"created the document “{payload['title']}”",
    "document.updated": lambda payload: f"edited the {' and '.join(payload['changed'])} of “{payload['title']}”",
    "document.deleted": lambda payload: f"deleted the document “{payload['title']}”",
    "document.started": lambda payload: f"had “{payload['title']}” written",
    "document.completed": lambda payload: f"completed “{payload['title']}”",
    "document.failed": lambda payload: f"failed to write “{payload['title']}”: {cut(payload['message'], 200)}",
    "document.cancelled": lambda payload: f"stopped the writing of “{payload['title']}”",
    "section.updated": section,
    "section.completed": lambda payload: f"wrote the section “{payload['heading']}”",
    "member.changed": member,
    "error": lambda payload: f"met an error: {cut(payload['message'], 200)}",
}
"""Each type of event as a verb; the code of its task, if it has one, follows."""
