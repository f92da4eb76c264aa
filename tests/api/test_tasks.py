import pytest

from tests.api.answers import accept, act, done, event_types, events, refused, task_of, wrong_fields

TASKS = "/api/v1/projects/pixel-jumper/tasks/"


@pytest.fixture
def first(accepted):
    """The task that can be begun: T-001."""
    return task_of(accepted, "T-001")


@pytest.fixture
def begun(as_alice, first):
    act(as_alice, first, "start")
    return first


def yes(task):
    return [{"criterion": criterion, "met": True} for criterion in task.acceptance]


def test_the_tasks_of_the_active_plan_come_in_its_order(as_vera, accepted, propose):
    propose({"title": "Not agreed on"})
    listed = as_vera.get(TASKS).json()["results"]
    assert [task["code"] for task in listed] == ["T-001", "T-002", "T-003"]


def test_tasks_are_filtered_by_status(as_alice, begun):
    assert [task["code"] for task in as_alice.get(TASKS, {"status": "in_progress"}).json()["results"]] == ["T-001"]
    both = as_alice.get(f"{TASKS}?status=in_progress&status=pending").json()["results"]
    assert len(both) == 3
    assert wrong_fields(as_alice.get(TASKS, {"status": "sleeping"})) == {"status"}


def test_a_task_goes_its_way(as_bob, first, project):
    assert act(as_bob, first, "start").json()["status"] == "in_progress"
    assert act(as_bob, first, "progress", percent=60, note="half").json()["progress"] == 60
    assert act(as_bob, first, "block", reason="No licence", kind="external").json()["blocked_reason"] == "No licence"
    unblocked = act(as_bob, first, "unblock").json()
    assert (unblocked["status"], unblocked["blocked_reason"], unblocked["progress"]) == ("in_progress", "", 60)
    finished = act(as_bob, first, "complete", acceptance=yes(first), evidence=[{"kind": "test", "note": "ok"}]).json()
    assert (finished["status"], finished["progress"]) == ("done", 100)
    assert [(shown["kind"], shown["note"], shown["level"]) for shown in finished["evidence"]] == [
        ("test", "ok", "confirmed")
    ]
    assert finished["started_at"] <= finished["completed_at"]
    again = act(as_bob, first, "reopen", reason="It crashed").json()
    assert (again["status"], again["progress"], again["completed_at"]) == ("in_progress", 99, None)
    told = [event["type"] for event in events(project) if event["task_code"] == "T-001"]
    assert told == [f"task.{verb}" for verb in ("started", "progress", "blocked", "unblocked", "completed", "reopened")]


def test_an_event_tells_the_changed_fields_and_who_did_it(as_bob, begun, project):
    act(as_bob, begun, "progress", percent=25, note="quarter")
    told = events(project, "task.progress")[0]
    assert told["payload"] == {"changes": {"progress": 25}, "current_task": "T-001", "percent": 25, "note": "quarter"}
    assert told["actor"]["name"] == "bob"
    assert told["task_id"] == begun.pk


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("progress", {"percent": 10}),
        ("complete", {"acceptance": [{"criterion": "The project opens", "met": True}]}),
        ("unblock", {}),
        ("reopen", {}),
    ],
)
def test_what_a_pending_task_cannot_do(as_alice, first, project, verb, body):
    problem = refused(act(as_alice, first, verb, **body), 409, "wrong_status")
    assert problem["task_status"] == "pending"


def test_what_is_done_is_neither_started_nor_blocked(as_alice, first):
    done(as_alice, first)
    for verb, body in [("start", {}), ("block", {"reason": "x"}), ("progress", {"percent": 1}), ("complete", {})]:
        refused(act(as_alice, first, verb, **body), 409, "wrong_status")


def test_a_task_waits_for_its_dependencies(as_alice, accepted):
    problem = refused(act(as_alice, task_of(accepted, "T-002"), "start"), 409, "dependencies_unmet")
    assert problem["waiting_for"] == ["T-001"]
    done(as_alice, task_of(accepted, "T-001"))
    assert act(as_alice, task_of(accepted, "T-002"), "start").status_code == 200


@pytest.mark.parametrize("answers", [[], [{"criterion": "The project opens", "met": False, "note": "not yet"}]])
def test_a_task_completes_with_every_criterion_met(as_alice, begun, project, answers):
    problem = refused(act(as_alice, begun, "complete", acceptance=answers), 409, "criteria_unmet")
    assert problem["unmet"] == ["The project opens"]
    assert "task.completed" not in event_types(project)


