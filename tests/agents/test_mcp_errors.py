"""What an agent is told when something goes wrong inside."""

import pytest
from django.db import OperationalError
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from pydantic import BaseModel, ValidationError

from agents.mcp.errors import refusal, told
from agents.mcp.server import cause_of
from plans.errors import DependencyCycle


def test_a_busy_database_is_worth_another_try():
    assert told(OperationalError("database is locked")) == {
        "code": "busy",
        "message": "The database is busy.",
        "hint": "Call again in a moment.",
        "retryable": True,
    }


def test_what_nobody_foresaw_says_nothing_of_our_inside():
    said = told(RuntimeError("secret of the house"))
    assert said["code"] == "internal_error" and said["correlation_id"]
    assert "secret" not in str(said)


def test_an_error_of_the_domain_keeps_its_code_and_its_data():
    result = refusal(DependencyCycle(["T-001", "T-002", "T-001"]))
    assert result.is_error
    assert result.structured_content["path"] == ["T-001", "T-002", "T-001"]
    assert result.structured_content["hint"].startswith("Take one of the dependencies")


class Number(BaseModel):
    value: int


@pytest.mark.parametrize(("kind", "code"), [(ToolError, "invalid"), (UnexpectedToolError, "internal_error")])
def test_wrong_arguments_are_the_callers_and_wrong_answers_are_ours(kind, code):
    with pytest.raises(ValidationError) as caught:
        Number.model_validate({"value": "x"})
    error = kind("Error executing tool")
    error.__cause__ = caught.value
    assert told(cause_of(error))["code"] == code
