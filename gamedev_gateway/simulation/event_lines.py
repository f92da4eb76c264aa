"""Events as lines for people: when, who, what, in a word or two. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from rich.text import Text

COLOURS = {
    "task.completed": "bold green",
    "task.blocked": "bold red",
    "task": "cyan",
    "plan": "bold magenta",
    "artifact": "blue",
    "context": "dim",
    "chat": "yellow",
    "error": "bold red",
}
QUIET = {"welcome", "position"}


def line_of(frame: Mapping[str, Any]) -> Text | None:
    """A frame in one line; None for those that say nothing to people."""
    if frame["type"] in QUIET:
        return None
    return event_line(frame) if "payload" in frame else control_line(frame)


def event_line(event: Mapping[str, Any]) -> Text:
    kind = str(event["type"])
    colour = COLOURS.get(kind) or COLOURS.get(kind.partition(".")[0], "white")
    return Text.assemble(
        (f"{event['seq']:>5} {event['timestamp'][11:19]} ", "dim"),
        (f"{kind:<18} ", colour),
        (f"{event['task_code'] or '':<6} ", "bold"),
        *actor_and_words(event["actor"]["name"], says(kind, event["payload"])),
    )


def actor_and_words(actor: str, words: str) -> list[tuple[str, str] | str]:
    return [(f"{actor}: ", "dim"), words] if words else [(actor, "dim")]


def control_line(frame: Mapping[str, Any]) -> Text:
    match frame["type"]:
        case "subscribed":
            missed = f", {frame['missed']} events to catch up with" if frame.get("missed") else ""
            trouble = (
                "" if frame.get("recovered", True) else f"; the log cannot go on from there: {frame.get('reason')}"
            )
            return Text(f"watching {frame['stream']}, which stands at {frame['seq']}{missed}{trouble}", "dim")
        case "lost":
            return Text(f"connection lost ({frame['reason']}); again in {frame['again_in']:.1f} s", "red")
        case "error":
            return Text(f"error: {frame.get('message')}", "red")
        case other:
            return Text(f"{other}: {frame.get('reason', '')}", "dim")


def says(kind: str, payload: Mapping[str, Any]) -> str:
    """The words of an event, or its most telling fields."""
    for name, told in WORDINGS.items():
        if kind.startswith(name):
            return one_line(told(payload))
    return one_line(str(payload.get("text") or payload.get("name") or payload.get("message") or short(payload)))


def short(payload: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in payload.items() if isinstance(value, str | int) and value)


def project(told: Mapping[str, Any]) -> str:
    changes = told["changes"]
    if told["action"] == "status":
        return f"is {str(changes.get('status', 'changed')).replace('_', ' ')} now"
    if told["action"] in {"activated", "deactivated"}:
        return told["action"]
    changed = short(changes) or ", ".join(changes)
    return f"{told['action']}: {changed}" if changed else told["action"]


def version(told: Mapping[str, Any]) -> str:
    return f"version {told['version']}: {told['summary']}" if told["summary"] else f"version {told['version']}"


def completed(told: Mapping[str, Any]) -> str:
    met = sum(bool(answer.get("met")) for answer in told["acceptance"])
    return f"{met} {'criterion' if met == 1 else 'criteria'} met" if met else "completed"


def one_line(text: str, longest: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


WORDINGS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "task.progress": lambda told: f"{told['percent']} % {told['note']}",
    "task.started": lambda told: "started",
    "task.blocked": lambda told: told["reason"] or "blocked",
    "task.unblocked": lambda told: "goes on",
    "task.reopened": lambda told: told["reason"] or "reopened",
    "task.completed": completed,
    "task.changed": lambda told: told.get("why") or f"{', '.join(told['fields'])} changed",
    "task.dropped": lambda told: told["title"],
    "plan.accepted": lambda told: f"version {told['version']}, {len(told['tasks'])} tasks",
    "plan.edited": lambda told: f"version {told['version']}, {len(told['ops'])} changes",
    "plan.": version,
    "artifact.created": lambda told: told["path"] or told["uri"] or told["artifact_type"],
    "artifact.deleted": lambda told: "deleted",
    "artifact.validated": lambda told: told["validation_status"],
    "context.": lambda told: f"{told['scope']}, version {told['version']}",
    "project": project,
    "member.": lambda told: f"{told['user']} {'left' if told['role'] is None else 'is ' + told['role']}",
}
"""Beginnings of event types, the more special ones first."""
