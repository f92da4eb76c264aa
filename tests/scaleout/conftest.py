"""Servers that are started, killed and started again; PostgreSQL and Redis of our own where Debian's packages are there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storms.gateways import Gateways, gateways
from storms.postgres import own_postgres
from storms.redis_server import RedisServer, own_redis
from tests.realtime.readers import hub

__all__ = ["hub"]
REREAD = {"GATEWAY_REREAD_SECONDS": "0.5"}


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    try:
        starting = own_redis()
        running = starting.__enter__()
    except RuntimeError as error:
        pytest.skip(str(error))
    yield running
    starting.__exit__(None, None, None)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of an empty database."""
    starting = own_postgres()
    try:
        url = starting.__enter__()
    except RuntimeError as error:
        pytest.skip(str(error))
    yield url
    starting.__exit__(None, None, None)


@pytest.fixture(scope="module")
def two_servers(tmp_path_factory: pytest.TempPathFactory, postgres: str, redis: RedisServer) -> Iterator[Gateways]:
    folder: Path = tmp_path_factory.mktemp("two")
    env = {"DATABASE_URL": postgres, "REDIS_URL": redis.url, **REREAD}
    with gateways(folder, 2, env=env) as running:
        yield running
    assert "Traceback" not in running.log, "Something went wrong on a server."
