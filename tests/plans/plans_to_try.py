"""Random plans that keep the laws, and random operations on them."""

from hypothesis import settings
from hypothesis import strategies as st

from plans.spec import Estimates, TaskSpec, make_code

tried = settings(max_examples=30, deadline=None)
"""Enough to find what is wrong within days of runs, few enough for every one of them."""

WORDS = st.sampled_from(["jump", "run", "gems", "boss", "menu", "sound"])
ESTIMATES = st.builds(
    Estimates, story_points=st.integers(0, 13), time_hours=st.integers(0, 40).map(lambda half_hours: half_hours / 2)
)


@st.composite
def plans(draw, min_size: int = 1, max_size: int = 8) -> list[TaskSpec]:
    """Tasks in any order, each waiting for some that were made before it, so that there is no cycle."""
    numbers = draw(st.lists(st.integers(1, 30), min_size=min_size, max_size=max_size, unique=True))
    tasks: list[TaskSpec] = []
    for number in numbers:
        before = [task.code for task in tasks]
        waits_for = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
        tasks.append(
            TaskSpec(
                code=make_code(number),
                title=draw(WORDS),
                dependencies=waits_for,
                acceptance=draw(st.lists(WORDS, max_size=2)),
                priority=draw(st.integers(1, 5)),
                estimates=draw(ESTIMATES),
            )
        )
    return draw(st.permutations(tasks))


@st.composite
def versions_of(draw, base: list[TaskSpec], first_new: int = 41) -> list[TaskSpec]:
    """What somebody could make of a plan: tasks left out, added, changed, moved, and made to wait for others."""
    kept = draw(st.lists(st.sampled_from(base), unique_by=lambda task: task.code)) if draw(st.booleans()) else base
    new = [TaskSpec(code=make_code(first_new + number), title=draw(WORDS)) for number in range(draw(st.integers(0, 3)))]
    in_turn: list[TaskSpec] = []
    for task in draw(st.permutations([*kept, *new])) or base:
        before = [other.code for other in in_turn]
        in_turn.append(task.model_copy(update=draw(edits(task, before))))
    if draw(st.booleans()):
        return in_turn
    place = {task.code: number for number, task in enumerate([*base, *new])}
    return sorted(in_turn, key=lambda task: place[task.code])


@st.composite
def edits(draw, task: TaskSpec, before: list[str]) -> dict[str, object]:
    """Changed fields of a task that may wait for those before it."""
    edit: dict[str, object] = {}
    if not set(task.dependencies) <= set(before) or draw(st.integers(0, 3)) == 0:
        edit["dependencies"] = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
    if draw(st.integers(0, 3)) == 0:
        edit["title"] = draw(WORDS)
    if draw(st.integers(0, 3)) == 0:
        edit["acceptance"] = draw(st.lists(WORDS, max_size=3))
    if draw(st.integers(0, 3)) == 0:
        edit["estimates"] = draw(ESTIMATES)
    return edit
