"""What the operator may say about outside tools, and what is said to them when it is wrong."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from gamedev_gateway import environment

NAME = "GATEWAY_TOOL_SOMETHING"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", []),
        ("tools.example", [("tools.example", 80), ("tools.example", 443)]),
        ("127.0.0.1:8765, [::1]:*", [("127.0.0.1", 8765), ("::1", None)]),
        ("Tools.Example:*", [("tools.example", None)]),
    ],
)
def test_hosts_are_named_with_their_ports(monkeypatch, said, meant):
    monkeypatch.setenv(NAME, said)
    assert environment.hosts(NAME) == meant


@pytest.mark.parametrize("said", ["http://tools.example", "a:b", "a/b", ":*", "user@a", "[::1", "a:99999"])
def test_what_is_no_host_stops_the_start(monkeypatch, said):
    monkeypatch.setenv(NAME, said)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        environment.hosts(NAME)


def test_commands_have_names(monkeypatch):
    monkeypatch.setenv(NAME, "blender=PORT=9876 uvx 'blender mcp'; godot=node index.js;")
    assert environment.commands(NAME) == {
        "blender": ["PORT=9876", "uvx", "blender mcp"],
        "godot": ["node", "index.js"],
    }


@pytest.mark.parametrize("said", ["uvx blender-mcp", "Big=x", "a=", "a='b", "a=b; a=c", "=x"])
def test_what_is_no_command_stops_the_start(monkeypatch, said):
    monkeypatch.setenv(NAME, said)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        environment.commands(NAME)


def test_secrets_have_any_name_that_begins_so_and_are_no_unknown_settings(monkeypatch):
    monkeypatch.setenv("GATEWAY_TOOL_SECRET_UNITY", "open-sesame")
    monkeypatch.setenv("GATEWAY_TOOL_SECRET_", "nothing")
    monkeypatch.setattr(environment, "known", set())
    assert environment.secrets("GATEWAY_TOOL_SECRET_") == {"GATEWAY_TOOL_SECRET_UNITY": "open-sesame"}
    assert environment.unknown_names(["GATEWAY_TOOL_SECRET_UNITY"]) == []
