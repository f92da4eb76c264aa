"""What the environment may say, and the sentence that tells what is wrong with it."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import connection

from gamedev_gateway import environment
from gamedev_gateway.management.commands import serve
from tests.servers import environment as server_environment
from tests.servers import manage

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (environment.flag, "maybe"),
        (lambda name: environment.choice(name, ("console", "json"), "console"), "xml"),
        (lambda name: environment.number(name, 30, 1), "abc"),
        (lambda name: environment.number(name, 30, 1), "0"),
        (lambda name: environment.number(name, 30, 1), "-5"),
        (lambda name: environment.number(name, 30, 1), "nan"),
        (lambda name: environment.number(name, 30, 1), "inf"),
        (lambda name: environment.number(name, 30, 1), "1e300"),
        (lambda name: environment.rate(name, "1/second"), "lots"),
        (lambda name: environment.rate(name, "1/second"), "0/second"),
        (lambda name: environment.rate(name, "1/second"), "5/week"),
        (environment.redis_url, "localhost:6379"),
        (environment.redis_url, "http://localhost"),
        (lambda name: environment.folders(name, ROOT), "art"),
        (lambda name: environment.folders(name, ROOT), "/tmp:/nowhere/at/all"),
        (lambda name: environment.folders(name, ROOT), "/"),
        (lambda name: environment.folders(name, ROOT), str(ROOT / "tests")),
        (lambda name: environment.database(name, ""), "mysql://user:secret@host/name"),
        (lambda name: environment.database(name, ""), "postgres://user:secret@host:port/name"),
        (lambda name: environment.database(name, ""), "postgres://user:secret@host"),
        (lambda name: environment.database(name, ""), "secret"),
    ],
)
def test_a_wrong_value_is_told_in_one_line_that_names_it(monkeypatch, read, value):
    monkeypatch.setenv("GATEWAY_TRIED", value)
    with pytest.raises(ImproperlyConfigured, match=r"^GATEWAY_TRIED is [^\n]*\.$") as told:
        read("GATEWAY_TRIED")
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (environment.flag, "On", True),
        (lambda name: environment.flag(name, default=True), "", True),
        (lambda name: environment.number(name, 30, 1), "2.5", 2.5),
        (lambda name: environment.number(name, 30, 1), " ", 30),
        (lambda name: environment.rate(name, "1/second"), "30/minute", "30/minute"),
        (lambda name: environment.folders(name, ROOT), "/usr:/etc", [Path("/usr"), Path("/etc")]),
        (lambda name: environment.folders(name, ROOT), "", []),
        (environment.redis_url, "", ""),
        (environment.redis_url, "rediss://host:6380/1", "rediss://host:6380/1"),
        (lambda name: environment.database(name, "")["NAME"], "postgresql://u:p@host/games", "games"),
        (lambda name: environment.database(name, "")["NAME"], "sqlite:///data/x.db", "data/x.db"),
    ],
)
def test_a_right_value_is_read(monkeypatch, read, value, found):
    monkeypatch.setenv("GATEWAY_TRIED", value)
    assert read("GATEWAY_TRIED") == found


def test_a_name_that_looks_like_ours_and_is_not_is_told(monkeypatch):
    monkeypatch.setattr(environment, "known", {"GATEWAY_RATE_USER", "GATEWAY_TOKEN"})
    names = ["GATEWAY_RATEUSER", "GATEWAY_QUITE_ELSE", "GATEWAY_TOKEN", "HOME"]
    assert environment.unknown_names(names) == [
        "There is no setting GATEWAY_QUITE_ELSE; it is ignored.",
        "There is no setting GATEWAY_RATEUSER; it is ignored. Did you mean GATEWAY_RATE_USER?",
    ]


def test_manage_py_tells_it_without_a_traceback(tmp_path):
    env = server_environment(f"sqlite:///{tmp_path / 'x.db'}", {"DEBUG": "maybe"})
    ended = manage("check", env=env, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "DEBUG is 'maybe'; use true or false.\n"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgres://user:secret@127.0.0.1:1/games", "games at 127.0.0.1:1"),
        ("sqlite:////nowhere/at/all.db", "/nowhere/at/all.db"),
    ],
)
def test_a_database_that_cannot_be_reached_is_told_in_one_sentence(monkeypatch, transactional_db, url, place):
    config = {**connection.settings_dict, "OPTIONS": {}, **environment.env.db_url_config(url)}
    unreachable = wrapper_for(config)
    monkeypatch.setattr(serve, "connection", unreachable)
    with pytest.raises(CommandError, match=rf"^The database {place} cannot be reached: [^\n]*\.$") as told:
        serve.check_database()
    assert "secret" not in str(told.value)


def wrapper_for(config):
    from django.db.utils import load_backend

    return load_backend(config["ENGINE"]).DatabaseWrapper(config, "unreachable")
