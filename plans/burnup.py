"""How much was agreed on and how much of it was done, over time, from the few events that tell of it. Pure.

What counts are story points, or tasks: the weight of a task is what the plan that was accepted then says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from plans.pictures import Moment


class Happening(NamedTuple):
    """An event, as far as it matters here; `told` is the payload of `plan.accepted`."""

    type: str
    at: datetime
    code: str
    told: Mapping[str, Any]


@dataclass
class Tally:
    """What is agreed on and done so far: the points of each task that was ever agreed on, which are live, which done."""

    points: dict[str, int] = field(default_factory=dict)
    live: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)

    @classmethod
    def of_board(cls, tasks: Iterable[Mapping[str, Any]]) -> "Tally":
        tally = cls()
        for task in tasks:
            tally.points[task["code"]] = task.get("estimates", {}).get("story_points", 0)
            tally.stand(task)
        return tally

    def stand(self, task: Mapping[str, Any]) -> None:
        if task["status"] != "dropped":
            self.live.add(task["code"])
        if task["status"] == "done":
            self.done.add(task["code"])

    def accept(self, told: Mapping[str, Any]) -> None:
        for task in told["diff"]["added"]:
            self.points[task["code"]] = task["estimates"]["story_points"]
        for task in told["diff"]["changed"]:
            if "estimates" in task["fields"]:
                self.points[task["code"]] = task["fields"]["estimates"]["to"]["story_points"]
        self.live, self.done = set(), set()
        for task in told["tasks"]:
            self.stand(task)

    def sums(self) -> tuple[int, int, int, int]:
        """(points agreed on, points done, tasks agreed on, tasks done)."""
        scope = sum(self.points.get(code, 0) for code in self.live)
        done = sum(self.points.get(code, 0) for code in self.done)
        return scope, done, len(self.live), len(self.done)


@dataclass(frozen=True)
class Progress:
    """The same history counted in points and in tasks."""

    points: list[Moment]
    tasks: list[Moment]

    @property
    def has_points(self) -> bool:
        return any(moment.scope for moment in self.points)


def over_time(happenings: Iterable[Happening], tally: Tally) -> Progress:
    """A moment for each event, in their order. `tally` is what was so before the first of them."""
    progress = Progress([], [])
    points, points_done, tasks, tasks_done = tally.sums()
    for type_, at, code, told in happenings:
        if type_ == "plan.accepted":
            tally.accept(told)
            points, points_done, tasks, tasks_done = tally.sums()
        elif code in tally.live and (code in tally.done) != (type_ == "task.completed"):
            sign = 1 if type_ == "task.completed" else -1
            tally.done ^= {code}
            points_done += sign * tally.points.get(code, 0)
            tasks_done += sign
        version = told.get("version")
        progress.points.append(Moment(at, points, points_done, version))
        progress.tasks.append(Moment(at, tasks, tasks_done, version))
    return progress
