"""One real server for the tests of this folder, started when the first of them needs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path | None) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server"), measured=False, database=migrated_database) as running:
        yield running
