"""A provider's key reaches the provider, and nothing else."""

import logging
import traceback

import pytest

from tests.llm.conftest import written
from tests.llm.openai_server import Reply

KEY = "sk-proj-Secret-0123456789"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
async def test_no_error_and_no_log_line_repeats_a_key(server, model, monkeypatch, caplog, status):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    server.script(*[Reply(status=status, message=f"Bearer {KEY} is not good enough.")] * 3)
    outcome = await written(model())
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    shown = "".join(traceback.format_exception(outcome.error)) + repr(outcome.error) + repr(vars(outcome.error))
    assert outcome.error.detail in shown
    assert KEY not in shown + caplog.text


async def test_a_prompt_is_not_logged(server, model, caplog):
    caplog.set_level(logging.DEBUG)
    await written(model())
    assert len(server.requests) == 1
    assert "floating islands" not in caplog.text


async def test_a_library_that_fails_with_the_key_in_its_words_is_not_repeated(server, model, monkeypatch, caplog):
    """Python itself tells the whole header when it cannot encode it."""
    monkeypatch.setattr("gamedev_gateway.core.llm.connecting.fault_of", lambda name, environ: "")
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}é")
    outcome = await written(model())
    assert outcome.code == "empty"
    assert "UnicodeEncodeError" in caplog.text
    assert KEY not in "".join(traceback.format_exception(outcome.error)) + caplog.text
