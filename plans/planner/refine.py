"""Instructions in plain English, turned into operations on a plan."""

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ConfigDict

from plans.brief import Brief
from plans.planner.clauses import bare, clauses_of, command, pieces_of, readings_of
from plans.planner.grammar import RULES, Rule, Said
from plans.planner.spans import veiled
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
        told, missed = _understand(clause, bench, brief)
        understood += told
        not_understood += missed
    return Refinement(ops=bench.ops, understood=understood, not_understood=not_understood)


def _understand(clause: str, bench: Workbench, brief: Brief) -> tuple[list[str], list[str]]:
    """What a clause came to, and what of it was not understood: the whole clause is tried first, then its pieces."""
    try:
        return _act_on(clause, bench, brief), []
    except NotPossible as reason:
        whole = _with_reason(clause, reason)
    pieces = pieces_of(clause)
    told: list[str] = []
    missed: list[str] = []
    while pieces:
        done, used, why = _longest_run(clause, pieces, bench, brief)
        told += done
        missed += why
        pieces = pieces[used:]
    return (told, missed) if told else ([], [whole])


def _longest_run(clause: str, pieces: list[str], bench: Workbench, brief: Brief) -> tuple[list[str], int, list[str]]:
    """What the longest understood run of pieces from the first one came to, and how many pieces it took."""
    why = NotPossible()
    for used in range(len(pieces), 0, -1):
        run = "".join(pieces[:used])
        for said in readings_of(run, clause):
            try:
                return _act_on(said, bench, brief), used, []
            except NotPossible as reason:
                why = reason
    return [], 1, [_with_reason(bare(pieces[0]), why)]


def _with_reason(text: str, reason: NotPossible) -> str:
    return f"{text} ({reason})" if str(reason) else text


def _act_on(clause: str, bench: Workbench, brief: Brief) -> list[str]:
    if not bench.tasks:
        raise NotPossible
    asked = command(clause)
    for rule in RULES:
        if found := rule.says.match(veiled(asked)):
            return _all_or_nothing(rule, Said(found, asked), bench, brief)
    raise NotPossible


def _all_or_nothing(rule: Rule, said: Said, bench: Workbench, brief: Brief) -> list[str]:
    """A clause that turns out impossible half-way leaves no trace."""
    before = (list(bench.tasks), list(bench.ops), bench.next_number)
    try:
        return rule.act(said, bench, brief)
    except NotPossible:
        bench.tasks, bench.ops, bench.next_number = before
        raise
