from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gamedev_gateway.core.models import LegacyRow
from gamedev_gateway.legacy.arrival import Arrival
from gamedev_gateway.legacy.bring import bring_over
from gamedev_gateway.legacy.old_file import OldFile
from gamedev_gateway.legacy.report import report_on
from gamedev_gateway.legacy.verify import verify
from tests.legacy.old_files import LAST, Rows, build


def bring(path: Path, owner=None) -> Arrival:
    """Bring a file over, read every row back, and see that the counts agree."""
    with closing(OldFile(path)) as old:
        arrival = bring_over(old, owner=owner)
        verify(old, arrival.ledger)
        assert report_on(arrival).balanced
    return arrival


def repairs(table: str, key: str | int = 1) -> str:
    return " ".join(LegacyRow.objects.get(table=table, key=str(key)).repairs)


@pytest.fixture
def bring_rows(tmp_path, alice) -> Callable[[Rows], Arrival]:
    """A file of the last stage with these rows, brought over for Alice."""

    def make(rows: Rows) -> Arrival:
        number = len(list(tmp_path.iterdir()))
        return bring(build(tmp_path / f"old-{number}.db", LAST, rows), alice)

    return make
