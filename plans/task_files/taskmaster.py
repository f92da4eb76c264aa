"""Task Master's `tasks.json`: {"tasks": […]}, or {"master": {"tasks": […]}, …} with a list for each tag."""

from typing import Any

from plans.task_files.foreign import (
    ForeignList,
    ForeignTask,
    TaskFileError,
    an_id,
    an_object,
    as_text,
    lines_of,
    listed,
    parsed,
    the_rest,
)

PRIORITIES = {"critical": 1, "high": 2, "medium": 3, "low": 4}
STATES = {"done": "done", "completed": "done", "in-progress": "in progress", "review": "in progress"}
KNOWN = {
    *("id", "title", "description", "status", "dependencies", "priority", "details", "subtasks"),
    *("testStrategy", "acceptanceCriteria", "parentId", "parentTaskId"),
}
DEFERRED = 5


def read(text: str, tag: str | None = None) -> ForeignList:
    document = an_object(parsed(text, "tasks.json"), "tasks.json")
    tag, tasks, remarks = chosen(document, tag)
    place = f"{tag}.tasks" if tag else "tasks"
    found: list[ForeignTask] = []
    for index, given in enumerate(listed(tasks, place)):
        task = an_object(given, f"{place}.{index}")
        found += with_subtasks(task, f"{place}.{index}")
    resolve(found)
    return ForeignList(f"Task Master (tag {tag})" if tag else "Task Master", found, remarks)


def chosen(document: dict[str, Any], tag: str | None) -> tuple[str, Any, list[str]]:
    """(tag, tasks, remarks); the tag is empty for a list without tags."""
    if isinstance(document.get("tasks"), list):
        if tag not in (None, "master"):
            raise TaskFileError(f"tasks.json: The file has no tags, so none is called {tag!r}.")
        return "", document["tasks"], []
    tags = [name for name, part in document.items() if isinstance(part, dict) and "tasks" in part]
    if tag is None and len(tags) > 1 and "master" not in tags:
        raise TaskFileError(f"tasks.json: Name the tag to import: {', '.join(tags)}.")
    name = tag if tag is not None else "master" if "master" in tags else "".join(tags)
    if name not in tags:
        raise TaskFileError(f"tasks.json: There is no tag {name!r}; there are: {', '.join(tags) or 'none'}.")
    others = [other for other in tags if other != name]
    remarks = [f"Tags that were not imported: {', '.join(others)}."] if others else []
    return name, document[name]["tasks"], remarks


def with_subtasks(given: dict[str, Any], place: str) -> list[ForeignTask]:
    """A task, then its subtasks with ids such as 4.2."""
    task = foreign(given, an_id(given, place), place)
    found = [task]
    for index, part in enumerate(listed(given.get("subtasks"), f"{place}.subtasks")):
        where = f"{place}.subtasks.{index}"
        subtask = an_object(part, where)
        own = an_id(subtask, where)
        below = foreign(subtask, own if own.startswith(f"{task.id}.") else f"{task.id}.{own}", where)
        below.parent = task.id
        if "priority" not in subtask:
            below.priority = task.priority
        found.append(below)
    return found


def foreign(given: dict[str, Any], id: str, place: str) -> ForeignTask:
    status = as_text(given.get("status") or "pending").strip().lower().replace("_", "-")
    details = as_text(given.get("details")).strip()
    return ForeignTask(
        id=id,
        title=as_text(given.get("title")).strip(),
        text=as_text(given.get("description")).strip(),
        sections=[*([("Details", details)] if details else []), *the_rest(given, KNOWN)],
        waits_for=[as_text(other).strip() for other in listed(given.get("dependencies"), f"{place}.dependencies")],
        acceptance=[*lines_of(given.get("acceptanceCriteria")), *lines_of(given.get("testStrategy"))],
        priority=DEFERRED if status == "deferred" else PRIORITIES.get(as_text(given.get("priority")).lower(), 3),
        state=STATES.get(status, "pending"),
        state_there=status,
        left_out="cancelled" if status == "cancelled" else "",
    )


def resolve(tasks: list[ForeignTask]) -> None:
    """Task Master writes a dependency on a subtask of the same task by its own number alone."""
    ids = {task.id for task in tasks}
    for task in tasks:
        if task.parent is not None:
            siblings = {other: f"{task.parent}.{other}" for other in task.waits_for}
            task.waits_for = [siblings[other] if siblings[other] in ids else other for other in task.waits_for]
