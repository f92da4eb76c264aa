"""Plans, and changes to them, by a language model. What it answers holds our laws, or it is a ModelError and the template plans.

No database: whoever asks does so outside a transaction, and the laws are checked again when the answer is stored.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gamedev_gateway.core.llm import Model, Usage, load_prompt
from gamedev_gateway.core.llm.room import Line as Entry
from gamedev_gateway.core.llm.room import fitting
from gamedev_gateway.core.llm.usage import CHARACTERS_PER_TOKEN
from plans.brief import Brief
from plans.brief_lines import LONGEST_ENTRY, brief_lines
from plans.graph import find_cycle, missing_dependencies
from plans.operations import AnyOperation, Drop, Merge, OperationError, Split, Update, apply_operations
from plans.planner import draft_plan
from plans.planner.limits import NEGATION, OUT_OF_SCOPE, exclusions_of, limits_of
from plans.planner.wording import clean, excerpt, fold, stems
from plans.spec import Line, PlanDraft, TaskSpec, make_code

MOST_TASKS = 40
MOST_OPS = 60
MOST_REMARKS = 30
OVER_TIME = 1.05
"""How much more than the hours of the brief a plan may take; halves of an hour add up."""
HANGING = re.compile(r"\s+(?:and|or|of|in|on|at|to|for|is|are|the|a|an|but)$")
"""What a negation caught beside the thing itself: "violence or"."""


class ProposedPlan(PlanDraft):
    """A plan as a model answers it, and what it made of the instruction."""

    understood: list[Line] = Field(default_factory=list, max_length=MOST_REMARKS)
    not_understood: list[Line] = Field(default_factory=list, max_length=MOST_REMARKS)


class ProposedChanges(BaseModel):
    """Operations as a model answers them, and what it made of the instruction. Without operations, it understood nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ops: list[AnyOperation] = Field(default_factory=list, max_length=MOST_OPS)
    understood: list[Line] = Field(default_factory=list, max_length=MOST_REMARKS)
    not_understood: list[Line] = Field(default_factory=list, max_length=MOST_REMARKS)


@dataclass(frozen=True)
class PlanOrder:
    """What a new plan is thought out from."""

    name: str
    brief: Brief
    instructions: str = ""


@dataclass(frozen=True)
class ChangeOrder:
    """What a refinement is thought out from. The codes in `begun` may be moved and not changed otherwise; new tasks are numbered
    from `next_number`. Work that goes on meanwhile changes both, and makes no other order of it."""

    tasks: Sequence[TaskSpec]
    instructions: str
    brief: Brief
    begun: frozenset[str] = field(default=frozenset(), compare=False)
    next_number: int = field(default=1, compare=False)


