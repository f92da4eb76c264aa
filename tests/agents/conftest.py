"""Agents come through the official MCP client, to a real server."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.realtime.conftest import Api, api, people, planned, project, someone  # noqa: F401

Connect = Callable[..., AbstractAsyncContextManager["Agent"]]


class Agent:
    """An agent with its own token, and a run where it has begun one."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.run = 0

    async def start(self, place: str, name: str = "Ada") -> "Agent":
        self.run = (await self.does("start_run", project=place, agent=name))["run"]
        return self

    async def does(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """What a tool answers, both as structured content and as text."""
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, result.structured_content
        return result.structured_content

    async def refused(self, tool: str, expected: str, /, **arguments: Any) -> dict[str, Any]:
        """The error of a tool, which says what to do about it."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, result.structured_content
        error = result.structured_content
        assert error.keys() >= {"code", "message", "hint", "retryable"}
        assert error["code"] == expected, error
        assert error["hint"], "An agent must know what to do about it."
        return error

    async def next_task(self, **more: Any) -> dict[str, Any]:
        return await self.does("claim_next_task", run=self.run, **more)


def grip(work: dict[str, Any]) -> dict[str, int]:
    return {"claim": work["claim"], "fence": work["fence"]}


def proof(work: dict[str, Any]) -> list[dict[str, Any]]:
    """Evidence for every criterion of a task, by its number."""
    return [{"criterion": number, "kind": "test"} for number in range(1, len(work["task"]["acceptance"]) + 1)]


@asynccontextmanager
async def connected(url: str, token: str, toolset: str = "", **options: Any) -> AsyncIterator[Agent]:
    place = f"{url}/mcp?toolset={toolset}" if toolset else f"{url}/mcp"
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http,
        Client(streamable_http_client(place, http_client=http), **options) as client,
    ):
        yield Agent(client)


@pytest.fixture
def agent_token(api: Api) -> Callable[[str], str]:  # noqa: F811
    def make(name: str = "Ada") -> str:
        return api.post("tokens/", {"name": name, "scopes": ["agent"]}, expect=201)["token"]

    return make


@pytest.fixture
def connect(api: Api, agent_token: Callable[[str], str]) -> Connect:  # noqa: F811
    """Connect an agent of the given name, with a token of its own."""

    def make(name: str = "Ada", token: str = "", **options: Any) -> AbstractAsyncContextManager[Agent]:
        return connected(api.server.url, token or agent_token(name), **options)

    return make
