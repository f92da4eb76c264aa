"""Asking an outside server: which tools it has, and to use one. Knows no database.

What it says is made plain data here; anything that goes wrong is an OutsideError.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from django.conf import settings
from mcp import Client, MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    INTERNAL_ERROR,
    INVALID_REQUEST,
    PARSE_ERROR,
    CallToolResult,
    ImageContent,
    Tool,
)
from pydantic import ValidationError

from agents.engine.addresses import Address
from agents.engine.connections import Connection, connections, first_of
from agents.engine.errors import AnswerInvalid, OutsideError, TookTooLong, ToolFailed, Unreachable
from agents.engine.results import Json, decoded, fits, hidden, kept_result

OnProgress = Callable[[float, float | None, str | None], None]
MOST_TOOLS = 500
MOST_PAGES = 20
LISTS_WITHIN = 30.0
LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_TOLD = 128, 10_000, 80_000
"""Characters; the last are all that a tool says of itself, with its schema. One that says more is left out."""
GONE = {CONNECTION_CLOSED, INVALID_REQUEST}
"""The latter is what a session gets that the server has forgotten."""
BROKEN = {INTERNAL_ERROR, PARSE_ERROR}
"""These speak against the server, too; others it gives for what was wrong with the call."""


@dataclass(frozen=True)
class Answer:
    """`result` as in results.py; `picture` is (media type, bytes) of the first one."""

    result: Json
    picture: tuple[str, bytes] | None = None


async def call_tool(
    address: Address, server: str, tool: str, arguments: Json, *, seconds: float, on_progress: OnProgress | None = None
) -> Answer:
    """Use a tool, and give what it answered, cut down. Raises OutsideError."""

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        if on_progress is not None:
            on_progress(progress, total, message)

    async with asked(address, server, seconds) as client:
        answer = await client.call_tool(tool, arguments, progress_callback=hear if on_progress else None)
        result = told(answer, address.secrets)
        if answer.is_error:
            raise ToolFailed(result["text"][:2_000] or "The tool says that it failed, and nothing else.", result)
        return Answer(result, first_picture(answer))


async def list_tools(address: Address, server: str) -> list[Json]:
    """What a server says of its tools: [{name, title, description, input_schema, annotations, tags}]. Raises OutsideError."""
    found: list[Json] = []
    async with asked(address, server, LISTS_WITHIN) as client:
        cursor = None
        for _ in range(MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            found += [described(tool, address.secrets) for tool in page.tools]
            cursor = page.next_cursor
            if cursor is None or len(found) >= MOST_TOOLS:
                break
    return [tool for tool in found if 0 < len(tool["name"]) <= LONGEST_NAME and fits(tool, LONGEST_TOLD)][:MOST_TOOLS]


@asynccontextmanager
async def asked(address: Address, server: str, seconds: float) -> AsyncIterator[Client]:
    """A client for one question that may take so long. What the SDK raises becomes an OutsideError."""
    async with connections.using(address, server) as (client, connection):
        try:
            async with asyncio.timeout(seconds):
                yield client
        except OutsideError:
            raise
        except TimeoutError as error:
            raise TookTooLong(f"{server} did not answer within {seconds:g} s.") from error
        except Exception as error:
            raise explained(error, connection, address.secrets) from error


def explained(error: Exception, connection: Connection, secrets: Collection[str]) -> OutsideError:
    said = str(hidden(first_of(error), secrets))[:500]
    if connection.troubles.too_large:
        return connection.explained(error)
    if isinstance(error, MCPError):
        if error.code in GONE:
            return Unreachable(f"The server went away: {said}")
        return AnswerInvalid(said) if error.code in BROKEN else ToolFailed(said)
    if isinstance(error, (ValidationError, RuntimeError)):
        return AnswerInvalid(f"The answer is not as the protocol or the tool's own schema says: {said}")
    return Unreachable(f"The server cannot be reached: {said}")


def told(answer: CallToolResult, secrets: Collection[str]) -> Json:
    content = [block.model_dump(mode="json", by_alias=True) for block in answer.content]
    most = settings.GATEWAY_TOOL_RESULT_CHARACTERS
    return kept_result(hidden(content, secrets), hidden(answer.structured_content, secrets), most=most)


def first_picture(answer: CallToolResult) -> tuple[str, bytes] | None:
    for block in answer.content:
        if isinstance(block, ImageContent) and (data := decoded(block.data)):
            return block.mime_type, data
    return None


def described(tool: Tool, secrets: Collection[str]) -> Json:
    """What a tool says of itself, without what nobody needs."""
    hints = tool.annotations.model_dump(by_alias=True, exclude_none=True, mode="json") if tool.annotations else {}
    meta = tool.meta or {}
    own = meta.get("tags") or (meta.get("_fastmcp") or {}).get("tags") or []
    tags = [tag[:40] for tag in own if isinstance(tag, str)][:20] if isinstance(own, list) else []
    told = {
        "name": tool.name,
        "title": (tool.title or hints.pop("title", ""))[:200],
        "description": (tool.description or "")[:LONGEST_DESCRIPTION],
        "input_schema": tool.input_schema,
        "annotations": {name: value for name, value in hints.items() if isinstance(value, bool)},
        "tags": tags,
    }
    return hidden(told, secrets)
