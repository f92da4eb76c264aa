"""Histories of real task lists, as files that a replay reads.

A file has one JSON object a line. The first tells what it is: `name`, `origin`, `licence`. Each further one is a version of the list:

- `version`: what it is called;
- `tasks`: all of its tasks in order, or instead of it what is different from the version before: `put`, the tasks that are new (they
  come last) or say something else, whole; `gone`, the keys of those that are no longer there; `order`, moves as pairs of a key and the
  key that it then comes after, null for the top, done one after the other;
- `done`, if it is known: the keys of the tasks that were done by then.

A task has a `key`, any string that names it in all versions, a `title`, and what it likes of a task's other fields, as the API calls
them; its `dependencies` are keys. tests/data/histories/README.md tells where the files that we keep come from.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Tasks = dict[str, dict[str, Any]]
"""A list's tasks by their keys, in their order; each without its key."""


@dataclass(frozen=True)
class Listed:
    """One version of a task list."""

    version: str
    tasks: Tasks
    done: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class History:
    name: str
    versions: list[Listed]


def read_history(path: Path) -> History:
    with path.open(encoding="utf-8") as lines:
        about, *told = (json.loads(line) for line in lines if line.strip())
    versions: list[Listed] = []
    for line in told:
        before = versions[-1].tasks if versions else {}
        tasks = keyed(line["tasks"]) if "tasks" in line else changed(before, line)
        versions.append(Listed(str(line["version"]), without_unknown(tasks), line.get("done", [])))
    return History(about["name"], versions)


def keyed(tasks: Iterable[dict[str, Any]]) -> Tasks:
    return {task["key"]: {name: value for name, value in task.items() if name != "key"} for task in tasks}


def changed(before: Tasks, line: dict[str, Any]) -> Tasks:
    gone = set(line.get("gone", ()))
    tasks = {key: task for key, task in before.items() if key not in gone} | keyed(line.get("put", ()))
    order = list(tasks)
    for key, after in line.get("order", ()):
        order.remove(key)
        order.insert(0 if after is None else order.index(after) + 1, key)
    return {key: tasks[key] for key in order}


def without_unknown(tasks: Tasks) -> Tasks:
    """Lists that people keep by hand name tasks that are not on them; a plan cannot."""
    return {
        key: {**task, "dependencies": [other for other in task.get("dependencies", ()) if other in tasks]}
        for key, task in tasks.items()
    }


def fewer(history: History, versions: int, tasks: int) -> History:
    """The first versions of a history, with the first tasks of each: for a short look."""
    kept = [
        Listed(each.version, without_unknown(dict(list(each.tasks.items())[:tasks])), each.done)
        for each in history.versions[:versions]
    ]
    return History(history.name, kept)
