"""A model whose provider is the scripted server, and a sleep that only takes notes."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gamedev_gateway.core.llm import Limits, Model, ModelError, Prompt, Usage
from gamedev_gateway.core.llm.prompts import make_prompt
from tests.llm.openai_server import ScriptedServer

PROMPT = make_prompt("test", "Write about what is in the block `subject`.", {"subject": "floating islands"})
ENDS_WITHIN = 20
"""Seconds of real time; far more than any answer here takes."""


@dataclass
class Outcome:
    """What became of a streamed answer."""

    text: str
    error: ModelError | None
    usage: Usage

    @property
    def code(self) -> str:
        return self.error.code if self.error else "done"


@pytest.fixture(scope="session")
def running() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def server(running: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> ScriptedServer:
    running.clear()
    monkeypatch.setenv("OPENAI_BASE_URL", running.url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return running


@pytest.fixture
def pauses() -> list[float]:
    """The seconds that a model would have waited between its tries."""
    return []


@pytest.fixture
def model(server: ScriptedServer, pauses: list[float]) -> Callable[..., Model]:
    """A model with limits of its own, e.g. model(tokens=50)."""

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    def make(connect: Any = None, **limits: Any) -> Model:
        more = {"connect": connect} if connect else {}
        return Model("openai-chat:scripted", Limits(**limits), pause=pause, jitter=lambda: 0.0, **more)

    return make


async def written(model: Model, prompt: Prompt = PROMPT) -> Outcome:
    """Read a streamed answer to its end, whichever that is."""
    text = ""
    async with asyncio.timeout(ENDS_WITHIN):
        try:
            async with model.stream(prompt) as stream:
                async for piece in stream:
                    text += piece
        except ModelError as error:
            return Outcome(text, error, error.usage)
    return Outcome(text, None, stream.usage)
