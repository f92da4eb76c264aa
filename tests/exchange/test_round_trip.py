"""Export, import, export: the same bytes, the same answers, the same log."""

from gamedev_gateway.exchange.folder import read_folder, write_folder
from gamedev_gateway.exchange.export import take_snapshot
from gamedev_gateway.exchange.restore import restore
from plans import services
from gamedev_gateway.core.actors import Actor
from tests.exchange.conftest import exported, imported


def test_the_second_export_equals_the_first(told, alice, tmp_path):
    first = exported(told)
    services.delete_project(told, actor=Actor.person(alice))
    restored = imported(first, tmp_path / "project.json", alice)
    assert restored.remarks == []
    told.refresh_from_db()
    assert exported(told) == first
