"""The MCP servers of one event loop, running."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Self

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from agents.mcp.callers import Caller, callers_with
from agents.mcp.doors import CALLER
from agents.mcp.server import GatewayServer
from agents.mcp.tools import ALL, DEFAULT, TOOLSETS
from realtime.threads import in_database

Handle = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
PROGRESS_ASKED = b'"progressToken"'
CHECKED_AT_THE_DOOR = TransportSecuritySettings(enable_dns_rebinding_protection=False)


def answering(server: GatewayServer, *, json_response: bool) -> StreamableHTTPSessionManager:
    """A way to answer for a server: in one piece of JSON, or in a stream that has room for notifications before it."""
    return StreamableHTTPSessionManager(
        server._lowlevel_server, json_response=json_response, stateless=True, security_settings=CHECKED_AT_THE_DOOR
    )


def chosen(in_json: Handle, in_a_stream: Handle) -> Handle:
    """A stream for a request that asks to be told how far it is, where its client takes one; JSON for all others."""

    async def handle(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, receive = await read(receive)
        asks = PROGRESS_ASKED in body and takes_streams(scope)
        await (in_a_stream if asks else in_json)(scope, receive, send)

    return handle


def takes_streams(scope: dict[str, Any]) -> bool:
    return any(name == b"accept" and b"text/event-stream" in value.lower() for name, value in scope["headers"])


async def read(receive: Any) -> tuple[bytes, Any]:
    """The body of a request, which the door has limited, and a `receive` that gives it once more."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    left = iter(messages)

    async def again() -> Any:
        return next(left, None) or await receive()

    return b"".join(message.get("body", b"") for message in messages), again


class Rooms:
    """One server for each toolset. They run in a task of their own, since not every ASGI server tells of start and end."""

    names = (*TOOLSETS, ALL)
    caller_key = CALLER

    def __init__(self) -> None:
        self.handles: dict[str, Handle] = {}
        self.asking: dict[str, asyncio.Future[Caller | None]] = {}
        self.looking: asyncio.Task[None] | None = None
        self.opened = asyncio.Event()
        self.running = asyncio.create_task(self.run())

    @classmethod
    async def open(cls) -> Self:
        rooms = cls()
        opened = asyncio.create_task(rooms.opened.wait())
        await asyncio.wait({opened, rooms.running}, return_when=asyncio.FIRST_COMPLETED)
        if rooms.running.done():
            rooms.running.result()
        return rooms

    async def run(self) -> None:
        """Until the event loop ends and cancels it."""
        async with AsyncExitStack() as stack:
            for name in self.names:
                server = GatewayServer(name)
                in_json, in_a_stream = answering(server, json_response=True), answering(server, json_response=False)
                for manager in (in_json, in_a_stream):
                    await stack.enter_async_context(manager.run())
                self.handles[name] = chosen(in_json.handle_request, in_a_stream.handle_request)
            self.opened.set()
            await asyncio.get_running_loop().create_future()

    def find(self, toolset: str) -> Handle | None:
        return self.handles.get(toolset or DEFAULT)

    async def caller_with(self, token: str) -> Caller | None:
        """Who calls with a token; None when nobody may. Those who come while others are looked up, are looked up together."""
        answer = self.asking.setdefault(token, asyncio.get_running_loop().create_future())
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self.look())
        return await asyncio.shield(answer)

    async def look(self) -> None:
        while self.asking:
            asking, self.asking = self.asking, {}
            try:
                found = await in_database(callers_with, list(asking))
            except Exception as error:
                for answer in asking.values():
                    answer.set_exception(error)
            else:
                for token, answer in asking.items():
                    answer.set_result(found.get(token))