async def propose_plan(model: Model, order: PlanOrder, usage: Usage) -> ProposedPlan:
    """A plan for a brief; the template's is shown for comparison. Raises ModelError."""
    room = model.limits.prompt * CHARACTERS_PER_TOKEN
    values = {
        "project": excerpt(order.name, LONGEST_ENTRY),
        "game": fitting(brief_lines(order.brief), room // 2, "entries"),
        "usual": fitting(task_entries(draft_plan(order.name, order.brief).tasks), room // 3, "tasks"),
        "wish": order.instructions[: room // 6],
    }

    def faults(plan: ProposedPlan) -> list[str]:
        return plan_faults(plan) or brief_faults(plan.tasks, order.brief)

    return (await model.ask(load_prompt("plans.plan", values), ProposedPlan, faults, usage=usage)).value


async def propose_changes(model: Model, order: ChangeOrder, usage: Usage) -> ProposedChanges:
    """What an instruction comes to as operations, which can be applied to the tasks. Raises ModelError."""
    room = model.limits.prompt * CHARACTERS_PER_TOKEN
    words = stems(order.instructions[: room // 6])
    values = {
        "game": fitting(brief_lines(order.brief, words), room // 6, "entries"),
        "plan": fitting(task_entries(order.tasks, words), room // 2, "tasks"),
        "begun": ", ".join(sorted(order.begun))[: room // 12],
        "free_code": make_code(order.next_number),
        "wish": order.instructions[: room // 6],
    }

    def faults(changes: ProposedChanges) -> list[str]:
        return change_faults(changes, order)

    return (await model.ask(load_prompt("plans.refine", values), ProposedChanges, faults, usage=usage)).value


def task_entries(tasks: Sequence[TaskSpec], words: frozenset[str] = frozenset()) -> list[Entry]:
    return [
        Entry(
            f"{place}. {task.code} {task.title} (after {', '.join(task.dependencies[:10]) or 'nothing'}; priority {task.priority}; "
            f"{task.estimates.time_hours:g} h; {len(task.acceptance)} criteria): {excerpt(task.description, LONGEST_ENTRY // 2)}",
            len(words & stems(f"{task.code} {task.title} {task.description[:LONGEST_ENTRY]}")),
        )
        for place, task in enumerate(tasks)
    ]


# Our laws, a sentence for each that is broken


def plan_faults(plan: PlanDraft) -> list[str]:
    """What breaks the laws of a new plan."""
    if len(plan.tasks) > MOST_TASKS:
        return [f"{len(plan.tasks)} tasks are too many; make at most {MOST_TASKS}."]
    if [task.code for task in plan.tasks] != [make_code(number) for number in range(1, len(plan.tasks) + 1)]:
        return ["The codes must be T-001, T-002 and so on, in the order of the tasks, without a gap."]
    untested = [f"{task.code} needs at least one acceptance criterion." for task in plan.tasks if not task.acceptance]
    return untested + graph_faults(plan.tasks)


def brief_faults(tasks: Sequence[TaskSpec], brief: Brief) -> list[str]:
    """Where a plan does what the brief rules out, or takes more hours than it allows."""
    unwanted = {thing: re.compile(rf"(?<![\w-]){re.escape(thing)}(?![\w-])") for thing in unwanted_things(brief)}
    found = [
        f"{task.code} is about “{thing}”, which the brief rules out."
        for task in tasks
        for thing, says in unwanted.items()
        if says.search(NEGATION.sub(" ", fold(" . ".join([task.title, *task.deliverables]))))
    ]
    hours, allowed = sum(task.estimates.time_hours for task in tasks), limits_of(brief).hours
    if allowed is not None and hours > allowed * OVER_TIME:
        found.append(f"The tasks take {hours:g} hours, and there are {allowed:g}.")
    return found


def unwanted_things(brief: Brief) -> list[str]:
    """What the brief says that the game has not, folded: "multiplayer" for "no multiplayer", or for "out of scope: multiplayer"."""
    lists = [OUT_OF_SCOPE.sub("", text) for text in map(clean, brief.constraints) if OUT_OF_SCOPE.match(text)]
    named = [fold(thing).strip(" .") for told in lists for thing in re.split(r"[,;]|\band\b|\bor\b", told)]
    return [thing for thing in [*(HANGING.sub("", each) for each in exclusions_of(brief)), *named] if thing]


def change_faults(changes: ProposedChanges, order: ChangeOrder) -> list[str]:
    """Why the operations cannot be applied, or what is wrong with the plan after them."""
    if not changes.ops and not changes.not_understood:
        return [
            "There is no operation, and nothing in `not_understood`: do what is asked, or say what you leave aside."
        ]
    if touched := touched_codes(changes.ops, order.begun):
        return [f"{code} has been begun: it may be moved, and not changed in any other way." for code in touched]
    try:
        after, _ = apply_operations(order.tasks, changes.ops, next_number=order.next_number)
    except OperationError as error:
        return [f"Operation {error.index} (`{error.field}`): {error.detail}"]
    except ValidationError:  # of what several tasks have together
        return ["An operation makes a task that is larger than a task may be."]
    return graph_faults(after)


def touched_codes(ops: Sequence[AnyOperation], begun: Collection[str]) -> list[str]:
    return [code for op in ops for code in codes_changed_by(op) if code in begun]


def codes_changed_by(op: AnyOperation) -> list[str]:
    match op:
        case Update() | Drop() | Split():
            return [op.code]
        case Merge():
            return op.codes
    return []


def graph_faults(tasks: Sequence[TaskSpec]) -> list[str]:
    edges = {task.code: task.dependencies for task in tasks}
    missing = [
        f"{code} waits for {', '.join(unknown)}, which the plan does not have."
        for code, unknown in missing_dependencies(edges).items()
    ]
    cycle = None if missing else find_cycle(edges)
    return [*missing, *([f"Tasks depend on each other in a circle: {' → '.join(cycle)}."] if cycle else [])]
