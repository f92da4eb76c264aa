"""One real server for the tests of this folder, started when the first of them needs it."""

from collections.abc import Iterator

import pytest

from tests.servers import Server, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server"), measured=False) as running:
        yield running
