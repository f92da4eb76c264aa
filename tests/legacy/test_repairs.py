"""What is wrong in an old row is repaired where that is certain, kept in any case, and told."""

from datetime import UTC, datetime

import pytest

from contexts.models import Context
from gamedev_gateway.core.models import LegacyRow
from gamedev_gateway.legacy.codes import drop_cycles, named_dependencies, read_code
from gamedev_gateway.legacy.reading import parse_time
from plans.graph import find_cycle
from plans.models import Membership, Project, Task, TaskPlan
from realtime.models import Event
from tests.legacy.conftest import repairs

GAME = {"id": "game", "name": "Game", "path": "game", "active": 0}
OTHER = {"id": "other", "name": "Other", "path": "other", "active": 0}


def task(number: int, **more) -> dict:
    return {"id": number, "project_id": "game", "task_id": f"T-{number:03d}", "code": f"T-{number:03d}", "title": "Do",
            "description": "", "acceptance": "", "status": "pending", "priority": 3, "idx": number, **more}  # fmt: skip


def plan(number: int, version: int = 1, status: str = "proposed") -> dict:
    return {"id": number, "project_id": "game", "version": version, "status": status, "created_by": "ai",
            "created_at": f"2025-09-1{number} 10:00:00"}  # fmt: skip


def codes(plan: TaskPlan) -> dict[str, list[str]]:
    return {task.code: task.dependencies for task in plan.tasks.all()}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2025-09-17 04:08:47.520289", datetime(2025, 9, 17, 4, 8, 47, 520289, UTC)),
        ("2025-09-17T04:08:47Z", datetime(2025, 9, 17, 4, 8, 47, 0, UTC)),
        ("2025-09-17T06:08:47+02:00", datetime(2025, 9, 17, 4, 8, 47, 0, UTC)),
        (" 2025-09-17 04:08:47 UTC", datetime(2025, 9, 17, 4, 8, 47, 0, UTC)),
        (1758082127, datetime(2025, 9, 17, 4, 8, 47, 0, UTC)),
        ("1758082127000", datetime(2025, 9, 17, 4, 8, 47, 0, UTC)),
        ("yesterday", None),
        ("", None),
        (7, None),
        (b"\xff", None),
        (float("inf"), None),
    ],
)
def test_times(text, meant):
    assert parse_time(text) == meant


def test_codes_and_what_dependencies_name():
    assert [read_code(text) for text in ("T-7", "t007", "T-1234", "setup", "")] == [
        "T-007",
        "T-007",
        "T-1234",
        None,
        None,
    ]
    assert named_dependencies('["T-1", 2, {"code": "T-3"}]') == ["T-1", "2", "T-3"]
    assert named_dependencies("T-001, T-002") == ["T-001", "T-002"]
    assert named_dependencies(None) == named_dependencies("[]") == named_dependencies("null") == []


def test_cycles_are_opened():
    edges = {"T-001": ["T-003"], "T-002": ["T-001", "T-002"], "T-003": ["T-002"], "T-004": ["T-001"]}
    assert len(drop_cycles(edges)) == 2
    assert find_cycle(edges) is None
    assert edges["T-004"] == ["T-001"]


@pytest.mark.django_db
class TestPlans:
    def test_the_newest_accepted_plan_stays_accepted(self, bring_rows):
        accepted = [plan(1, 1, "accepted"), plan(2, 2, "accepted"), plan(3, 2, "proposed")]
        bring_rows({"projects": [GAME], "task_plans": accepted})
        states = dict(TaskPlan.objects.values_list("version", "status"))
        assert states == {1: "superseded", 2: "accepted", 3: "proposed"}
        assert "Several plans were accepted" in repairs("task_plans", 1)
        assert "version 2 is there already; it is version 3 now" in repairs("task_plans", 3)
        assert TaskPlan.objects.get(version=1).created_at == datetime(2025, 9, 11, 10, tzinfo=UTC)

    def test_the_active_plan_of_the_project_is_accepted(self, bring_rows):
        bring_rows({"projects": [{**GAME, "active_plan_id": 1}], "task_plans": [plan(1)]})
        assert TaskPlan.objects.get().status == "accepted"

    def test_unknown_words(self, bring_rows):
        odd = {**plan(1), "status": "meh", "created_by": None, "created_at": "soon", "version": -4}
        bring_rows({"projects": [GAME], "task_plans": [odd]})
        found = TaskPlan.objects.get()
        assert (found.status, found.created_by, found.version) == ("proposed", "system", 1)
        for word in ("'meh'", "created_by", "'soon' is not a time", "-4 is out of range"):
            assert word in repairs("task_plans")


