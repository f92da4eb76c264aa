"""A merge of plans: tasks that wait for each other only since two plans came together."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from plans.conflicts import NAMES, Answers, Conflict, CycleEdge, MergeError, Resolution
from plans.graph import Edges, separate_cycles
from plans.merge_values import valid_field
from plans.spec import TaskSpec

PREFIX = "cycle:"


def settle_cycles(
    tasks: Sequence[TaskSpec], mine: Sequence[TaskSpec], theirs: Sequence[TaskSpec], answers: Answers
) -> list[TaskSpec]:
    """The tasks without the cycles about which something is decided. The others stay, each told as a conflict."""
    rings = Rings(tasks, edges_of(mine), edges_of(theirs), answers)
    rings.follow_answers()
    rings.settle_rest()
    return [
        task
        if task.dependencies == rings.edges[task.code]
        else task.model_copy(update={"dependencies": rings.edges[task.code]})
        for task in tasks
    ]


def edges_of(tasks: Sequence[TaskSpec]) -> dict[str, list[str]]:
    return {task.code: list(task.dependencies) for task in tasks}


class Rings:
    """The dependencies of the merged plan while cycles are taken out."""

    def __init__(self, tasks: Sequence[TaskSpec], mine: Edges, theirs: Edges, answers: Answers) -> None:
        self.edges = edges_of(tasks)
        self.mine, self.theirs = mine, theirs
        self.answers = answers

    def follow_answers(self) -> None:
        """Settle the cycles that somebody names, one after the other; taking one out may undo another."""
        for id in list(self.answers.given):
            path = id.removeprefix(PREFIX).split(">")
            path.append(path[0])
            if id.startswith(PREFIX) and all(after in self.edges.get(code, ()) for code, after in pairwise(path)):
                self.settle(path)

    def settle_rest(self) -> None:
        """Settle the cycles that are left by the policy; without one, tell those that have no task in common."""
        while paths := separate_cycles(self.edges):
            for path in paths:
                self.settle(path)
            if not self.answers.policy:
                return

    def settle(self, path: list[str]) -> None:
        answer = self.answers.settle(self.conflict(path))
        if answer:
            self.break_up(path, answer)

    def conflict(self, path: list[str]) -> Conflict:
        edges = [CycleEdge(code=code, waits_for=other, by=self.by(code, other)) for code, other in pairwise(path)]
        words = "; ".join(f"{edge.code} waits for {edge.waits_for} {WHY[edge.by]}" for edge in edges)
        return Conflict(
            id=PREFIX + ">".join(path[:-1]),
            kind="cycle",
            code=path[0],
            field="dependencies",
            path=path,
            edges=edges,
            detail=f"Merged, tasks wait for each other: {' → '.join(path)}. {words}.",
        )

    def by(self, code: str, other: str) -> Any:
        mine, theirs = other in self.mine.get(code, ()), other in self.theirs.get(code, ())
        return "both" if mine and theirs else "mine" if mine else "theirs" if theirs else "merge"

    def break_up(self, path: list[str], answer: Resolution) -> None:
        """Take out what the other side brought into the cycle, or store the dependencies that somebody gave."""
        if answer.take == "value":
            return self.take_value(path, answer)
        wrong = [(code, other) for code, other in pairwise(path) if self.by(code, other) not in (answer.take, "both")]
        if not wrong:
            raise MergeError(f"One of the plans has the cycle {' → '.join(path)} of its own.")
        for code, other in wrong:
            self.edges[code] = [each for each in self.edges[code] if each != other]
        return None

    def take_value(self, path: list[str], answer: Resolution) -> None:
        given = answer.value if isinstance(answer.value, Mapping) else {}
        for code, dependencies in given.items():
            if code not in path:
                raise MergeError(f"{answer.conflict}: {code} is not on the cycle.")
            self.edges[code] = self.valid(answer, dependencies)
        if all(after in self.edges[code] for code, after in pairwise(path)):
            raise MergeError(f"{answer.conflict}: the value is {{code: dependencies}}, and has to end the cycle.")

    def valid(self, answer: Resolution, dependencies: Any) -> list[str]:
        try:
            found: list[str] = valid_field("dependencies", dependencies) or []
        except ValidationError as error:
            raise MergeError(f"{answer.conflict}: {error.errors()[0]['msg']}.") from error
        if unknown := [code for code in found if code not in self.edges]:
            raise MergeError(f"{answer.conflict}: the plan has no task {', '.join(unknown)}.")
        return found


WHY = {
    "mine": f"because of {NAMES['mine']}",
    "theirs": f"because of {NAMES['theirs']}",
    "both": "in both plans",
    "merge": "because what it waited for is dropped",
}
