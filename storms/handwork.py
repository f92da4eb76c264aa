"""What somebody changes by hand in a plan, at random: every kind of operation, lawful as far as they can see."""

import random
from collections.abc import Callable, Collection, Sequence
from typing import Any

from plans.graph import find_cycle
from plans.operations import AnyOperation, OperationError, apply_operations, operations_adapter
from plans.spec import TaskSpec

Op = dict[str, Any]


class Hand:
    """Changes plans, and never says the same twice."""

    def __init__(self, chance: random.Random, name: str) -> None:
        self.chance = chance
        self.name = name
        self.words = 0

    def edits(
        self, tasks: Sequence[TaskSpec], *, number: int, count: int, begun: Collection[str] = ()
    ) -> list[AnyOperation]:
        """So many operations, to be applied one after the other. `number` is the first free task number; tasks that are
        `begun` are not dropped, split or merged."""
        kept = list(tasks)
        made: list[AnyOperation] = []
        while len(made) < count:
            ops = operations_adapter.validate_python([self.one(kept, begun)])
            try:
                after, applied = apply_operations(kept, ops, next_number=number)
            except OperationError:
                continue
            if find_cycle({task.code: task.dependencies for task in after}) is None:
                kept, made = after, [*made, *applied]
        return made

    def one(self, tasks: Sequence[TaskSpec], begun: Collection[str]) -> Op:
        kinds: list[Callable[[Sequence[TaskSpec], Collection[str]], Op]] = [
            *[self.field] * 8,
            *[self.add] * 2,
            *[self.move] * 2,
            self.drop,
            self.split,
            self.merge,
        ]
        return self.chance.choice(kinds)(tasks, begun)

    def word(self) -> str:
        self.words += 1
        return f"{self.name} {self.words}"

    def field(self, tasks: Sequence[TaskSpec], begun: Collection[str]) -> Op:
        task = self.chance.choice(tasks)
        new: dict[str, Any] = {
            "title": f"{task.title[:150]} ({self.word()})",
            "description": self.other_text(task.description),
            "acceptance": [*task.acceptance[:40], f"Checked by {self.word()}"],
            "priority": self.chance.randint(1, 5),
            "estimates": {"story_points": self.chance.randint(0, 20), "time_hours": task.estimates.time_hours},
            "dependencies": list(dict.fromkeys([*task.dependencies[1:], self.chance.choice(tasks).code])),
        }
        name = self.chance.choice(list(new))
        return {"op": "update", "code": task.code, "fields": {name: new[name]}}

    def other_text(self, text: str) -> str:
        lines = text.split("\n")
        lines.insert(self.chance.randint(0, len(lines)), f"Noted by {self.word()}.")
        if self.chance.random() < 0.3:
            del lines[self.chance.randrange(len(lines))]
        return "\n".join(lines).strip()

    def add(self, tasks: Sequence[TaskSpec], begun: Collection[str]) -> Op:
        task = {"title": f"New of {self.word()}", "dependencies": [self.chance.choice(tasks).code]}
        return {"op": "add", "task": task, "idx": self.chance.randint(0, len(tasks))}

    def move(self, tasks: Sequence[TaskSpec], begun: Collection[str]) -> Op:
        return {"op": "move", "code": self.chance.choice(tasks).code, "idx": self.chance.randrange(len(tasks))}

    def untouched(self, tasks: Sequence[TaskSpec], begun: Collection[str]) -> str:
        codes = [task.code for task in tasks if task.code not in begun] or [task.code for task in tasks]
        return self.chance.choice(codes)

    def drop(self, tasks: Sequence[TaskSpec], begun: Collection[str]) -> Op:
        return {"op": "drop", "code": self.untouched(tasks, begun)}

    def split(self, tasks: Sequence[TaskSpec], begun: Collection[str]) -> Op:
        parts = [{"title": f"Part of {self.word()}"} for _ in range(self.chance.randint(2, 3))]
        return {"op": "split", "code": self.untouched(tasks, begun), "into": parts}

    def merge(self, tasks: Sequence[TaskSpec], begun: Collection[str]) -> Op:
        return {"op": "merge", "codes": [self.untouched(tasks, begun), self.untouched(tasks, begun)]}
