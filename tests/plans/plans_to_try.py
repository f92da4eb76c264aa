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
