"""Plans, and changes to them, by a language model. What it answers holds our laws, or it is a ModelError and templates write.

No database: whoever asks does so outside a transaction, and checks again when the answer is stored.
"""

from collections.abc import Collection, Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gamedev_gateway.core.llm import Answer, Model, load_prompt
from gamedev_gateway.core.llm.room import Line as Entry
from gamedev_gateway.core.llm.room import fitting
from gamedev_gateway.core.llm.usage import CHARACTERS_PER_TOKEN
from plans.brief import Brief
from plans.brief_lines import LONGEST_ENTRY, brief_lines
from plans.graph import find_cycle, missing_dependencies
from plans.operations import AnyOperation, Drop, Merge, OperationError, Split, Update, apply_operations
from plans.planner.wording import excerpt, stems
from plans.spec import Line, PlanDraft, TaskSpec, make_code

MOST_TASKS = 40
MOST_OPS = 60
MOST_REMARKS = 30


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


async def propose_plan(
    model: Model, name: str, brief: Brief, usual: PlanDraft, *, instructions: str = ""
) -> Answer[ProposedPlan]:
    """A plan for a brief; `usual` is the template's, for comparison. Raises ModelError."""
    room = model.limits.prompt * CHARACTERS_PER_TOKEN
    values = {
        "project": excerpt(name, LONGEST_ENTRY),
        "game": fitting(brief_lines(brief), room // 2, "entries"),
        "usual": fitting(task_entries(usual.tasks), room // 3, "tasks"),
        "wish": instructions[: room // 6],
    }
    return await model.ask(load_prompt("plans.plan", values), ProposedPlan, plan_faults)


async def propose_changes(
    model: Model,
    tasks: Sequence[TaskSpec],
    instructions: str,
    *,
    brief: Brief,
    begun: Collection[str] = (),
    next_number: int,
) -> Answer[ProposedChanges]:
    """What an instruction comes to as operations, which can be applied to the tasks. Raises ModelError."""
    room = model.limits.prompt * CHARACTERS_PER_TOKEN
    words = stems(instructions[: room // 6])
    values = {
        "game": fitting(brief_lines(brief, words), room // 6, "entries"),
        "plan": fitting(task_entries(tasks, words), room // 2, "tasks"),
        "begun": excerpt(", ".join(sorted(begun)), room // 12),
        "free_code": make_code(next_number),
        "wish": instructions[: room // 6],
    }

    def faults(changes: ProposedChanges) -> list[str]:
        return change_faults(changes, tasks, begun, next_number)

    return await model.ask(load_prompt("plans.refine", values), ProposedChanges, faults)


def task_entries(tasks: Sequence[TaskSpec], words: frozenset[str] = frozenset()) -> list[Entry]:
    return [
        Entry(
            f"{place}. {task.code} {task.title} (after {', '.join(task.dependencies[:10]) or 'nothing'}; priority {task.priority}; "
            f"{task.estimates.time_hours:g} h; {len(task.acceptance)} criteria): {excerpt(task.description, LONGEST_ENTRY // 2)}",
            len(words & stems(f"{task.code} {task.title} {task.description[:LONGEST_ENTRY]}")),
        )
        for place, task in enumerate(tasks)
    ]


def plan_faults(plan: PlanDraft) -> list[str]:
    """What breaks the laws of a new plan, a sentence each."""
    if len(plan.tasks) > MOST_TASKS:
        return [f"{len(plan.tasks)} tasks are too many; make at most {MOST_TASKS}."]
    if [task.code for task in plan.tasks] != [make_code(number) for number in range(1, len(plan.tasks) + 1)]:
        return ["The codes must be T-001, T-002 and so on, in the order of the tasks, without a gap."]
    untested = [f"{task.code} needs at least one acceptance criterion." for task in plan.tasks if not task.acceptance]
    return untested + graph_faults(plan.tasks)


def change_faults(
    changes: ProposedChanges, tasks: Sequence[TaskSpec], begun: Collection[str], next_number: int
) -> list[str]:
    """Why the operations cannot be applied, or what is wrong with the plan after them, a sentence each."""
    if not changes.ops and not changes.not_understood:
        return [
            "There is no operation, and nothing in `not_understood`: do what is asked, or say what you leave aside."
        ]
    touched = [code for op in changes.ops for code in codes_changed_by(op) if code in begun]
    if touched:
        return [f"{code} has been begun: it may be moved, and not changed in any other way." for code in touched]
    try:
        after, _ = apply_operations(tasks, changes.ops, next_number=next_number)
    except OperationError as error:
        return [f"Operation {error.index} (`{error.field}`): {error.detail}"]
    except ValidationError:  # of what several tasks have together
        return ["An operation makes a task that is larger than a task may be."]
    return graph_faults(after)


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
