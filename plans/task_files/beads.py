"""beads' `issues.jsonl`: one issue a line, with its dependencies on others."""

from typing import Any

from plans.task_files.foreign import (
    ForeignList,
    ForeignTask,
    Section,
    TaskFileError,
    an_id,
    an_object,
    as_text,
    lines_of,
    listed,
    parsed,
    the_rest,
)

STATES = {"closed": "done", "in_progress": "in progress"}
BLOCKING = {"blocks", "conditional-blocks", "waits-for"}
KNOWN = {
    *("id", "title", "description", "design", "notes", "acceptance_criteria", "status", "priority"),
    *("estimated_minutes", "dependencies", "comments"),
}
DEFERRED = 5


def read(text: str, tag: str | None = None) -> ForeignList:
    """`tag` is a label; with one, only the issues that carry it are read."""
    issues = [issue_at(line, number) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if tag is not None:
        issues = [issue for issue in issues if tag in listed(issue.get("labels"), "labels")]
        if not issues:
            raise TaskFileError(f"issues.jsonl: No issue has the label {tag!r}.")
    tasks = {id(issue): foreign(issue) for issue in issues}
    by_id = {task.id: task for task in reversed(tasks.values())}
    remarks = [remark for issue in issues for remark in connect(issue, tasks[id(issue)], by_id)]
    return ForeignList("beads", list(tasks.values()), remarks)


def issue_at(line: str, number: int) -> dict[str, Any]:
    place = f"line {number}"
    issue = an_object(parsed(line, place), place)
    an_id(issue, place)
    for name in ("dependencies", "comments", "labels"):
        listed(issue.get(name), f"{place}: {name}")
    return issue


def foreign(issue: dict[str, Any]) -> ForeignTask:
    status = as_text(issue.get("status") or "open").strip()
    return ForeignTask(
        id=an_id(issue, ""),
        title=as_text(issue.get("title")).strip(),
        text=as_text(issue.get("description")).strip(),
        sections=sections(issue),
        acceptance=lines_of(issue.get("acceptance_criteria")),
        priority=DEFERRED if status == "deferred" else priority(issue.get("priority")),
        hours=hours(issue.get("estimated_minutes")),
        state=STATES.get(status, "pending"),
        state_there=status,
        left_out="deleted" if status == "tombstone" else "",
    )


def sections(issue: dict[str, Any]) -> list[Section]:
    named = [(name.capitalize(), as_text(issue.get(name)).strip()) for name in ("design", "notes")]
    said = [
        as_text(comment.get("text", comment) if isinstance(comment, dict) else comment) for comment in comments(issue)
    ]
    by = [as_text(comment.get("author")) if isinstance(comment, dict) else "" for comment in comments(issue)]
    lines = [f"{author}: {text}" if author else text for author, text in zip(by, said, strict=True)]
    return [section for section in [*named, ("Comments", "\n".join(lines))] if section[1]] + the_rest(issue, KNOWN)


def comments(issue: dict[str, Any]) -> list[Any]:
    return listed(issue.get("comments"), "comments")


def priority(given: Any) -> int:
    """0 to 4 there, 1 to 5 here. An absent one is 0, as in beads itself, which leaves zeros out."""
    value = given if isinstance(given, int) and not isinstance(given, bool) else 0 if given is None else 2
    return min(max(value, 0), 4) + 1


def hours(minutes: Any) -> float:
    usable = isinstance(minutes, int | float) and not isinstance(minutes, bool) and 0 <= minutes <= 120_000
    return round(minutes / 60, 2) if usable else 0


def connect(issue: dict[str, Any], own: ForeignTask, by_id: dict[str, ForeignTask]) -> list[str]:
    """Put the issue's edges on its task, or that of the issue which the edge names. Returns what could not be used."""
    remarks = []
    for edge in listed(issue.get("dependencies"), "dependencies"):
        if not isinstance(edge, dict) or not isinstance(edge.get("depends_on_id"), str):
            remarks.append(f"{own.id}: A dependency without an id was left out: {as_text(edge)[:200]}")
            continue
        kind, other = as_text(edge.get("type") or "blocks"), edge["depends_on_id"]
        task = by_id.get(as_text(edge.get("issue_id")), own) if edge.get("issue_id") not in (None, own.id) else own
        if kind in BLOCKING:
            task.waits_for.append(other)
        elif kind == "parent-child" and task.parent is None:
            task.parent = other
        else:
            task.sections.append((kind.capitalize(), other))
    return remarks
