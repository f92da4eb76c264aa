"""Many small writes in few transactions: what comes while one is being committed goes into the next one together."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from realtime.threads import in_database

if TYPE_CHECKING:
    from realtime.hub import Hub

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST_AT_ONCE = 500
log = structlog.get_logger("gateway.group_commit")

writing_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="realtime-writer")
"""One is enough, since a log takes one writer at a time; and readers never wait for it."""


class GroupCommit(Generic[Item, Result]):
    """Hands items to `act`, which does all it is given in one transaction and gives a result for each."""

    def __init__(self, hub: "Hub", act: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self.hub = hub
        self.act = act
        self.waiting: deque[tuple[Item, Callable[[Result | Exception], None]]] = deque()
        self.working: asyncio.Task[None] | None = None

    def submit(self, item: Item, tell: Callable[[Result | Exception], None]) -> None:
        """Do this soon; `tell` is called on the event loop when it is committed, in the order of submission."""
        self.waiting.append((item, tell))
        if self.working is None:
            self.working = self.hub.start(self.work())

    async def work(self) -> None:
        try:
            while self.waiting:
                group = [self.waiting.popleft() for _ in range(min(len(self.waiting), MOST_AT_ONCE))]
                results = await self.commit([item for item, _ in group])
                for (_, tell), result in zip(group, results, strict=True):
                    self.hub.loop.call_soon(tell, result)
        finally:
            self.working = None

    async def commit(self, items: Sequence[Item]) -> Sequence[Result | Exception]:
        """All in one transaction; when that fails, each in its own, so that no one pays for another's trouble."""
        try:
            return await in_database(self.act, items, executor=writing_thread)
        except Exception as error:
            if len(items) == 1:
                log.exception("commit_failed")
                return [error]
        return [result for item in items for result in await self.commit([item])]
