"""The MCP server: one for each toolset."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp_types import CallToolResult, InputRequiredResult
from pydantic import ValidationError
from structlog.contextvars import get_contextvars

from agents.mcp import prompts, resources
from agents.mcp.errors import UnknownTool, refusal
from agents.mcp.progress import telling
from agents.mcp.tools import tools_of
from gamedev_gateway.core.correlation import correlated
from gamedev_gateway.core.errors import InvalidInput
from gamedev_gateway.core.storable import refuse_unstorable

INSTRUCTIONS = (
    "A game is made here by people and agents. start_run, then claim_next_task: it gives you one task with all that you must "
    "know. Report progress, log decisions with their reason, ask people when you cannot know. submit_completion with evidence "
    "for every criterion. Show claim and fence with every write; stop when a claim is stale. Errors have code, message, hint."
)


log = structlog.get_logger("gateway.mcp")


class GatewayServer(MCPServer[dict[str, Any]]):
    """An MCP server whose tools refuse with {code, message, hint, retryable}."""

    def __init__(self, toolset: str, token: str = "") -> None:
        """`token` says who calls where no door does, which is over stdio. Raises KeyError for an unknown toolset."""

        @asynccontextmanager
        async def lifespan(server: MCPServer[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
            yield {"token": token}

        tools = tools_of(toolset)
        self.arguments = {tool.name: tool.parameters["properties"].keys() for tool in tools}
        super().__init__(
            "gamedev-gateway", instructions=INSTRUCTIONS, tools=tools, lifespan=lifespan, subscriptions=False
        )
        resources.register(self)
        prompts.register(self)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[dict[str, Any], Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        started = time.perf_counter()
        with correlated(get_contextvars().get("correlation_id")):
            try:
                self.check_call(name, arguments)
                async with telling(context):
                    result = await super().call_tool(name, arguments, context)
            except (UnknownTool, InvalidInput) as error:
                result = refusal(error)
            except ToolError as error:
                result = refusal(cause_of(error))
            log.info(
                "mcp_call", tool=name[:100], error=code_of(result), ms=round((time.perf_counter() - started) * 1000, 1)
            )
        return result

    def check_call(self, name: str, arguments: dict[str, Any]) -> None:
        """Raise UnknownTool, or InvalidInput for arguments that the tool does not have or the database could not keep."""
        if name not in self.arguments:
            raise UnknownTool(f"There is no tool {name[:100]!r} in this toolset.")
        known = self.arguments[name]
        if unknown := arguments.keys() - known:
            raise InvalidInput(
                {each: [f"Unknown argument. Known: {', '.join(known)}."] for each in sorted(unknown)[:20]}
            )
        refuse_unstorable(arguments)


def code_of(result: CallToolResult | InputRequiredResult) -> str | None:
    """The code of a refusal; None for an answer."""
    refused = isinstance(result, CallToolResult) and result.is_error
    return result.structured_content["code"] if refused else None  # type: ignore[union-attr]


def cause_of(error: ToolError) -> BaseException | None:
    """What went wrong inside of a tool. A ValidationError is the caller's only where it is about the arguments."""
    cause = error.__cause__
    foreseen = not isinstance(error, UnexpectedToolError)
    return (
        RuntimeError("A tool answered in a wrong shape.")
        if isinstance(cause, ValidationError) and not foreseen
        else cause
    )
