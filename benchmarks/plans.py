"""What planning together costs in the process: a plan of 2,000 tasks and 6,000 dependencies, and two proposals made from it.

python -m benchmarks.plans [--tasks 2000] [--dependencies 6000] [--rounds 5]

No server, no database: the pure modules of `plans` alone. Prints each question's median and slowest round in ms, and the median of
the processor's time, which is what counts where others use the machine too.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable

from plans import changes
from plans.diff import apply_diff, diff_plans
from plans.diff_markdown import diff_as_markdown
from plans.graph import find_cycle
from plans.merge import merge_plans
from plans.operations import AnyOperation, apply_operations, operations_adapter
from plans.schedule import critical_path
from plans.spec import Estimates, TaskSpec, make_code

WORDS = ["jump", "run", "gems", "boss", "menu", "sound", "level", "camera", "enemy", "light", "shader", "score"]
OPERATIONS = 1_000
"""As many as one request may carry."""


def make_plan(tasks: int, dependencies: int, dice: random.Random) -> list[TaskSpec]:
    """Tasks of which each waits for some of the hundred before it."""
    plan: list[TaskSpec] = []
    left = dependencies
    for number in range(1, tasks + 1):
        near = [task.code for task in plan[-100:]]
        waits_for = dice.sample(near, min(len(near), round(left / (tasks - number + 1))))
        left -= len(waits_for)
        plan.append(
            TaskSpec(
                code=make_code(number),
                title=words(dice, 4),
                description="\n".join(words(dice, 12) for _ in range(6)),
                dependencies=waits_for,
                acceptance=[words(dice, 8) for _ in range(3)],
                estimates=Estimates(story_points=dice.randint(1, 13), time_hours=dice.randint(1, 40)),
            )
        )
    return plan


def words(dice: random.Random, count: int) -> str:
    return " ".join(dice.choices(WORDS, k=count))


def make_operations(plan: list[TaskSpec], dice: random.Random) -> list[AnyOperation]:
    """Two of five are updates; the others in equal parts drop, move and add."""
    codes = [task.code for task in plan]
    some = dice.sample(codes, min(OPERATIONS, len(codes) // 2))
    made: list[dict[str, object]] = []
    for number, code in enumerate(some):
        update = {"op": "update", "code": code, "fields": {"title": words(dice, 4), "acceptance": [words(dice, 8)]}}
        move = {"op": "move", "code": code, "idx": dice.randrange(len(codes) // 2)}
        add = {"op": "add", "task": {"title": words(dice, 4)}, "idx": dice.randrange(len(codes) // 2)}
        made.append([update, update, {"op": "drop", "code": code}, move, add][number % 5])
    return operations_adapter.validate_python(made)


def questions(tasks: int, dependencies: int) -> dict[str, Callable[[], object]]:
    """Each question, ready to be asked again and again."""
    dice = random.Random(7)
    base = make_plan(tasks, dependencies, dice)
    ops = make_operations(base, dice)
    mine, _ = apply_operations(base, ops, next_number=tasks + 1)
    theirs, _ = apply_operations(base, make_operations(base, dice), next_number=2 * tasks)
    diff = diff_plans(base, mine)
    told, codes = diff.as_json(), changes.changed_codes(base, mine)
    half = [code for number, code in enumerate(codes) if number % 2]
    one, other = changes.Version(base, mine), changes.Version(base, theirs)
    return {
        f"apply {len(ops)} operations": lambda: apply_operations(base, ops, next_number=tasks + 1),
        "diff": lambda: diff_plans(base, mine),
        "diff as the log keeps it": diff.as_json,
        "diff with words": lambda: diff.as_json(words=True),
        "diff as Markdown": lambda: diff_as_markdown(diff),
        "apply the diff": lambda: apply_diff(base, told),
        "operations between": lambda: changes.operations_between(base, mine),
        f"take {len(half)} of {len(codes)} changes": lambda: take(base, mine, half),
        "digests of all changes": lambda: changes.change_digests(base, mine),
        "overlaps of two proposals": lambda: changes.overlaps(one, other),
        "merge": lambda: merge_plans(base, mine, theirs, next_number=3 * tasks),
        "merge, all resolved": lambda: merge_plans(base, mine, theirs, next_number=3 * tasks, policy="mine"),
        "cycle check": lambda: find_cycle({task.code: task.dependencies for task in base}),
        "critical path": lambda: critical_path(base),
    }


def take(base: list[TaskSpec], proposal: list[TaskSpec], codes: list[str]) -> list[TaskSpec]:
    """The part, with what it needs."""
    try:
        return changes.take_only(base, proposal, codes)
    except changes.NeedsMore as error:
        needed = {code for more in error.needs.values() for code in more}
        return changes.take_only(base, proposal, {*codes, *needed})


def milliseconds(ask: Callable[[], object], rounds: int) -> tuple[list[float], list[float]]:
    """Of each round (by the clock, of the processor)."""
    clock, processor = [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        ask()
        processor.append((time.process_time() - used) * 1e3)
        clock.append((time.perf_counter() - began) * 1e3)
    return clock, processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=2_000)
    parser.add_argument("--dependencies", type=int, default=6_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(
        f"| {given.tasks} tasks, {given.dependencies} dependencies | median ms | slowest ms | processor ms |\n|---|---:|---:|---:|"
    )
    for name, ask in questions(given.tasks, given.dependencies).items():
        clock, processor = milliseconds(ask, given.rounds)
        print(f"| {name} | {statistics.median(clock):.1f} | {max(clock):.1f} | {statistics.median(processor):.1f} |")


if __name__ == "__main__":
    main()
