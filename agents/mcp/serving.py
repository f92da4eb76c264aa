"""The MCP servers of one event loop, running."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Self

from mcp.server.transport_security import TransportSecuritySettings

from agents.mcp.callers import Caller, caller_with
from agents.mcp.doors import CALLER
from agents.mcp.server import GatewayServer
from agents.mcp.tools import ALL, DEFAULT, TOOLSETS

Handle = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
CHECKED_AT_THE_DOOR = TransportSecuritySettings(enable_dns_rebinding_protection=False)


class Rooms:
    """One server for each toolset. They run in a task of their own, since not every ASGI server tells of start and end."""

    names = (*TOOLSETS, ALL)
    caller_key = CALLER

    def __init__(self) -> None:
        self.handles: dict[str, Handle] = {}
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
                server.streamable_http_app(stateless_http=True, transport_security=CHECKED_AT_THE_DOOR)
                await stack.enter_async_context(server.session_manager.run())
                self.handles[name] = server.session_manager.handle_request
            self.opened.set()
            await asyncio.get_running_loop().create_future()

    def find(self, toolset: str) -> Handle | None:
        return self.handles.get(toolset or DEFAULT)

    @staticmethod
    def caller_with(token: str) -> Caller:
        return caller_with(token)
