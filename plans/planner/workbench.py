"""A plan under change: every change is written down as an operation and made at once, so that the next one sees it."""

from collections.abc import Collection, Iterable
from typing import Any

from plans.planner.wording import mentions
from plans.spec import TaskFields, TaskSpec, make_code

LISTS = ("acceptance", "mcp_tools", "deliverables")
MOST_LINES, MOST_PROSE = 50, 20_000
RELEASE_WORDS = ("release", "launch", "publish", "ship", "store page")


class NotPossible(Exception):
    """A clause cannot be acted upon; the message says why, "" when there is nothing more to say."""


class Workbench:
    """The tasks in their order, the operations so far, and what must not be touched."""

    def __init__(self, tasks: Iterable[TaskSpec], frozen: Collection[str], next_number: int) -> None:
        self.tasks = list(tasks)
        self.frozen = frozenset(frozen)
        self.next_number = next_number
        self.ops: list[dict[str, Any]] = []

    def __getitem__(self, code: str) -> TaskSpec:
        return next(task for task in self.tasks if task.code == code)

    def __contains__(self, code: object) -> bool:
        return any(task.code == code for task in self.tasks)

    @property
    def free(self) -> list[TaskSpec]:
        """The tasks that nobody works on and that are not done."""
        return [task for task in self.tasks if task.code not in self.frozen]

    def index(self, code: str) -> int:
        """The place of a task in the list."""
        return next(place for place, task in enumerate(self.tasks) if task.code == code)

    def release(self) -> TaskSpec | None:
        """The task that ends the plan, if it has one."""
        found = [
            task
            for task in self.tasks
            if mentions(task.title.lower(), RELEASE_WORDS) and not self.dependents(task.code)
        ]
        return found[-1] if found else None

    def dependents(self, code: str) -> list[str]:
        """The tasks that name this one as a dependency."""
        return [task.code for task in self.tasks if code in task.dependencies]

    def needs(self, code: str) -> set[str]:
        """All tasks that must come before this one."""
        found: set[str] = set()
        waiting = [code]
        while waiting:
            new = set(self[waiting.pop()].dependencies) - found
            found |= new
            waiting.extend(other for other in new if other in self)
        return found

    def take_code(self) -> str:
        """The next free code."""
        while make_code(self.next_number) in self:
            self.next_number += 1
        self.next_number += 1
        return make_code(self.next_number - 1)

    def add(self, fields: TaskFields, idx: int) -> str:
        """A new task at a place."""
        task = TaskSpec(code=self.take_code(), **fields.model_dump())
        self.tasks.insert(idx, task)
        self.ops.append({"op": "add", "task": task.model_dump(mode="json"), "idx": idx})
        return task.code

    def update(self, code: str, **fields: Any) -> None:
        """New values for some fields of a task."""
        changed = TaskSpec.model_validate({**self[code].model_dump(), **fields})
        self.tasks[self.index(code)] = changed
        self.ops.append({"op": "update", "code": code, "fields": changed.model_dump(mode="json", include=set(fields))})

    def drop(self, code: str) -> None:
        """A task less; its dependents inherit its dependencies."""
        self._check(code)
        if len(self.tasks) == 1:
            raise NotPossible("a plan keeps at least one task")
        inherited = self[code].dependencies
        self.tasks = [task for task in self.tasks if task.code != code]
        self._repoint({code}, inherited)
        self.ops.append({"op": "drop", "code": code})

    def move(self, code: str, idx: int) -> None:
        """A task at another place of the list."""
        task = self[code]
        self.tasks.remove(task)
        self.tasks.insert(max(0, min(idx, len(self.tasks))), task)
        self.ops.append({"op": "move", "code": code, "idx": self.index(code)})

    def split(self, code: str, parts: list[dict[str, Any]]) -> list[str]:
        """A chain of tasks in place of one; the first keeps the code, dependents wait for the last."""
        self._check(code)
        codes = [code, *(self.take_code() for _ in parts[1:])]
        place, old = self.index(code), self[code]
        needs = [old.dependencies, *([before] for before in codes[:-1])]
        made = [
            TaskSpec.model_validate({**part, "code": at, "dependencies": need})
            for part, at, need in zip(parts, codes, needs, strict=True)
        ]
        self._repoint({code}, [codes[-1]])
        self.tasks[place : place + 1] = made
        dumped = [
            task.model_dump(mode="json", exclude={"dependencies"} if number else {"dependencies", "code"})
            for number, task in enumerate(made)
        ]
        self.ops.append({"op": "split", "code": code, "into": dumped})
        return codes

    def merge(self, codes: list[str], fields: dict[str, Any]) -> None:
        """One task in place of several; the first code survives."""
        first, others = codes[0], set(codes[1:])
        for code in codes:
            self._check(code)
        if any(len({line for code in codes for line in getattr(self[code], name)}) > MOST_LINES for name in LISTS):
            raise NotPossible("together they are too long for one task")
        if sum(len(self[code].description) + 2 for code in codes) > MOST_PROSE:
            raise NotPossible("together they are too long for one task")
        needs = [need for code in codes for need in self[code].dependencies if need not in codes]
        if any(set(codes) & self.needs(need) for need in needs if need in self):
            raise NotPossible("that would close a circle of dependencies")
        merged = TaskSpec.model_validate(
            {**self[first].model_dump(), **fields, "dependencies": list(dict.fromkeys(needs))}
        )
        self.tasks = [merged if task.code == first else task for task in self.tasks if task.code not in others]
        self._repoint(others, [first])
        self.ops.append({"op": "merge", "codes": codes, "fields": merged.model_dump(mode="json", include=set(fields))})

    def _check(self, code: str) -> None:
        if code in self.frozen:
            raise NotPossible(f"{code} is done or in progress")

    def _repoint(self, gone: set[str], instead: list[str]) -> None:
        self.tasks = [task.model_copy(update={"dependencies": _replaced(task, gone, instead)}) for task in self.tasks]


def _replaced(task: TaskSpec, gone: set[str], instead: list[str]) -> list[str]:
    if not gone & set(task.dependencies):
        return task.dependencies
    kept = [code for code in task.dependencies if code not in gone]
    return list(dict.fromkeys([*kept, *(code for code in instead if code != task.code)]))
