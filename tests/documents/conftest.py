"""A language model whose provider is the scripted server, and which does not really wait between its tries."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gamedev_gateway.core.llm import Limits, Model
from tests.llm.openai_server import ScriptedServer


@pytest.fixture(scope="session")
def scripted_server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def provider(scripted_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> ScriptedServer:
    scripted_server.clear()
    monkeypatch.setenv("OPENAI_BASE_URL", scripted_server.url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return scripted_server


@pytest.fixture
def model(provider: ScriptedServer) -> Callable[..., Model]:
    """A model with limits of its own, e.g. model(tokens=50)."""

    async def pause(seconds: float) -> None: ...

    def make(**limits: Any) -> Model:
        return Model("openai-chat:scripted", Limits(**limits), pause=pause, jitter=lambda: 0.0)

    return make