def test_an_answer_to_a_question_that_nobody_asked_is_named(as_alice, begun):
    answers = [*yes(begun), {"criterion": "It is fun", "met": True}]
    assert wrong_fields(act(as_alice, begun, "complete", acceptance=answers)) == {"acceptance.1.criterion"}


def test_evidence_names_artifacts_of_the_task_only(as_alice, begun, accepted):
    other = as_alice.post(
        f"/api/v1/tasks/{task_of(accepted, 'T-002').pk}/artifacts/", {"type": "x", "category": "code", "path": "y"}
    ).json()
    for artifact in (other["id"], 987_654, 2**63 - 1):
        evidence = [{"kind": "file", "artifact": artifact}]
        response = act(as_alice, begun, "complete", acceptance=yes(begun), evidence=evidence)
        assert wrong_fields(response) == {"evidence.0.artifact"}


@pytest.mark.parametrize("percent", [-1, 101, 2**70, 1.5, "many", None, [50], {"value": 50}])
def test_progress_is_a_whole_number_up_to_100(as_alice, begun, percent):
    assert wrong_fields(act(as_alice, begun, "progress", percent=percent)) == {"percent"}


def test_a_block_says_why(as_alice, begun):
    assert wrong_fields(act(as_alice, begun, "block")) == {"reason"}
    assert wrong_fields(act(as_alice, begun, "block", reason="  ")) == {"reason"}


@pytest.mark.parametrize("verb", ["start", "progress", "block", "unblock", "complete", "reopen"])
def test_every_action_refuses_what_it_does_not_know(as_alice, begun, verb):
    assert "surprise" in wrong_fields(act(as_alice, begun, verb, surprise=1))


def test_viewers_watch_and_strangers_see_nothing(as_vera, as_charlie, first):
    assert as_vera.get(f"/api/v1/tasks/{first.pk}/").status_code == 200
    refused(act(as_vera, first, "start"), 403, "forbidden")
    refused(as_charlie.get(f"/api/v1/tasks/{first.pk}/"), 404, "not_found")
    refused(act(as_charlie, first, "start"), 404, "not_found")


def test_a_task_of_a_former_plan_points_to_the_one_that_is_worked_on(as_alice, first, propose):
    plan = propose({"code": "T-001", "title": "Set up the project"})
    accept(as_alice, plan.pk)
    current = task_of(plan, "T-001").pk
    assert as_alice.get(f"/api/v1/tasks/{first.pk}/").json()["current_task"] == current
    assert refused(act(as_alice, first, "start"), 409, "task_superseded")["current_task"] == current
    artifact = as_alice.post(f"/api/v1/tasks/{first.pk}/artifacts/", {"type": "x", "category": "code", "path": "y"})
    refused(artifact, 409, "task_superseded")


def test_a_task_of_a_proposal_is_not_worked_on(as_alice, proposed):
    task = task_of(proposed, "T-001")
    assert as_alice.get(f"/api/v1/tasks/{task.pk}/").json()["current_task"] is None
    assert refused(act(as_alice, task, "start"), 409, "task_superseded")["current_task"] is None


def test_events_of_a_carried_task_have_its_current_id(as_alice, first, propose, project):
    plan = propose({"code": "T-001", "title": "Set up the project"})
    accept(as_alice, plan.pk)
    act(as_alice, task_of(plan, "T-001"), "start")
    assert events(project, "task.started")[0]["task_id"] == task_of(plan, "T-001").pk


def test_the_last_task_completes_the_project(as_alice, accepted, project):
    for code in ("T-001", "T-002", "T-003"):
        project.refresh_from_db()
        assert project.status == "active"
        done(as_alice, task_of(accepted, code))
    project.refresh_from_db()
    assert (project.status, project.current_task) == ("completed", None)
    assert event_types(project)[-2:] == ["task.completed", "project"]


def test_the_current_task_is_the_one_in_progress(as_alice, accepted):
    def current():
        return as_alice.get("/api/v1/projects/pixel-jumper/").json()["current_task_code"]

    assert current() == "T-001"
    done(as_alice, task_of(accepted, "T-001"))
    act(as_alice, task_of(accepted, "T-003"), "start")
    assert current() == "T-003"
    act(as_alice, task_of(accepted, "T-003"), "block", reason="x")
    assert current() == "T-002"
