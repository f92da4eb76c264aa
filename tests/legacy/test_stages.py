"""Every stage of the first version's schema comes over whole, and twice is once."""

import json

import pytest

from gamedev_gateway.core.models import LegacyRow, LegacySource
from plans import services
from plans.models import Artifact, Project, Task, TaskPlan
from realtime.models import Event, Stream
from tests.legacy.conftest import bring
from tests.legacy.old_files import LAST, STAGES, STORY, build, count_rows

pytestmark = pytest.mark.django_db


def everything() -> list:
    """All that is in the database, to see that nothing changes."""
    models = (Project, TaskPlan, Task, Artifact, Stream, Event, LegacyRow, LegacySource)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("stage", STAGES)
def test_every_row_has_a_place_and_a_second_run_changes_nothing(tmp_path, alice, stage):
    path = build(tmp_path / "old.db", STAGES[stage], STORY)
    bring(path, alice)
    assert LegacyRow.objects.count() == count_rows(path)
    assert Project.objects.get().name == "Minero de Marte 🚀"
    before = everything()
    bring(path, alice)
    assert everything() == before


@pytest.fixture
def mars_miner(tmp_path, alice) -> Project:
    bring(build(tmp_path / "old.db", LAST, STORY), alice)
    return Project.objects.get()


def test_the_plan_comes_with_its_work(mars_miner):
    dig, air = Task.objects.all()
    assert (dig.code, dig.title, dig.status, dig.progress) == ("T-001", "Excavación básica", "done", 100)
    assert dig.acceptance == ["Se puede cavar", "El túnel queda abierto"]
    assert (air.dependencies, air.priority, air.status) == (["T-001"], 2, "in_progress")
    assert air.started_at.isoformat() == "2025-09-17T04:08:47.520289+00:00"
    assert (mars_miner.status, mars_miner.current_task, mars_miner.highest_code) == ("active", air, 2)
    assert mars_miner.created_at.isoformat() == "2025-09-17T04:00:00+00:00"
    assert dig.artifacts.get().validation_report == {"meta": {"l": 9}}
    assert mars_miner.active_context.content["summary"] == "Cavamos."


def test_what_happened_is_history_in_its_order_and_with_its_times(as_alice, mars_miner):
    events = as_alice.get("/api/v1/projects/mars-miner/events/?limit=200").json()["results"]
    told = [(event["seq"], event["type"], event["actor"]["kind"], event["payload"]["text"]) for event in events]
    assert told == [
        (1, "log", "system", "A session with gemini_cli began."),
        (2, "chat", "ai", "Empiezo"),
        (3, "chat", "user", "¿Cavamos? 🚀"),
        (4, "action", "system", ""),
        (5, "timeline", "system", ""),
        (6, "log", "user", "¿Cavamos? 🚀"),
        (7, "chat", "ai", "Sí"),
    ]
    assert events[2]["timestamp"] == "2025-09-17T04:08:47.520Z"
    assert Event.objects.get(seq=3).timestamp.microsecond == 520289
    assert Stream.objects.get(name="project:mars-miner").head == 7


def test_what_the_log_has_said_already_is_not_said_again_as_chat(as_alice, mars_miner):
    echo = as_alice.get("/api/v1/projects/mars-miner/events/?types=log").json()["results"][-1]
    assert echo["payload"]["data"]["echo"] is True
    assert echo["payload"]["data"]["payload"] == json.loads(STORY["event_log"][0]["payload_json"])


def test_a_row_of_a_deleted_project_is_kept_with_the_reason(mars_miner):
    row = LegacyRow.objects.get(became="")
    assert (row.table, row.key, row.project_id) == ("event_log", "2", "gone")
    assert "no project 'gone'" in row.reason
    assert row.as_dict() == STORY["event_log"][1]


def test_work_goes_on(as_alice, mars_miner):
    air = Task.objects.get(code="T-002")
    assert as_alice.post(f"/api/v1/tasks/{air.pk}/complete/", {}).status_code == 200
    mars_miner.refresh_from_db()
    assert mars_miner.status == "completed"
    assert Event.objects.filter(stream__name="project:mars-miner").count() > 7


def test_tasks_from_before_plans_are_worked_on_in_a_plan_called_imported(tmp_path, alice):
    bring(build(tmp_path / "old.db", STAGES["working"], STORY), alice)
    project = Project.objects.get()
    plan = services.get_active_plan(project)
    assert (plan.summary, plan.version, len(plan.tasks.all())) == ("imported", 1, 2)
    assert project.current_task.code == "T-002"


def test_an_artifact_without_a_task_is_told_in_the_log(tmp_path, alice):
    bring(build(tmp_path / "old.db", STAGES["working"], STORY), alice)
    assert not Artifact.objects.exists()
    assert Event.objects.filter(body__contains="Artifact Assets/Dig.cs (script)").count() == 1
