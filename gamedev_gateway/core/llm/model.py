"""A model that writes: text as a stream, or answers of a declared form.

Importing this costs nothing: pydantic-ai is imported when a model is asked for the first time.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from django.conf import settings
from pydantic import BaseModel

from gamedev_gateway.core.llm.errors import ModelError
from gamedev_gateway.core.llm.limits import Limits
from gamedev_gateway.core.llm.prompts import Prompt
from gamedev_gateway.core.llm.usage import Usage

if TYPE_CHECKING:
    from pydantic_ai.models import Model as ProviderModel

    from gamedev_gateway.core.llm.exchange import Exchange

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A typed answer that our laws hold for. `corrections`: how often it was sent back before."""

    value: T
    usage: Usage
    corrections: int


class TextStream:
    """The text of an answer, piece by piece. `usage` is right once the stream has been left, for whatever reason."""

    def __init__(self, texts: AsyncIterator[str], usage: Usage) -> None:
        self.texts = texts
        self.usage = usage

    def __aiter__(self) -> AsyncIterator[str]:
        return self.texts


def connected(name: str) -> "ProviderModel":
    from gamedev_gateway.core.llm.connecting import connect

    return connect(name)


class Model:
    """A model by its name, such as `openai-chat:gpt-5-mini`. Holds no connection: it may be used from any event loop.

    Whatever goes wrong is a ModelError, within `limits.answer` seconds. `connect`, `pause` and `jitter` are for tests.
    """

    def __init__(
        self,
        name: str,
        limits: Limits | None = None,
        *,
        connect: "Callable[[str], ProviderModel]" = connected,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.name = name
        self.limits = limits or Limits()
        self.connect = connect
        self.pause = pause
        self.jitter = jitter

    @asynccontextmanager
    async def stream(self, prompt: Prompt) -> AsyncIterator[TextStream]:
        """Open an answer; leaving the block closes the connection to the provider, also in the middle of the text.

        Once text has come, a failure is raised at once and nothing is tried again: what becomes of the text is the caller's to say.
        """
        async with self.exchange(shown=True) as exchange, aclosing(exchange.answer(prompt)) as texts:
            yield TextStream(texts, exchange.usage)

    async def ask(
        self,
        prompt: Prompt,
        output: type[T],
        check: Callable[[T], list[str]] = lambda value: [],
        *,
        usage: Usage | None = None,
    ) -> Answer[T]:
        """An answer of the form `output`. `check` tells what breaks our laws, a sentence each, which goes back to the model, at most twice.

        `check` runs in the event loop: arithmetic on plain data, no database. `usage` is added to while the answer comes, so
        that one who leaves off knows what it has cost.
        """
        from gamedev_gateway.core.llm.typed import typed_answer

        async with self.exchange(shown=False, usage=usage) as exchange:
            value = await typed_answer(exchange, prompt, output, check)
        return Answer(value, exchange.usage, exchange.answers - 1)

    @asynccontextmanager
    async def exchange(self, *, shown: bool, usage: Usage | None = None) -> "AsyncIterator[Exchange]":
        from gamedev_gateway.core.llm.exchange import Exchange

        async with self.connect(self.name) as connection:
            exchange = Exchange(
                self.name, connection, self.limits, self.pause, self.jitter, shown=shown, usage=usage or Usage()
            )
            try:
                yield exchange
            except ModelError as error:
                error.usage = exchange.usage
                raise
            finally:
                exchange.usage.elapsed_ms = round(exchange.elapsed() * 1000)


def configured_model() -> Model | None:
    """The model of GATEWAY_LLM; None when there is none, and templates write."""
    return Model(settings.GATEWAY_LLM, Limits.from_settings()) if settings.GATEWAY_LLM else None
