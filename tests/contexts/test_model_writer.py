"""What a model says of a context, put beside what is assembled and what people said."""

from contexts.assembly import ProjectState, TaskState
from contexts.model_writer import ContextOrder, ProposedContext, content_with
from plans.brief import Brief

STATE = ProjectState(
    name="Jumper",
    status="active",
    brief=Brief(constraints=["No gore"]),
    plan_version=2,
    tasks=[
        TaskState(code="T-001", title="Set up", status="done"),
        TaskState(code="T-002", title="Jump", status="pending"),
    ],
)
SAID = ProposedContext(
    summary="Half of it is done.",
    decisions=["we ship  in May.", "The jump is short.", "The jump is short."],
    open_questions=[],
    risks=["Time is short."],
)


def order(progress: int = 0, status: str = "pending") -> ContextOrder:
    tasks = [STATE.tasks[0], STATE.tasks[1].model_copy(update={"progress": progress, "status": status})]
    before = {"decisions": ["We ship in May.", {"decision": "an object of somebody's"}], "notes_of_mine": 1}
    return ContextOrder("", STATE.model_copy(update={"tasks": tasks}), before)


def test_a_model_adds_what_nobody_has_said_yet_and_takes_nothing_away():
    content = content_with(order(), SAID)
    assert content["summary"] == "Half of it is done."
    assert content["decisions"] == [
        "We ship in May.",
        {"decision": "an object of somebody's"},
        "Plan version 2 is agreed on.",
        "The jump is short.",
    ]
    assert content["risks"] == ["Constraint: No gore", "Time is short."]
    assert (content["pending_tasks"], content["notes_of_mine"]) == (1, 1)


def test_a_report_of_progress_makes_no_other_order_and_a_task_that_is_done_does():
    assert order(progress=40) == order()
    assert order(status="done") != order()
