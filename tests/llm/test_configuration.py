"""Switching a model on: GATEWAY_LLM, what it needs, and what it costs when it is off."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from gamedev_gateway import environment
from gamedev_gateway.core.llm import configured_model, providers
from gamedev_gateway.core.llm.connecting import connect
from gamedev_gateway.core.llm.errors import NotConfigured
from tests.servers import ROOT

KEYS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY", "OLLAMA_BASE_URL")


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch):
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


def told(monkeypatch, value: str) -> str:
    monkeypatch.setenv("GATEWAY_TRIED", value)
    with pytest.raises(ImproperlyConfigured, match=r"^GATEWAY_TRIED is [^\n]*\.$") as raised:
        environment.language_model("GATEWAY_TRIED")
    return str(raised.value)


@pytest.mark.parametrize(
    "value", ["gpt-5", "openai-chat", "openai-chat:", "opnai:gpt-5", ":gpt-5", "sk-proj-secret", "x:secret"]
)
def test_what_is_no_model_is_told_without_repeating_it(monkeypatch, value):
    sentence = told(monkeypatch, value)
    assert "openai-chat:gpt-5-mini" in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize(
    ("value", "names"), [("openai-chat:gpt-5", "OPENAI_API_KEY"), ("openai:gpt-5", "OPENAI_BASE_URL")]
)
def test_a_missing_key_is_told_by_the_name_of_its_variable(monkeypatch, value, names):
    assert names in told(monkeypatch, value)


@pytest.mark.parametrize(
    ("value", "names"),
    [("anthropic:claude-sonnet-5", "ANTHROPIC_API_KEY"), ("google:gemini-3-pro", "GOOGLE_API_KEY or GEMINI_API_KEY")],
)
def test_the_keys_of_the_others_have_their_own_variables(monkeypatch, value, names):
    monkeypatch.setattr(providers, "installed", lambda package: True)
    assert f"needs a key in {names}." in told(monkeypatch, value)


@pytest.mark.parametrize(
    ("value", "extra"), [("anthropic:claude-sonnet-5", "anthropic"), ("google:gemini-3-pro", "google")]
)
def test_a_missing_package_is_told_with_the_command_that_brings_it(monkeypatch, value, extra):
    monkeypatch.setattr(providers, "installed", lambda package: False)
    assert f'pip install "pydantic-ai-slim[{extra}]"' in told(monkeypatch, value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OPENAI_API_KEY", "sk-sécret"),
        ("OPENAI_API_KEY", "sk-secret\n"),
        ("OPENAI_BASE_URL", "localhost:8080/secret"),
        ("OPENAI_BASE_URL", "http://localhost/secret\n"),
    ],
)
def test_what_no_request_could_carry_is_told_without_repeating_it(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    sentence = told(monkeypatch, "openai-chat:gpt-5")
    assert sentence.endswith(f" in {variable}.")
    assert "cret" not in sentence


def test_an_empty_key_is_no_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert connect("openai-chat:any").model_name == "any"


def test_packages_are_looked_for_without_importing_them():
    assert providers.installed("openai")
    assert not providers.installed("no_such_package.at.all")


@pytest.mark.parametrize(
    ("value", "variable"),
    [
        ("openai-chat:gpt-5", "OPENAI_API_KEY"),
        ("openai-chat:any", "OPENAI_BASE_URL"),
        ("ollama:llama3.2", "OLLAMA_BASE_URL"),
    ],
)
def test_a_model_with_all_it_needs_is_taken(monkeypatch, value, variable):
    monkeypatch.setenv("GATEWAY_TRIED", value)
    monkeypatch.setenv(variable, "http://127.0.0.1:9/v1")
    assert environment.language_model("GATEWAY_TRIED") == value
    assert connect(value).model_name == value.partition(":")[2]


def test_an_ollama_is_looked_for_where_it_runs_by_itself():
    assert connect("ollama:llama3.2").base_url == "http://127.0.0.1:11434/v1/"


def test_without_a_setting_templates_write(settings):
    settings.GATEWAY_LLM = ""
    assert configured_model() is None


def test_the_setting_and_its_limits_make_the_model(settings):
    settings.GATEWAY_LLM = "ollama:llama3.2"
    settings.GATEWAY_LLM_SILENCE_SECONDS = 7
    model = configured_model()
    assert model is not None
    assert (model.name, model.limits.silence, model.limits.answer) == ("ollama:llama3.2", 7, 300)


def test_a_model_that_lost_its_key_says_so():
    with pytest.raises(NotConfigured, match="OPENAI_API_KEY"):
        connect("openai-chat:gpt-5")


def test_starting_imports_no_model_library():
    """They take 1.7 s; the setting is checked without them."""
    check = "import sys, gamedev_gateway.asgi; print({'pydantic_ai', 'openai'} & set(sys.modules))"
    env = {**os.environ, "GATEWAY_LLM": "ollama:llama3.2", "DJANGO_SETTINGS_MODULE": "gamedev_gateway.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "set()\n"), ended.stderr
