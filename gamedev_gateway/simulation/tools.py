"""The gateway's tools as an agent has them: over MCP, with the official client. Imported when the first agent starts."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

Json = dict[str, Any]
Answer = TypeVar("Answer")


class Refused(Exception):
    """A tool's error. `code` is the stable one, `hint` what to do about it."""

    def __init__(self, error: Json) -> None:
        super().__init__(error.get("message") or "The gateway refused.")
        self.code = str(error.get("code", ""))
        self.retryable = bool(error.get("retryable"))


class Lost(Exception):
    """The gateway does not answer, or not with sense. What was asked for is done, or it is not."""


class Tools:
    """What one connected agent can do."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, tool: str, /, **arguments: Any) -> Json:
        """What a tool answers. Raises Refused, Lost."""
        result = await answered(self.client.call_tool(tool, arguments))
        if result.is_error:
            raise Refused(result.structured_content or {})
        return result.structured_content or {}

    async def read(self, resource: str) -> Json:
        """What a resource says. Raises Lost."""
        result = await answered(self.client.read_resource(resource))
        return json.loads("".join(getattr(part, "text", "") for part in result.contents))


async def answered(request: Awaitable[Answer]) -> Answer:
    """What the gateway answers. Raises Lost."""
    try:
        return await request
    except MCPError as error:
        raise Lost(str(error)) from error
    finally:
        heed_cancellation()


def heed_cancellation() -> None:
    """End here if this task is to end: the client may swallow that when it comes while a request ends."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@asynccontextmanager
async def connected(url: str, token: str, host: str | None = None) -> AsyncIterator[Tools]:
    """An agent's connection. `host`: the Host header, where the address is no name that the server goes by. Raises Lost."""
    headers = {"Authorization": f"Bearer {token}"} | ({"Host": host} if host else {})
    try:
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
        ):
            yield Tools(client)
    except (httpx2.TransportError, MCPError) as error:
        raise Lost(f"Nobody answers at {url}: {error}") from error
    except BaseExceptionGroup as group:
        raise cause_of(group, url) from group


def cause_of(group: BaseExceptionGroup[BaseException], url: str) -> BaseException:
    """What went wrong in the client's tasks: the one error that they all come from."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return Lost(f"Nobody answers at {url}: {error}") if isinstance(error, httpx2.TransportError) else error
