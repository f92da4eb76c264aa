"""Instructions in plain English, turned into operations on a plan."""

from collections.abc import Collection
from re import Match
from typing import Any

from pydantic import BaseModel, ConfigDict

from plans.brief import Brief
from plans.planner.clauses import clauses_of, command
from plans.planner.grammar import RULES, Rule
from plans.planner.workbench import NotPossible, Workbench
from plans.spec import TaskSpec


class Refinement(BaseModel):
    """What an instruction comes to: operations, and in words what was and what was not understood."""

    model_config = ConfigDict(frozen=True)

    ops: list[dict[str, Any]]
    understood: list[str]
    not_understood: list[str]


def refine_plan(
    tasks: list[TaskSpec], instructions: str, *, brief: Brief, frozen: Collection[str] = (), next_number: int
) -> Refinement:
    """The operations that an instruction asks for. Tasks in `frozen` are never dropped, split, merged or stripped."""
    bench = Workbench(tasks, frozen, next_number)
    understood: list[str] = []
    not_understood: list[str] = []
    for clause in clauses_of(instructions):
        try:
            understood += _act_on(clause, bench, brief)
        except NotPossible as reason:
            not_understood.append(f"{clause} ({reason})" if str(reason) else clause)
    return Refinement(ops=bench.ops, understood=understood, not_understood=not_understood)


def _act_on(clause: str, bench: Workbench, brief: Brief) -> list[str]:
    if not bench.tasks:
        raise NotPossible
    asked = command(clause)
    for rule in RULES:
        if found := rule.says.match(asked):
            return _all_or_nothing(rule, found, bench, brief)
    raise NotPossible


def _all_or_nothing(rule: Rule, found: Match[str], bench: Workbench, brief: Brief) -> list[str]:
    """A clause that turns out impossible half-way leaves no trace."""
    before = (list(bench.tasks), list(bench.ops), bench.next_number)
    try:
        return rule.act(found, bench, brief)
    except NotPossible:
        bench.tasks, bench.ops, bench.next_number = before
        raise
