"""Answers of a declared form, held to our laws. Imports pydantic-ai; `model` imports it when a model is asked."""

from collections.abc import Callable
from itertools import islice
from typing import TypeVar

from pydantic import BaseModel
from pydantic_ai import Agent, ModelRetry, NativeOutput
from pydantic_ai.exceptions import UnexpectedModelBehavior
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from gamedev_gateway.core.llm.errors import BadAnswer
from gamedev_gateway.core.llm.exchange import Exchange, settings_for
from gamedev_gateway.core.llm.prompts import Prompt
from gamedev_gateway.core.storable import MOST_NAMED, unstorable

T = TypeVar("T", bound=BaseModel)
CORRECTIONS = 2
"""How often an answer goes back with what is wrong with it."""


async def typed_answer(exchange: Exchange, prompt: Prompt, output: type[T], check: Callable[[T], list[str]]) -> T:
    """The answer as an `output` that `check` finds nothing wrong with; BadAnswer when there is none after the corrections."""
    faults: list[str] = []

    async def held_to_our_laws(value: T) -> T:
        faults[:] = unstorable_faults(value) or check(value)
        if faults:
            raise ModelRetry("\n".join(["This breaks our rules. Answer once more, complete and corrected:", *faults]))
        return value

    native = exchange.model.profile.get("supports_json_schema_output", False)
    agent: Agent[None, T] = Agent(
        Watched(exchange),
        output_type=NativeOutput(output) if native else output,
        instructions=prompt.instructions,
        retries={"tools": CORRECTIONS, "output": CORRECTIONS},
        model_settings=settings_for(prompt),
    )
    agent.output_validator(held_to_our_laws)
    try:
        return (await agent.run(prompt.data)).output
    except UnexpectedModelBehavior:
        raise BadAnswer(bad_answer(exchange.name, faults)) from None


def unstorable_faults(value: BaseModel) -> list[str]:
    """No database keeps these, so that no law needs to think of them."""
    return [f"`{path}`: {text}" for path, text in islice(unstorable(value.model_dump(mode="json")), MOST_NAMED)]


def bad_answer(name: str, faults: list[str]) -> str:
    if not faults:
        return f"{name} did not answer in the form that was asked for, {CORRECTIONS} corrections included."
    return f"{name} broke our rules, {CORRECTIONS} corrections included: {' '.join(faults)}"


class Watched(WrapperModel):
    """A model whose answers come as streams under our limits, so that silence and endlessness show here too."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange.model)
        self.exchange = exchange

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        async for _ in self.exchange.texts(messages, model_request_parameters, model_settings):
            pass
        return self.exchange.response
