"""Folders that are torn, forged, or somebody else's."""

import os

import orjson
import pytest

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.exchange.errors import ExchangeError
from gamedev_gateway.exchange.export import take_snapshot
from gamedev_gateway.exchange.folder import read_folder, write_folder
from gamedev_gateway.exchange.restore import restore
from plans import services
from plans.models import TaskPlan


@pytest.fixture
def folder(told, alice, tmp_path):
    write_folder(take_snapshot(told), tmp_path / "out")
    services.delete_project(told, actor=Actor.person(alice))
    return tmp_path / "out"


def refused_folder(folder, alice) -> str:
    with pytest.raises(ExchangeError) as caught:
        restore(read_folder(folder), owner=alice)
    assert not TaskPlan.objects.exists()
    return str(caught.value)


def change(path, act):
    value = orjson.loads(path.read_bytes())
    act(value)
    path.write_bytes(orjson.dumps(value))


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "T-001/../../v001", "global/v001/..", 7, None])
def test_a_name_is_no_path(name, folder, alice):
    change(folder / "project.json", lambda index: index["contexts"].append(name))
    assert "is no name of one" in refused_folder(folder, alice)


def test_a_link_is_not_followed(folder, alice, tmp_path):
    (tmp_path / "secret").write_text("{}")
    (folder / "plans/v001.json").unlink()
    (folder / "plans/v001.json").symlink_to(tmp_path / "secret")
    assert "plans/v001.json: This is a link" in refused_folder(folder, alice)


def test_a_link_is_not_written_through(told, tmp_path):
    write_folder(take_snapshot(told), tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/v001.json").write_text("mine")
    (tmp_path / "out/events.jsonl").unlink()
    (tmp_path / "out/events.jsonl").symlink_to(tmp_path / "elsewhere/v001.json")
    with pytest.raises(ExchangeError, match="This is a link"):
        write_folder(take_snapshot(told), tmp_path / "out")
    assert (tmp_path / "elsewhere/v001.json").read_text() == "mine"


def test_other_peoples_folders_are_left_alone(told, tmp_path):
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans/mine.txt").write_text("mine")
    with pytest.raises(ExchangeError, match="has other things in it"):
        write_folder(take_snapshot(told), tmp_path)
    assert (tmp_path / "plans/mine.txt").exists()


def test_a_place_in_a_folder_is_named_with_its_file(folder, alice):
    change(folder / "plans/v002.json", lambda plan: plan["tasks"][0].update(progress=200))
    assert refused_folder(folder, alice).startswith("plans/v002.json: tasks.0.progress: ")


@pytest.mark.parametrize("number", ["../secret", "d001", 0, True, 2**31])
def test_a_documents_name_is_its_number(number, folder, alice):
    change(folder / "project.json", lambda index: index["documents"].append(number))
    assert "project.json: documents.2: " in refused_folder(folder, alice)


def test_a_place_in_a_document_is_named_with_its_file(folder, alice):
    change(folder / "documents/d002.json", lambda document: document["drafts"][1].update(status="lost"))
    assert refused_folder(folder, alice).startswith("documents/d002.json: drafts.1.status: ")


def test_documents_beside_an_export_from_before_documents_are_left_alone(told, tmp_path):
    (tmp_path / "project.json").write_text('{"format": "gamedev-gateway-project", "format_version": 1}')
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/mine.txt").write_text("mine")
    with pytest.raises(ExchangeError, match="has other things in it"):
        write_folder(take_snapshot(told), tmp_path)
    assert (tmp_path / "documents/mine.txt").read_text() == "mine"


def test_a_torn_log_is_named_with_its_line(folder, alice):
    log = folder / "events.jsonl"
    log.write_bytes(log.read_bytes()[:-100])
    count = len(log.read_bytes().splitlines())
    assert refused_folder(folder, alice).startswith(f"events.jsonl line {count}: This is not JSON")


def test_a_missing_or_unlisted_file_is_named(folder, alice):
    (folder / "plans/v009.json").write_text("{}")
    assert refused_folder(folder, alice) == "plans/v009.json: project.json does not list it."
    (folder / "plans/v009.json").unlink()
    (folder / "plans/v001.json").unlink()
    assert refused_folder(folder, alice).startswith("plans/v001.json: It is missing")


def test_a_pipe_is_not_waited_for(folder, alice):
    (folder / "events.jsonl").unlink()
    os.mkfifo(folder / "events.jsonl")
    assert refused_folder(folder, alice) == "events.jsonl: It is missing."
