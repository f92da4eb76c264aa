"""Alice owns the project, Bob edits, Vera views, Charlie is a stranger."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from hypothesis import settings
from rest_framework.test import APIClient

from gamedev_gateway.core.actors import Actor
from plans import services
from plans.brief import Brief
from plans.models import Project, Role, TaskPlan
from plans.operations import NewTask
from tests.servers import Server, running_server

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

BRIEF = {
    "pitch": "Jump across floating islands and beat your own time.",
    "genre": "platformer",
    "mechanics": ["run and jump with coyote time", "collect gems that open the exit"],
    "visual_style": "16x16 pixel art",
}


def make_user(name: str) -> User:
    return User.objects.create_user(name, password="secret-of-" + name)


@pytest.fixture
def alice(db) -> User:
    return make_user("alice")


@pytest.fixture
def bob(db) -> User:
    return make_user("bob")


@pytest.fixture
def vera(db) -> User:
    return make_user("vera")


@pytest.fixture
def charlie(db) -> User:
    return make_user("charlie")


def client_for(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def as_alice(alice) -> APIClient:
    return client_for(alice)


@pytest.fixture
def as_bob(bob, project) -> APIClient:
    services.set_member(project, bob, Role.EDITOR, actor=Actor.person(bob))
    return client_for(bob)


@pytest.fixture
def as_vera(vera, project) -> APIClient:
    services.set_member(project, vera, Role.VIEWER, actor=Actor.person(vera))
    return client_for(vera)


@pytest.fixture
def as_charlie(charlie) -> APIClient:
    return client_for(charlie)


@pytest.fixture
def project(alice) -> Project:
    return services.create_project(
        id="pixel-jumper",
        name="Pixel Jumper",
        brief=Brief.model_validate(BRIEF),
        actor=Actor.person(alice),
        owner=alice,
    )


@pytest.fixture
def propose(alice, project) -> Callable[..., TaskPlan]:
    """Propose a plan of tasks given as keyword dicts, e.g. propose({"title": "Jump"}, {"title": "Run"})."""

    def make(*tasks: dict[str, Any], base: TaskPlan | None = None) -> TaskPlan:
        return services.propose_tasks(
            project, [NewTask.model_validate(task) for task in tasks], actor=Actor.person(alice), base=base
        )

    return make


CHAIN = (
    {"title": "Set up the project", "acceptance": ["The project opens"], "priority": 1},
    {"title": "Let the hero jump", "dependencies": ["T-001"], "acceptance": ["The hero jumps"]},
    {"title": "Place the gems", "dependencies": ["T-001"]},
)


@pytest.fixture
def proposed(propose) -> TaskPlan:
    return propose(*CHAIN)


@pytest.fixture
def accepted(proposed, alice) -> TaskPlan:
    return services.accept_plan(proposed, actor=Actor.person(alice))


@pytest.fixture(scope="session")
def migrated_database(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path | None:
    """A file that is migrated and otherwise empty, for servers to begin with. None where tests run on another database, or on
    none: pytest-django migrates nothing for a selection of tests that use no database themselves."""
    with django_db_blocker.unblock():
        is_migrated = "django_migrations" in connection.introspection.table_names()
    if connection.vendor != "sqlite" or not is_migrated:
        return None
    path = tmp_path_factory.mktemp("migrated") / "gateway.db"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    with closing(sqlite3.connect(path)) as copy, copy:
        copy.execute("DELETE FROM sqlite_sequence")  # ids begin at 1, whatever tests there were before
    return path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path | None) -> Iterator[Server]:
    """A real server, shared by all tests of a worker that need one and leave it in order."""
    env = {"GATEWAY_SUBSCRIBE_WITHIN_SECONDS": "2", "GATEWAY_HEARTBEAT_SECONDS": "2", "GATEWAY_REREAD_SECONDS": "0.3"}
    env["GATEWAY_TOOL_HOSTS"] = "127.0.0.1:9"  # where nobody answers
    limits = {"GATEWAY_RATE_USER": "2000/second", "GATEWAY_RATE_LOGIN": "2000/second"}
    tools = {"GATEWAY_TOOL_HOSTS": "127.0.0.1:*", "GATEWAY_TOOL_SECRET_WORKSHOP": "open-sesame"}
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, env={**env, **limits, **tools}, database=migrated_database) as running:
        yield running
    log = running.log_path.read_text()
    assert "Traceback" not in log, log[log.index("Traceback") :]