@pytest.mark.django_db
class TestTasks:
    def test_duplicate_and_malformed_codes(self, bring_rows):
        rows = [
            task(1, plan_id=1),
            task(2, plan_id=1, code="T-001"),
            task(3, plan_id=1, code="setup"),
            task(4, plan_id=2, code="setup"),
        ]
        rows[3]["deps_json"] = '["T-9"]'
        rows[1]["deps_json"] = '["setup", "T-001", "T-099"]'
        bring_rows({"projects": [GAME], "task_plans": [plan(1), plan(2, 2)], "tasks": rows})
        first, second = TaskPlan.objects.order_by("version")
        assert codes(first) == {"T-001": [], "T-002": ["T-003", "T-001"], "T-003": []}
        assert codes(second) == {"T-003": []}
        assert "'T-099' names no task of its plan" in repairs("tasks", 2)
        assert "The code 'T-001' is there twice; it is T-002 now" in repairs("tasks", 2)

    def test_a_task_is_found_by_its_row_when_dependencies_are_numbers(self, bring_rows):
        bring_rows(
            {
                "projects": [GAME],
                "task_plans": [plan(1)],
                "tasks": [task(1, plan_id=1), task(2, plan_id=1, deps_json="[1]")],
            }
        )
        assert codes(TaskPlan.objects.get())["T-002"] == ["T-001"]

    def test_nothing_that_is_too_long_is_lost(self, bring_rows):
        title, line = "T" * 300, "L" * 1500
        lines = "\n".join([line, *(f"criterion {number}" for number in range(60))])
        bring_rows({"projects": [GAME], "tasks": [task(1, title=title, acceptance=lines, description="Words.")]})
        found = Task.objects.get()
        assert len(found.title) == 200
        assert len(found.acceptance) == 50
        assert found.description.startswith("Words.")
        for text in (title, line, "criterion 59"):
            assert text in found.description
        found.spec()

    def test_json_that_is_not_json(self, bring_rows):
        odd = task(
            1, mcp_tools="blender\nunity", deliverables='{"a": 1}', estimates="two days", evidence_json="I saw it"
        )
        bring_rows({"projects": [GAME], "tasks": [odd, task(2, estimates='{"points": 3, "hours": 1.5}')]})
        first, second = Task.objects.all()
        assert (first.mcp_tools, first.deliverables) == (["blender", "unity"], ["a: 1"])
        assert "two days" in first.description
        assert first.evidence == [{"kind": "imported", "note": "I saw it"}]
        assert second.estimates == {"story_points": 3, "time_hours": 1.5}

    def test_numbers_and_words_out_of_range(self, bring_rows):
        odd = task(
            1, priority=9, status="Completed", started_at="early", completed_at="2025-09-17 10:00:00", title=None
        )
        bring_rows({"projects": [GAME], "tasks": [odd, task(2, status="WAT", priority="high", idx=None)]})
        by_code = {found.code: found for found in Task.objects.all()}
        first, second = by_code["T-001"], by_code["T-002"]
        assert (first.priority, first.status, first.title) == (5, "done", "Task T-001")
        assert first.started_at == first.completed_at == datetime(2025, 9, 17, 10, tzinfo=UTC)
        assert (second.priority, second.status) == (3, "pending")
        assert "'WAT' is not known" in repairs("tasks", 2)

    def test_a_task_whose_plan_is_gone(self, bring_rows):
        bring_rows({"projects": [GAME], "tasks": [task(1, plan_id=7)]})
        assert TaskPlan.objects.get().summary == "imported"
        assert "Its plan 7 is not there" in repairs("tasks")

    def test_a_task_of_a_deleted_project(self, bring_rows):
        bring_rows({"projects": [GAME], "tasks": [task(1, project_id="gone")]})
        assert not Task.objects.exists()
        assert LegacyRow.objects.get(table="tasks").as_dict()["title"] == "Do"


