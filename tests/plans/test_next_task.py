from hypothesis import given
from hypothesis import strategies as st

from plans.next_task import WorkItem, choose_next
from tests.plans.plans_to_try import plans, tried

STATUSES = ["pending", "in_progress", "blocked", "done"]


@st.composite
def work(draw):
    return [
        WorkItem(task.code, task.title, draw(st.sampled_from(STATUSES)), task.priority, task.dependencies)
        for task in draw(plans())
    ]


def ready(items):
    done = {item.code for item in items if item.status == "done"}
    return [item for item in items if item.status == "pending" and set(item.dependencies) <= done]


def item(code, *dependencies, status="pending", priority=3):
    return WorkItem(code, code, status, priority, dependencies, "no licence" if status == "blocked" else "")


@tried
@given(work())
def test_the_choice_is_ready_and_none_that_is_ready_comes_before_it(items):
    choice = choose_next(items)
    can = {candidate.code: candidate.priority for candidate in ready(items)}
    assert (choice.code is None) == (not can)
    if choice.code is not None:
        assert can[choice.code] == min(can.values())
        assert choice.code in choice.reason


@tried
@given(work())
def test_every_task_is_ready_running_done_or_told_to_wait(items):
    choice = choose_next(items)
    told = {waiting.code for waiting in choice.blocked}
    easy = {candidate.code for candidate in ready(items)}
    for candidate in items:
        assert (candidate.code in told) == (candidate.status in ("pending", "blocked") and candidate.code not in easy)


@tried
@given(work())
def test_what_a_task_waits_for_is_not_done(items):
    status = {candidate.code: candidate.status for candidate in items}
    for waiting in choose_next(items).blocked:
        assert all(status[code] != "done" for code in waiting.waiting_for)


def test_priority_comes_first():
    assert choose_next([item("T-001", priority=2), item("T-002", priority=1)]).code == "T-002"


def test_among_equals_the_one_that_frees_most_comes_first():
    items = [item("T-001"), item("T-002"), item("T-003", "T-002"), item("T-004", "T-003")]
    choice = choose_next(items)
    assert choice.code == "T-002"
    assert "2 others wait for it" in choice.reason


def test_among_equals_in_everything_the_first_of_the_plan_comes_first():
    assert choose_next([item("T-007"), item("T-002")]).code == "T-007"


def test_without_a_choice_the_reason_says_why():
    assert "no active plan" in choose_next([]).reason
    assert "Every task is done" in choose_next([item("T-001", status="done")]).reason
    stuck = choose_next([item("T-001", status="blocked"), item("T-002", "T-001"), item("T-003", status="in_progress")])
    assert "1 in progress, 1 blocked" in stuck.reason
    assert [(waiting.code, waiting.reason) for waiting in stuck.blocked] == [
        ("T-001", "no licence"),
        ("T-002", "waits for T-001"),
    ]
