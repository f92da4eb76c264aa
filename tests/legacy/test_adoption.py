"""A file of the first version where ours should be: adopted once, in place, or left as it was."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from hashlib import sha256
from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from gamedev_gateway.core.models import LegacyRow
from gamedev_gateway.legacy import adopt, hold
from gamedev_gateway.legacy.files import database_at
from gamedev_gateway.legacy.recognise import Kind, recognise
from plans.models import Project, Task
from realtime.models import Event
from tests.legacy.old_files import DATA, LAST, REAL, STORY, build
from tests.servers import environment, free_port, manage, running_server


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def unmeasured(path: Path) -> dict[str, str]:
    """The environment of a gateway with this file, without the cost of coverage."""
    return {name: value for name, value in environment(f"sqlite:///{path}").items() if "COVERAGE" not in name}


def migrate(path: Path) -> None:
    """`manage.py migrate` with the database at `path`, in this process."""
    with database_at(path):
        call_command("migrate", verbosity=0, interactive=False)


@pytest.fixture
def begun(monkeypatch, migrated_database) -> None:
    """New databases begin migrated, which saves a second each. How they come from nothing is seen with a real file."""

    def begun_at(path: Path):
        shutil.copyfile(migrated_database, path)
        return database_at(path)

    monkeypatch.setattr(adopt, "database_at", begun_at)


@pytest.fixture
def old(tmp_path, begun) -> Path:
    return build(tmp_path / "gateway.db", LAST, STORY)


@pytest.mark.django_db(transaction=True)
class TestInPlace:
    @pytest.mark.stories
    @pytest.mark.parametrize("name", REAL)
    def test_the_real_files(self, tmp_path, name, capsys, request):
        if name != "pixel-jumper.db":
            request.getfixturevalue("begun")
        path = tmp_path / "gateway.db"
        shutil.copyfile(DATA / name, path)
        migrate(path)
        said = capsys.readouterr().out
        assert "Every row has its place." in said
        with database_at(path):
            assert LegacyRow.objects.count() == REAL[name]
        (backup,) = tmp_path.glob("gateway.db.first-version-*")
        assert str(backup) in said
        with closing(sqlite3.connect(backup)) as kept, closing(sqlite3.connect(DATA / name)) as original:
            assert list(kept.iterdump()) == list(original.iterdump())
        assert len(names_in(tmp_path)) == 3

    def test_texts_and_times_are_what_they_were(self, tmp_path, begun):
        path = tmp_path / "gateway.db"
        shutil.copyfile(DATA / "pixel-jumper.db", path)
        migrate(path)
        with closing(sqlite3.connect(DATA / "pixel-jumper.db")) as original, database_at(path):
            tasks = original.execute("SELECT code, title, description FROM tasks").fetchall()
            assert list(Task.objects.values_list("code", "title", "description")) == tasks
            said = original.execute("SELECT content, created_at FROM chat_messages").fetchall()
            events = Event.objects.filter(type="chat", body__contains='"table":"chat_messages"')
            told = [(event.as_dict()["payload"]["text"], f"{event.timestamp:%Y-%m-%d %H:%M:%S.%f}") for event in events]
            assert told == said

    def test_again_it_changes_nothing(self, old):
        migrate(old)
        before, names = digest(old), names_in(old.parent)
        migrate(old)
        assert (digest(old), names_in(old.parent)) == (before, names)
        assert recognise(old) is Kind.OURS

    def test_what_waits_in_a_write_ahead_log_comes_too(self, tmp_path, begun):
        path = build(tmp_path / "gateway.db", LAST, STORY, journal="WAL")
        talking = sqlite3.connect(path)
        talking.execute("INSERT INTO projects (id, name) VALUES ('late', 'Late')")
        talking.commit()
        for name in ("gateway.db", "gateway.db-wal"):
            shutil.copyfile(tmp_path / name, tmp_path / f"crashed-{name}")
        talking.close()
        crashed = tmp_path / "crashed-gateway.db"
        assert Path(f"{crashed}-wal").stat().st_size > 0
        migrate(crashed)
        assert not Path(f"{crashed}-wal").exists()
        with database_at(crashed):
            assert set(Project.objects.values_list("pk", flat=True)) == {"mars-miner", "late"}

    @pytest.mark.parametrize("journal", ["DELETE", "WAL"])
    def test_when_it_fails_the_file_is_as_it_was(self, tmp_path, begun, monkeypatch, journal):
        path = build(tmp_path / "gateway.db", LAST, STORY, journal=journal)
        before, names = digest(path), names_in(tmp_path)
        monkeypatch.setattr(adopt, "verify", lambda *args: 1 / 0)
        with pytest.raises(CommandError, match=r"ZeroDivisionError.*as it was"):
            migrate(path)
        assert digest(path) == before
        assert [name for name in names_in(tmp_path) if not name.endswith(("-shm", "-wal"))] == names

    def test_a_file_in_use_is_left_alone(self, old, monkeypatch):
        monkeypatch.setattr(hold, "OTHERS_LOOK_FOR", 0.1)
        with closing(sqlite3.connect(old, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            with pytest.raises(CommandError, match="in use"):
                migrate(old)
        assert recognise(old) is Kind.LEGACY

    def test_a_damaged_file_is_left_alone(self, tmp_path):
        path = tmp_path / "gateway.db"
        whole = bytearray((DATA / "pixel-jumper.db").read_bytes())
        whole[8192:12288] = b"\xaa" * 4096
        path.write_bytes(whole)
        with pytest.raises(CommandError, match=r"damaged|malformed"):
            migrate(path)
        assert path.read_bytes() == whole
        assert names_in(tmp_path) == ["gateway.db"]

    def test_what_a_killed_run_left_is_cleaned(self, old):
        (old.parent / "gateway.db.adopting-1").write_text("half")
        (old.parent / "gateway.db.adopting-1-journal").write_text("half")
        migrate(old)
        assert not [name for name in names_in(old.parent) if "adopting" in name]


FOREIGN = {
    "notes": "CREATE TABLE notes (id INTEGER, body TEXT)",
    "projects of another program": "CREATE TABLE projects (id INTEGER, title TEXT)",
    "another Django": "CREATE TABLE django_migrations (app TEXT); INSERT INTO django_migrations VALUES ('blog')",
}


@pytest.mark.parametrize("schema", FOREIGN.values(), ids=FOREIGN)
def test_what_is_neither_ours_nor_the_first_versions_is_refused(tmp_path, schema):
    path = tmp_path / "gateway.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(schema)
    before = digest(path)
    with pytest.raises(adopt.LegacyError, match=r"neither .* left as it is. Move it away"):
        adopt.adopt_if_legacy(path, lambda: None, None)  # type: ignore[arg-type]
    assert digest(path) == before
    assert names_in(tmp_path) == ["gateway.db"]


def test_kinds(tmp_path):
    assert recognise(tmp_path / "none.db") is Kind.EMPTY
    (tmp_path / "empty.db").touch()
    assert recognise(tmp_path / "empty.db") is Kind.EMPTY
    (tmp_path / "text.db").write_text("This is no database, but a text that is long enough to be read as one. " * 9)
    assert recognise(tmp_path / "text.db") is Kind.FOREIGN
    half = build(tmp_path / "half.db", LAST, {})
    with closing(sqlite3.connect(half)) as db, db:
        db.executescript("CREATE TABLE django_migrations (app TEXT); INSERT INTO django_migrations VALUES ('auth')")
    assert recognise(half) is Kind.LEGACY


@pytest.mark.stories
def test_serve_adopts_the_file_and_the_first_user_owns_what_was_in_it(tmp_path):
    shutil.copyfile(DATA / "pixel-jumper.db", tmp_path / "gateway.db")
    with running_server(tmp_path, measured=False) as server, ExitStack() as stack:
        api = stack.enter_context(httpx.Client(base_url=f"{server.url}/api/v1/", headers=server.headers, timeout=30))
        (project,) = api.get("projects/").json()["results"]
        assert (project["id"], project["role"], project["status"], project["seq"]) == (
            "pixel-jumper",
            "owner",
            "consensus",
            33,
        )
        (plan,) = api.get("projects/pixel-jumper/plans/").json()["results"]
        assert api.post(f"plans/{plan['id']}/accept/").status_code == 200
        first = api.get("projects/pixel-jumper/next-task/").json()["task"]
        assert first["title"] == "Configuración del Proyecto en Unity"
        assert api.post(f"tasks/{first['id']}/start/").status_code == 200
        assert api.post(f"tasks/{first['id']}/complete/", json={}).status_code == 200
        place = ["--url", server.url, "--token", server.token]
        call_command("simulate", "pixel-jumper", *place, "--speed", "max", "--no-progress", stdout=StringIO())
        assert api.get("projects/pixel-jumper/").json()["status"] == "completed"


@pytest.mark.stories
def test_two_at_once_adopt_once(tmp_path):
    build(tmp_path / "gateway.db", LAST, STORY)
    env = unmeasured(tmp_path / "gateway.db")
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    both = [
        subprocess.Popen(command, cwd=DATA.parents[2], env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("Every row has its place." in text for text in said) == 1
    assert len(list(tmp_path.glob("gateway.db.first-version-*"))) == 1


@pytest.mark.stories
def test_serve_refuses_a_foreign_file_and_leaves_it_as_it_was(tmp_path):
    path = tmp_path / "gateway.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FOREIGN["notes"])
    before = digest(path)
    ended = manage("serve", "--port", str(free_port()), env=unmeasured(path), check=False)
    assert (ended.returncode, "left as it is" in ended.stderr, "Traceback" in ended.stderr) == (1, True, False)
    assert (digest(path), names_in(tmp_path)) == (before, ["gateway.db"])
