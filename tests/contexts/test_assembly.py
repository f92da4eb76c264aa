"""What a context says: plain data in, plain data out."""

from contexts.assembly import GLOBAL_MEMBERS, ProjectState, TaskState, global_content, task_content, wrong_members
from contexts.diff import diff_contents
from plans.brief import Brief


def state(*tasks: TaskState, **fields) -> ProjectState:
    given = {"name": "Pixel", "status": "active", "brief": Brief(pitch="Jump."), "plan_version": 2, **fields}
    return ProjectState(tasks=list(tasks), **given)


def task(code: str, status: str = "pending", **fields) -> TaskState:
    return TaskState(code=code, title=f"Task {code}", status=status, **fields)


def test_a_global_content_has_every_member_that_readers_rely_on():
    for what in (state(), state(task("T-001", "done")), state(plan_version=None)):
        content = global_content(what)
        assert content.keys() >= GLOBAL_MEMBERS.keys()
        assert wrong_members(content) == []


def test_it_tells_what_is_done_and_what_is_left():
    content = global_content(
        state(task("T-001", "done"), task("T-002", "in_progress", progress=40), current_task="T-002")
    )
    assert content["done_tasks"] == [{"code": "T-001", "title": "Task T-001"}]
    assert content["pending_tasks"] == 1
    assert "T-002 Task T-002 is in progress (40 %)" in content["summary"]


def test_a_risk_of_the_work_goes_when_the_work_goes_on():
    blocked = global_content(state(task("T-001", "blocked", blocked_reason="no licence")), {"risks": ["Too hard"]})
    assert blocked["risks"] == ["Too hard", "Blocked: T-001 Task T-001: no licence"]
    assert global_content(state(task("T-001", "in_progress")), blocked)["risks"] == ["Too hard"]


def test_an_agreement_is_noted_once():
    once = global_content(state())
    assert global_content(state(), once)["decisions"] == once["decisions"] == ["Plan version 2 is agreed on."]


def test_answered_questions_do_not_come_back():
    assert global_content(state(), {"open_questions": []})["open_questions"] == []


def test_what_is_of_the_wrong_type_is_not_carried_on():
    assert global_content(state(), {"decisions": "all of them"})["decisions"] == ["Plan version 2 is agreed on."]


def test_a_tasks_content_names_its_neighbours():
    content = task_content(
        state(task("T-001", "done"), task("T-002", dependencies=["T-001"]), task("T-003", dependencies=["T-002"])),
        "T-002",
    )
    assert [other["code"] for other in content["waits_for"]] == ["T-001"]
    assert [other["code"] for other in content["unblocks"]] == ["T-003"]


def test_a_diff_tells_members_added_removed_and_changed():
    diff = diff_contents({"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5})
    assert diff == {"added": {"d": 5}, "removed": {"a": 1}, "changed": {"c": {"from": 3, "to": 4}}}