@pytest.mark.django_db
class TestContexts:
    def context(self, number: int, **more) -> dict:
        return {"id": number, "project_id": "game", "scope": "global", "content": '{"summary": "S"}', "created_by": "ai",
                "version": number, "is_active": 1, "created_at": f"2025-09-1{number} 10:00:00", **more}  # fmt: skip

    def test_the_latest_of_several_active_ones_stays_active(self, bring_rows):
        bring_rows({"projects": [GAME], "contexts": [self.context(1), self.context(2), self.context(3, is_active=0)]})
        assert dict(Context.objects.values_list("version", "is_active")) == {1: False, 2: True, 3: False}
        assert Project.objects.get().active_context.version == 2

    def test_a_context_of_a_task_is_named_by_its_code(self, bring_rows):
        mine, lost = self.context(1, scope="task", task_id=1), self.context(2, scope="task", task_id=9)
        bring_rows({"projects": [GAME], "tasks": [task(1)], "contexts": [mine, lost]})
        assert Context.objects.get().task_code == "T-001"
        assert LegacyRow.objects.get(became="").reason == "Its task 9 is not there."

    def test_content_that_is_no_object(self, bring_rows):
        odd = [self.context(1, content="just words", is_active=0), self.context(2, content='{"risks": "many"}')]
        bring_rows({"projects": [GAME], "contexts": odd})
        words, risky = Context.objects.order_by("version")
        assert words.content["summary"] == "just words"
        assert (risky.content["risks"], risky.content["risks_as_it_was"]) == ([], "many")


@pytest.mark.django_db
class TestProjects:
    def test_an_id_that_is_taken_or_not_ours_gets_a_new_slug(self, bring_rows, project):
        arrival = bring_rows(
            {"projects": [{**GAME, "id": project.pk}, {**GAME, "id": "Mi Juego!"}, {**GAME, "id": "日本"}]}
        )
        assert arrival.renamed == {"pixel-jumper": "pixel-jumper-2", "Mi Juego!": "mi-juego", "日本": "game"}
        project.refresh_from_db()
        assert project.name == "Pixel Jumper"

    def test_one_of_several_active_ones_stays_active(self, bring_rows):
        bring_rows({"projects": [{**GAME, "active": 1}, {**OTHER, "active": 1}]})
        assert list(Project.objects.filter(active=True).values_list("pk", flat=True)) == ["game"]

    def test_the_folder_is_readable(self, bring_rows, alice):
        bring_rows({"projects": [GAME]})
        assert Project.objects.get().description == "Folder in the first version: game"
        assert Membership.objects.get().user == alice


@pytest.mark.django_db
class TestLog:
    def say(self, number: int, **more) -> dict:
        return {
            "id": number,
            "project_id": "game",
            "role": "user",
            "content": f"{number}",
            "created_at": f"2025-09-17 10:0{number}:00",
            **more,
        }

    def test_rows_come_in_the_order_of_their_times(self, bring_rows):
        bring_rows({"projects": [GAME], "chat_messages": [self.say(3, id=1), self.say(1, id=2), self.say(2, id=3)]})
        assert [event.as_dict()["payload"]["text"] for event in Event.objects.order_by("seq")] == ["1", "2", "3"]

    def test_a_malformed_time_takes_its_neighbours(self, bring_rows):
        rows = [self.say(1, created_at="??"), self.say(2), self.say(3, created_at=None)]
        bring_rows({"projects": [GAME], "chat_messages": rows})
        assert set(Event.objects.values_list("timestamp", flat=True)) == {datetime(2025, 9, 17, 10, 2, tzinfo=UTC)}
        assert "'??' is not a time" in repairs("chat_messages", 1)

    def test_a_very_long_text_is_whole_in_the_data(self, bring_rows):
        bring_rows({"projects": [GAME], "chat_messages": [self.say(1, content="é" * 30_000)]})
        payload = Event.objects.get().as_dict()["payload"]
        assert len(payload["text"]) == 20_000
        assert payload["data"]["legacy"]["row"]["content"] == "é" * 30_000

    def test_a_message_about_a_task_is_in_its_stream(self, bring_rows):
        bring_rows({"projects": [GAME], "tasks": [task(1)], "chat_messages": [self.say(1, task_id=1)]})
        assert Event.objects.get().task_code == "T-001"
