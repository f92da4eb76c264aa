"""Requests to a model under our limits. One of the few modules that import pydantic-ai; `model` imports it when a model is asked."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import Any, TypeVar

from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    UserPromptPart,
)
from pydantic_ai.models import Model as ProviderModel
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.settings import ModelSettings

from gamedev_gateway.core.llm import errors
from gamedev_gateway.core.llm.failures import failures_told
from gamedev_gateway.core.llm.limits import CHARACTERS_AT_MOST, Limits, pause_after
from gamedev_gateway.core.llm.prices import cost_of
from gamedev_gateway.core.llm.prompts import Prompt
from gamedev_gateway.core.llm.usage import Usage, tokens_of

T = TypeVar("T")
Pause = Callable[[float], Awaitable[None]]
NOT_SHOWN = ("content", "content_delta", "args", "args_delta")
"""Where parts that are no text of the answer keep what they bring."""


class Exchange:
    """All requests of one answer: under one deadline, with one count of what was spent.

    shown: whether somebody reads along. A failed request is then not tried again once text has come: the caller knows
    what becomes of the text that is there. response: the last whole answer.
    """

    response: ModelResponse

    def __init__(
        self,
        name: str,
        model: ProviderModel,
        limits: Limits,
        pause: Pause,
        jitter: Callable[[], float],
        *,
        shown: bool,
        usage: Usage,
    ) -> None:
        self.name = name
        self.model = model
        self.limits = limits
        self.pause = pause
        self.jitter = jitter
        self.shown = shown
        self.usage = usage
        self.answers = 0
        self.begun = asyncio.get_running_loop().time()

    def answer(self, prompt: Prompt) -> AsyncGenerator[str]:
        message = ModelRequest(parts=[UserPromptPart(prompt.data)], instructions=prompt.instructions)
        return self.texts([message], ModelRequestParameters(), settings_for(prompt))

    async def texts(
        self, messages: list[ModelMessage], parameters: ModelRequestParameters, settings: ModelSettings | None
    ) -> AsyncGenerator[str]:
        """The text of one answer as it comes; afterwards `response` is the whole of it. Raises ModelError."""
        for failures in range(1, self.limits.tries + 1):
            request = Request(self, messages, parameters, settings)
            try:
                async with aclosing(request.texts()) as texts:
                    async for text in texts:
                        yield text
                return
            except errors.ModelError as error:
                if not error.again or failures == self.limits.tries or (self.shown and request.gave_text):
                    raise
                await self.pause_for(error, failures)

    async def pause_for(self, error: errors.ModelError, failures: int) -> None:
        """Wait before the next try; the error itself when there is no time left for it."""
        seconds = pause_after(failures, error.retry_after, self.jitter())
        if self.elapsed() + seconds >= self.limits.answer:
            raise error
        await self.pause(seconds)

    def elapsed(self) -> float:
        return asyncio.get_running_loop().time() - self.begun

    def saw_a_token(self) -> None:
        if self.usage.first_token_ms is None:
            self.usage.first_token_ms = round(self.elapsed() * 1000)


class Request:
    """One request, and what has come of its answer."""

    def __init__(
        self,
        exchange: Exchange,
        messages: list[ModelMessage],
        parameters: ModelRequestParameters,
        settings: ModelSettings | None,
    ) -> None:
        self.exchange = exchange
        self.messages = messages
        self.parameters = parameters
        tokens = min(exchange.limits.tokens, (settings or {}).get("max_tokens", exchange.limits.tokens))
        self.settings = ModelSettings({**(settings or {}), "max_tokens": tokens, "max_retries": 0})
        self.characters_at_most = tokens * CHARACTERS_AT_MOST
        self.characters = 0
        self.gave_text = self.has_words = False

    async def texts(self) -> AsyncGenerator[str]:
        first_until = asyncio.get_running_loop().time() + self.exchange.limits.first_token
        opening = model_request_stream(
            self.exchange.model,
            self.messages,
            model_settings=self.settings,
            model_request_parameters=self.parameters,
            instrument=False,
        )
        async with AsyncExitStack() as stack:
            stack.enter_context(failures_told(self.exchange.name, self.has_begun))
            response = await self.within(first_until, stack.enter_async_context(opening))
            stack.callback(self.count, response)
            async with aclosing(self.events(response, first_until)) as events:
                async for event in events:
                    if text := self.take(event):
                        yield text
            self.exchange.response = self.complete(response)
            self.exchange.answers += 1

    async def events(self, response: StreamedResponse, first_until: float) -> AsyncGenerator[Any]:
        """What the provider sends; the consumer's own time is no silence."""
        events: AsyncIterator[Any] = aiter(response)
        until = first_until
        while (event := await self.within(until, anext(events, None))) is not None:
            yield event
            until = asyncio.get_running_loop().time() + self.exchange.limits.silence

    async def within(self, until: float, awaited: Awaitable[T]) -> T:
        limits, deadline = self.exchange.limits, self.exchange.begun + self.exchange.limits.answer
        try:
            async with asyncio.timeout_at(min(until, deadline)):
                return await awaited
        except TimeoutError:
            raise errors.TookTooLong(self.too_late(limits, until > deadline)) from None

    def too_late(self, limits: Limits, deadline: bool) -> str:
        if deadline:
            return f"{self.exchange.name} was not done within {limits.answer:g} seconds."
        if self.has_begun():
            return f"{self.exchange.name} stopped writing for {limits.silence:g} seconds."
        return f"{self.exchange.name} did not begin within {limits.first_token:g} seconds."

    def take(self, event: Any) -> str:
        """Count what has come, and give the part of it that is text of the answer."""
        size, text = content_of(event)
        self.characters += size
        if size:
            self.exchange.saw_a_token()
        if self.characters > self.characters_at_most:
            raise errors.TooLong(
                f"{self.exchange.name} was ended at {self.characters_at_most:,} characters; it did not stop."
            )
        self.gave_text = self.gave_text or bool(text)
        self.has_words = self.has_words or bool(text.strip())
        return text

    def has_begun(self) -> bool:
        return self.characters > 0

    def complete(self, response: StreamedResponse) -> ModelResponse:
        """The whole answer, when it is one that ended well."""
        whole, name = response.get(), self.exchange.name
        if whole.finish_reason == "content_filter":
            raise errors.Refused(f"{name} does not want to write this.")
        if whole.finish_reason == "length":
            raise errors.TooLong(f"{name} was ended at {self.settings['max_tokens']:,} tokens, before it was done.")
        if whole.finish_reason == "error" or whole.state != "complete":
            raise errors.CutOff(f"{name} stopped half-way.")
        if not self.has_words and not whole.tool_calls:
            raise errors.EmptyAnswer(f"{name} answered without a word.")
        return whole

    def count(self, response: StreamedResponse) -> None:
        """The provider's figures, or our guess for those that are 0."""
        told, usage = response.usage, self.exchange.usage
        if not told.input_tokens or (not told.output_tokens and self.characters):
            usage.estimated = True
        counted = replace(
            told,
            input_tokens=told.input_tokens or tokens_of(sum(map(length_of, self.messages))),
            output_tokens=told.output_tokens or tokens_of(self.characters),
        )
        usage.spend(counted.input_tokens, counted.output_tokens, cost_of(counted, self.exchange.model))


def content_of(event: Any) -> tuple[int, str]:
    """How much an event brings, in characters (thinking and arguments of calls too), and its text."""
    match event:
        case PartStartEvent(part=TextPart(content=text)) | PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return len(text), text
        case PartStartEvent(part=part) | PartDeltaEvent(delta=part):
            return sum(len(str(getattr(part, name, None) or "")) for name in NOT_SHOWN), ""
    return 0, ""


def settings_for(prompt: Prompt) -> ModelSettings:
    """Without pydantic-ai's own announcement of its frames: a system message in mid-conversation, which some templates refuse."""
    settings = ModelSettings(framing_announcement="never")
    return ModelSettings(**settings, max_tokens=prompt.max_tokens) if prompt.max_tokens else settings


def length_of(message: ModelMessage) -> int:
    """Of what is sent, in characters, roughly."""
    instructions = getattr(message, "instructions", None) or ""
    return len(instructions) + sum(len(str(getattr(part, "content", ""))) for part in message.parts)
