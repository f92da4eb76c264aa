"""`import_legacy`: an old file merged into a gateway that is in use already."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.models import LegacyRow, LegacySource
from plans import services
from plans.models import Membership, Project, Task, TaskPlan
from realtime.models import Event, Stream
from tests.legacy.conftest import bring
from tests.legacy.old_files import DATA, LAST, REAL, STORY, WHEN, add, build


@pytest.fixture
def boss(db) -> User:
    return User.objects.create_superuser("boss", password="secret-of-boss")


def run(path, *options: str) -> None:
    call_command("import_legacy", str(path), *options)


@pytest.mark.parametrize("name", REAL)
def test_the_real_files(boss, name, capsys):
    run(DATA / name)
    run(DATA / name)
    assert LegacyRow.objects.count() == REAL[name]
    assert set(Membership.objects.values_list("user__username", "role")) == {("boss", "owner")}
    assert capsys.readouterr().out.count("Every row has its place.") == 2


def test_the_real_plan_is_accepted_and_worked_on(boss, as_alice, alice):
    run(DATA / "pixel-jumper.db", "--owner", "alice")
    plan = TaskPlan.objects.get()
    assert (plan.status, plan.created_by, plan.created_at.isoformat()) == (
        "proposed",
        "ai",
        "2025-09-17T03:05:47.645017+00:00",
    )
    assert as_alice.post(f"/api/v1/plans/{plan.pk}/accept/").status_code == 200
    first = as_alice.get("/api/v1/projects/pixel-jumper/next-task/").json()["task"]
    assert as_alice.post(f"/api/v1/tasks/{first['id']}/start/").status_code == 200
    assert Stream.objects.get(name="project:pixel-jumper").head > 33


def test_an_id_that_is_taken_gets_a_new_slug_and_the_report_says_so(boss, project, tmp_path, capsys):
    run(DATA / "pixel-jumper.db", "--report", str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["renamed"] == {"pixel-jumper": "pixel-jumper-2"}
    assert (report["balanced"], report["new_rows"]) == (True, 49)
    assert report["tables"]["tasks"]["became"] == {"task": 13}
    assert "Project 'pixel-jumper' is 'pixel-jumper-2' here." in capsys.readouterr().out
    assert Stream.objects.get(name="project:pixel-jumper-2").head == 33
    assert any("is taken" in " ".join(row["repairs"]) for row in report["repairs"])


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_tells_the_same_and_changes_nothing(boss, tmp_path, capsys):
    run(DATA / "pixel-jumper.db", "--dry-run", "--report", str(tmp_path / "report.json"))
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["dry_run"], report["new_rows"], report["balanced"]) == (True, 49, True)
    assert "nothing was changed" in capsys.readouterr().out
    assert not LegacySource.objects.exists()
    assert not Project.objects.exists()


@pytest.mark.django_db
def test_of_a_grown_file_only_the_new_rows_come(tmp_path, alice):
    path = build(tmp_path / "old.db", LAST, STORY)
    bring(path, alice)
    services.update_project(Project.objects.get(), {"name": "Ours"}, actor=Actor.person(alice))
    head = Stream.objects.get(name="project:mars-miner").head
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE projects SET name = 'Renamed there'")
        db.execute("UPDATE tasks SET status = 'done'")
    add(
        path,
        "chat_messages",
        {"id": 3, "project_id": "mars-miner", "role": "user", "content": "Más", "created_at": WHEN},
    )
    add(path, "projects", {"id": "venus", "name": "Venus"})
    add(path, "tasks", {"id": 3, "project_id": "venus", "task_id": "T-001", "title": "Volar", "status": "pending"})
    add(path, "tasks", {"id": 4, "project_id": "mars-miner", "task_id": "T-009", "title": "Tarde", "plan_id": 1})
    run(shutil.copyfile(path, tmp_path / "copy.db"), "--owner", "alice")
    assert LegacySource.objects.count() == 1
    assert set(Project.objects.values_list("pk", "name")) == {("mars-miner", "Ours"), ("venus", "Venus")}
    assert Stream.objects.get(name="project:mars-miner").head == head + 1
    assert Event.objects.get(seq=head + 1, stream__name="project:mars-miner").as_dict()["payload"]["text"] == "Más"
    assert Task.objects.get(plan__project="venus").title == "Volar"
    assert "such a plan never changes" in LegacyRow.objects.get(table="tasks", key="4").reason


@pytest.mark.django_db
def test_an_accepted_plan_that_comes_later_does_not_put_ours_aside(tmp_path, alice):
    path = build(tmp_path / "old.db", LAST, STORY)
    bring(path, alice)
    late = {**STORY["task_plans"][0], "id": 2, "version": 2, "created_at": "2025-09-19 00:00:00"}
    add(path, "task_plans", late)
    bring(path, alice)
    assert dict(TaskPlan.objects.values_list("version", "status")) == {1: "accepted", 2: "proposed"}


@pytest.mark.django_db
def test_two_files_of_the_same_name_are_two_sources(tmp_path, alice):
    bring(build(tmp_path / "old.db", LAST, STORY), alice)
    said = [{**STORY["chat_messages"][0], "content": "Other", "msg_id": "x", "created_at": "2025-01-01 00:00:00"}]
    other = [{**STORY["projects"][0], "name": "Another Mars"}]
    bring(build(tmp_path / "other.db", LAST, {"projects": other, "chat_messages": said}), alice)
    assert set(Project.objects.values_list("pk", flat=True)) == {"mars-miner", "mars-miner-2"}


@pytest.mark.django_db
def test_what_came_and_was_deleted_here_stays_deleted(tmp_path, alice):
    path = build(tmp_path / "old.db", LAST, STORY)
    bring(path, alice)
    services.delete_project(Project.objects.get(), actor=Actor.person(alice))
    with closing(sqlite3.connect(path)) as db:
        count = db.execute("SELECT count(*) FROM chat_messages").fetchone()[0]
    run(path, "--owner", "alice")
    assert not Project.objects.exists()
    assert LegacyRow.objects.filter(table="chat_messages").count() == count


def test_refusals_say_what_to_do(tmp_path, boss):
    (tmp_path / "notes.txt").write_text("These are notes, long enough to be taken for a database by somebody. " * 9)
    with pytest.raises(CommandError, match="There is no database"):
        run(tmp_path / "none.db")
    with pytest.raises(CommandError, match="not a database of the first version"):
        run(tmp_path / "notes.txt")
    with pytest.raises(CommandError, match="no active user 'nobody'"):
        run(DATA / "before-plans.db", "--owner", "nobody")


@pytest.mark.django_db
def test_the_admin_shows_what_was_kept(client, boss, tmp_path):
    bring(build(tmp_path / "old.db", LAST, STORY), boss)
    client.force_login(boss)
    kept = LegacyRow.objects.get(became="")
    page = client.get(f"/admin/core/legacyrow/{kept.pk}/change/").content.decode()
    assert "There is no project" in page
    assert client.get("/admin/core/legacyrow/").status_code == 200
