"""A plan's schedule and analysis, against what the definitions say."""

import random
from itertools import pairwise

import pytest
from hypothesis import given

from plans.analysis import PlannedTask, analyse
from plans.graph import dependents, everything_after
from plans.next_task import choose_next
from plans.schedule import DEFAULT_HOURS, critical_hours, critical_path, make_schedule
from plans.spec import Estimates, TaskSpec, make_code
from tests.plans.plans_to_try import plans, tried


def task(number: int, *waits_for: int, hours: float = 0, points: int = 0, priority: int = 3) -> TaskSpec:
    return TaskSpec(
        code=make_code(number),
        title=f"Task {number}",
        dependencies=[make_code(before) for before in waits_for],
        estimates=Estimates(time_hours=hours, story_points=points),
        priority=priority,
    )


DIAMOND = [task(1, hours=2), task(2, 1, hours=5), task(3, 1, hours=1), task(4, 2, 3, hours=0.5)]


def test_the_critical_path_is_the_longest_chain_by_hours():
    assert critical_path(DIAMOND) == ["T-001", "T-002", "T-004"]
    assert critical_hours(DIAMOND) == 7.5


def test_a_plan_without_tasks_takes_no_time():
    assert (critical_path([]), critical_hours([])) == ([], 0)
    assert analyse([]).levels == []


def test_slack_is_what_a_task_can_lose():
    timings = make_schedule(DIAMOND).timings
    assert {code: timing.slack for code, timing in timings.items()} == {"T-001": 0, "T-002": 0, "T-003": 4, "T-004": 0}
    short = timings["T-003"]
    assert (short.start, short.finish, short.latest_start, short.latest_finish) == (2, 3, 6, 7)


def test_a_task_without_an_estimate_counts_as_a_working_day():
    timing = make_schedule([task(1)]).timings["T-001"]
    assert (timing.hours, timing.estimated) == (DEFAULT_HOURS, False)


def test_tenths_of_hours_add_up():
    chain = [task(1, hours=0.1), task(2, 1, hours=0.2), task(3, hours=0.3)]
    assert make_schedule(chain).timings["T-003"].slack == 0


def test_parallel_tracks_are_levels_and_hands():
    schedule = make_schedule(DIAMOND)
    assert schedule.levels == [["T-001"], ["T-002", "T-003"], ["T-004"]]
    assert schedule.most_at_once == 2
    assert make_schedule([task(1, hours=1), task(2, 1, hours=1)]).most_at_once == 1


@tried
@given(plans())
def test_the_schedule_keeps_every_dependency_and_ends_when_the_longest_chain_does(tasks):
    schedule = make_schedule(tasks)
    for spec in tasks:
        own = schedule.timings[spec.code]
        assert own.start == max((schedule.timings[code].finish for code in spec.dependencies), default=0)
        assert own.slack >= 0
        assert own.latest_finish <= schedule.hours
        assert all(schedule.timings[code].latest_finish <= own.latest_start for code in spec.dependencies)
    path = [schedule.timings[code] for code in schedule.critical_path]
    assert sum(timing.hours for timing in path) == pytest.approx(schedule.hours)
    assert all(timing.slack == 0 for timing in path)
    assert all(before.finish == after.start for before, after in pairwise(path))


@tried
@given(plans())
def test_what_waits_and_what_comes_next_is_what_the_next_task_says(tasks):
    planned = [PlannedTask(spec, "done" if place < len(tasks) // 2 else "pending") for place, spec in enumerate(tasks)]
    analysis = analyse(planned)
    choice = choose_next([each.work_item() for each in planned])
    assert (analysis.next, analysis.next_reason) == (choice.code, choice.reason)
    assert {each.code: each.reason for each in analysis.tasks if each.reason} == {
        waiting.code: waiting.reason for waiting in choice.blocked
    }
    left = dependents({each.spec.code: each.spec.dependencies for each in planned if each.status != "done"})
    for each in analysis.tasks:
        assert set(each.unblocks) == left.get(each.code, set())
        assert each.unblocks_in_all == len(everything_after(each.code, left))


def test_the_load_is_told_by_status_and_by_priority():
    one, two = task(1, hours=2, points=3, priority=1), task(2, points=5, priority=4)
    analysis = analyse([PlannedTask(one, "done", 100), PlannedTask(two)])
    assert analysis.by_status["done"].model_dump() == {"tasks": 1, "story_points": 3, "hours": 2}
    assert analysis.by_priority[4].model_dump() == {"tasks": 1, "story_points": 5, "hours": DEFAULT_HOURS}
    assert (analysis.hours, analysis.hours_left) == (DEFAULT_HOURS, DEFAULT_HOURS)


def test_what_is_left_is_the_longest_chain_of_tasks_not_done():
    planned = [PlannedTask(spec, "done" if spec.code in ("T-001", "T-002") else "pending") for spec in DIAMOND]
    assert analyse(planned).hours_left == 1.5


def test_a_blocked_task_gives_its_reason_and_a_pending_one_what_it_waits_for():
    first, second, third = analyse(
        [PlannedTask(task(1), "blocked", blocked_reason="no pen"), PlannedTask(task(2, 1)), PlannedTask(task(3))]
    ).tasks
    assert (first.standing, first.reason, first.waiting_for) == ("blocked", "no pen", [])
    assert (second.standing, second.waiting_for) == ("pending", ["T-001"])
    assert (third.standing, third.reason) == ("ready", "")


def test_the_greatest_plans_are_analysed_whole():
    chosen = random.Random(1)
    tasks = [
        task(
            number, *{chosen.randrange(max(1, number - 60), number) for _ in range(3 * (number > 1))}, hours=number % 7
        )
        for number in range(1, 2_001)
    ]
    analysis = analyse([PlannedTask(spec) for spec in tasks])
    assert len(analysis.tasks) == 2_000
    assert analysis.tasks[0].unblocks_in_all > 1_000
