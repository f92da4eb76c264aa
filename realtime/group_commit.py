"""Many small writes in few transactions: what comes while one is being committed goes into the next one together."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog
from django import db
from django.db import transaction

from gamedev_gateway.core.errors import GatewayError
from realtime.threads import in_database

if TYPE_CHECKING:
    from realtime.hub import Hub

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST_AT_ONCE = 500
MOST_LOOKS = 10
log = structlog.get_logger("gateway.group_commit")

writing_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="realtime-writer")
"""One is enough, since a log takes one writer at a time; and readers never wait for it."""


class OutcomeUnknown(GatewayError):
    """The database was lost while it committed: what was to be stored is there, or it is not."""

    code, http_status = "outcome_unknown", 500

    def __init__(self) -> None:
        super().__init__(
            "The database was lost at this moment. Look whether it is stored; with a key a retry is harmless."
        )


class GroupCommit(Generic[Item, Result]):
    """Hands items to `act`, in one transaction, which gives a result for each.

    `harmless_twice` tells which may be done again when nobody knows whether they were done. `gather`: seconds between two looks
    whether more keep coming, before a transaction begins; for acts that cost about the same for one and for many.
    """

    def __init__(
        self,
        hub: "Hub",
        act: Callable[[Sequence[Item]], Sequence[Result]],
        harmless_twice: Callable[[Item], bool],
        gather: float = 0,
    ) -> None:
        self.hub = hub
        self.act = act
        self.harmless_twice = harmless_twice
        self.gather = gather
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
                if self.gather:
                    await self.let_gather()
                group = [self.waiting.popleft() for _ in range(min(len(self.waiting), MOST_AT_ONCE))]
                results = await self.commit([item for item, _ in group])
                for (_, tell), result in zip(group, results, strict=True):
                    self.hub.loop.call_soon(tell, result)
        finally:
            self.working = None

    async def let_gather(self) -> None:
        """Wait while more keep coming, but not for ever."""
        for _ in range(MOST_LOOKS):
            before = len(self.waiting)
            await asyncio.sleep(self.gather)
            if len(self.waiting) == before:
                return

    async def commit(self, items: Sequence[Item]) -> Sequence[Result | Exception]:
        """All in one transaction; when that fails, each in its own, so that no one pays for another's trouble."""
        try:
            return await in_database(in_one_transaction, self.act, items, executor=writing_thread)
        except Exception as error:
            unknown = error if isinstance(error, OutcomeUnknown) else None
            if unknown or len(items) == 1:
                log.exception("commit_failed", items=len(items))
            if len(items) == 1:
                return [error]
        return [
            unknown if unknown and not self.harmless_twice(item) else (await self.commit([item]))[0] for item in items
        ]


def in_one_transaction(act: Callable[[Sequence[Item]], Sequence[Result]], items: Sequence[Item]) -> Sequence[Result]:
    """OutcomeUnknown when the commit itself fails, unless it was refused: then nothing is stored, as after any other error."""
    results = None
    try:
        with transaction.atomic():
            results = act(items)
    except db.Error as error:
        if results is None or isinstance(error, db.IntegrityError):
            raise
        raise OutcomeUnknown from error
    return results
