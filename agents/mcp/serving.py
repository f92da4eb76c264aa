"""The MCP servers of one event loop, running."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Self

from mcp.server.transport_security import TransportSecuritySettings

from agents.mcp.callers import Caller, callers_with
from agents.mcp.doors import CALLER
from agents.mcp.server import GatewayServer
from agents.mcp.tools import ALL, DEFAULT, TOOLSETS
from realtime.threads import in_database

Handle = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
CHECKED_AT_THE_DOOR = TransportSecuritySettings(enable_dns_rebinding_protection=False)


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
                server.streamable_http_app(
                    stateless_http=True, json_response=True, transport_security=CHECKED_AT_THE_DOOR
                )
                await stack.enter_async_context(server.session_manager.run())
                self.handles[name] = server.session_manager.handle_request
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
