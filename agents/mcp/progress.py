"""Telling a client that asked for it how far a long call is (notifications/progress of the protocol)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from typing import Any

from mcp.server.mcpserver import Context

SILENT_FOR = 2.0
"""Seconds after which a call that has told nothing says that it is still at it."""
LEAST_GAP = 0.1
"""Seconds between two notifications; what comes faster is told by the latest."""
TICK = 0.001
LONGEST_MESSAGE = 200


class Telling:
    """What a call tells while it lasts. The numbers rise, as the protocol demands, whoever gives them."""

    def __init__(self, ctx: Context[Any, Any]) -> None:
        self.ctx = ctx
        self.loop = asyncio.get_running_loop()
        self.last = 0.0
        self.latest: tuple[float, float | None, str | None] | None = None
        self.news = asyncio.Event()

    def hear(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """How far something is that we wait for. From any thread."""
        self.loop.call_soon_threadsafe(self.note, (done, total, message))

    def note(self, heard: tuple[float, float | None, str | None]) -> None:
        self.latest = heard
        self.news.set()

    async def tell(self) -> None:
        while True:
            try:
                await asyncio.wait_for(self.news.wait(), SILENT_FOR)
            except TimeoutError:
                await self.send(self.last + TICK, None, "Still at it.")
            else:
                await self.send_latest()
                await asyncio.sleep(LEAST_GAP)

    async def send_latest(self) -> None:
        self.news.clear()
        if self.latest is not None:
            await self.send(*self.latest)
            self.latest = None

    async def send(self, done: float, total: float | None, message: str | None) -> None:
        if done > self.last:
            self.last = done
            await self.ctx.report_progress(done, total, message[:LONGEST_MESSAGE] if message else None)


current: ContextVar[Telling | None] = ContextVar("telling", default=None)
"""Of the call that is answered now; None where its client has not asked to be told."""


@asynccontextmanager
async def telling(ctx: Context[Any, Any] | None) -> AsyncIterator[None]:
    """Tell the client of a call how far it is, if it asked for that."""
    if ctx is None or not is_asked_for(ctx):
        yield
        return
    own = Telling(ctx)
    before = current.set(own)
    speaking = asyncio.create_task(own.tell())
    try:
        yield
        await own.send_latest()
    finally:
        current.reset(before)
        speaking.cancel()
        with suppress(asyncio.CancelledError):
            await speaking


def is_asked_for(ctx: Context[Any, Any]) -> bool:
    return (ctx.request_context.meta or {}).get("progress_token") is not None
