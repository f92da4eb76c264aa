"""Answers of a declared form: corrected with the reason, at most twice, and then refused."""

import asyncio

import pytest
from pydantic import BaseModel, Field
from pydantic_ai.models.openai import OpenAIChatModel

from gamedev_gateway.core.llm import ModelError
from gamedev_gateway.core.llm.errors import BadAnswer
from tests.llm.conftest import ENDS_WITHIN, PROMPT
from tests.llm.openai_server import Reply


class Level(BaseModel):
    name: str
    gems: int = Field(ge=1)


def at_most_nine(level: Level) -> list[str]:
    return [f"{level.gems} gems are more than nine."] if level.gems > 9 else []


GOOD = Reply(text='{"name": "First steps", "gems": 3}')
TOO_MANY = Reply(text='{"name": "Gem cave", "gems": 30}')
NO_GEMS = Reply(text='{"name": "Void", "gems": 0}')
UNSTORABLE = Reply(text='{"name": "Gem\\u0000cave", "gems": 3}')
NO_JSON = Reply(text="Here is your level!")


async def asked(model):
    async with asyncio.timeout(ENDS_WITHIN):
        return await model.ask(PROMPT, Level, at_most_nine)


async def test_a_good_answer_is_taken_as_it_is(server, model):
    server.script(GOOD)
    answer = await asked(model())
    assert (answer.value, answer.corrections) == (Level(name="First steps", gems=3), 0)
    assert (answer.usage.tokens_out, answer.usage.estimated) == (5, False)


async def test_the_form_is_declared_to_the_provider(server, model):
    server.script(GOOD)
    await asked(model())
    assert server.requests[0].body["response_format"]["json_schema"]["schema"]["required"] == ["name", "gems"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (NO_JSON, "json"),
        (NO_GEMS, "greater than or equal to 1"),
        (TOO_MANY, "30 gems are more than nine."),
        (UNSTORABLE, "`name`: NUL characters cannot be stored"),
    ],
    ids=["no JSON", "not the form", "against our laws", "unstorable"],
)
async def test_an_answer_goes_back_with_what_is_wrong_with_it(server, model, bad, reason):
    server.script(bad, GOOD)
    answer = await asked(model())
    assert (answer.value.gems, answer.corrections) == (3, 1)
    returned = server.requests[1].messages
    assert [message["content"] for message in returned if message["role"] == "assistant"] == [bad.text]
    assert reason in returned[-1]["content"].lower() or reason in returned[-1]["content"]


async def test_two_corrections_are_enough(server, model):
    server.script(NO_JSON, TOO_MANY, GOOD)
    assert (await asked(model())).corrections == 2


async def test_after_two_corrections_the_answer_is_bad(server, model):
    server.script(*[TOO_MANY] * 9)
    with pytest.raises(BadAnswer, match="30 gems are more than nine") as told:
        await asked(model())
    assert len(server.requests) == 3
    assert told.value.usage.tokens_out == 15


async def test_an_answer_that_never_has_the_form_is_bad(server, model):
    server.script(*[NO_JSON] * 9)
    with pytest.raises(BadAnswer, match="did not answer in the form"):
        await asked(model())
    assert len(server.requests) == 3


async def test_nobody_saw_an_answer_that_was_cut_off_so_it_is_asked_for_again(server, model, pauses):
    server.script(Reply(text=GOOD.text, cut_after=2), GOOD)
    answer = await asked(model())
    assert (answer.value.gems, answer.corrections, pauses) == (3, 0, [1])


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ([Reply(status=429)] * 3, "rate_limited"),
        ([Reply(status=503)] * 3, "unavailable"),
        ([Reply(cut_after=1)] * 3, "cut_off"),
        ([Reply(status=401)], "not_configured"),
        ([Reply(refusal="No.")], "refused"),
        ([Reply(text="")], "empty"),
        ([Reply(endless=True)], "too_long"),
        ([NO_JSON, Reply(endless=True)], "too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_failure_ends_in_its_stated_error(server, model, replies, code):
    server.script(*replies)
    with pytest.raises(ModelError) as told:
        await asked(model(tokens=100))
    assert told.value.code == code
    assert len(server.requests) == len(replies)


@pytest.mark.parametrize("limits", [{"first_token": 0.2}, {"answer": 0.2}], ids=str)
async def test_a_provider_that_hangs_is_a_time_out(server, model, limits):
    server.script(Reply(silent_after=0))
    with pytest.raises(ModelError) as told:
        await asked(model(**limits))
    assert told.value.code == "timeout"


async def test_a_model_without_schemas_is_asked_to_call_a_tool(server, model):
    def connect(name):
        return OpenAIChatModel("scripted", profile={"supports_json_schema_output": False})

    server.script(TOO_MANY, GOOD)
    answer = await asked(model(connect))
    assert (answer.value.gems, answer.corrections) == (3, 1)
    assert "response_format" not in server.requests[0].body
    assert "30 gems are more than nine." in server.requests[1].messages[-1]["content"]
