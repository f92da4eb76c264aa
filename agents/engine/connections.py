"""Open connections to outside servers, one for each address, kept while they are used: engines hold their state in them.

Everything here runs on the engine's own event loop (see loop.py).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings
from mcp import Client

from agents.engine.addresses import Address, HttpAddress
from agents.engine.bounded import Troubles, over_http, over_pipes
from agents.engine.breaker import Breaker
from agents.engine.errors import AnswerTooLarge, OutsideError, Resting, Unreachable
from agents.engine.results import hidden

OPENS_WITHIN = 30.0
"""Seconds. A command may have to fetch itself first."""
IDLE = 300.0
"""Seconds after which a connection that nobody uses is closed."""


class Connection:
    """A client and the task that holds it open; contexts of the SDK must be left by the task that entered them."""

    def __init__(self, address: Address) -> None:
        loop = asyncio.get_running_loop()
        self.address = address
        self.troubles = Troubles()
        self.client: asyncio.Future[Client] = loop.create_future()
        self.users = 0
        self.used_at = loop.time()
        self.keeper = loop.create_task(self.keep())

    async def keep(self) -> None:
        most = settings.GATEWAY_TOOL_ANSWER_BYTES
        way = over_http if isinstance(self.address, HttpAddress) else over_pipes
        try:
            async with Client(way(self.address, most, self.troubles), cache=None) as client:  # type: ignore[arg-type]
                self.client.set_result(client)
                await self.until_idle()
        except (Exception, asyncio.CancelledError) as error:
            if not self.client.done():
                self.client.set_exception(self.explained(error))
                self.client.exception()  # looked at: nobody may be waiting any more

    async def until_idle(self) -> None:
        loop = asyncio.get_running_loop()
        while self.users or loop.time() < self.used_at + IDLE:
            try:
                await asyncio.wait_for(self.troubles.over.wait(), IDLE / 10)
                return
            except TimeoutError:
                continue
        self.troubles.over.set()  # nobody takes it up while it is being closed

    @property
    def is_usable(self) -> bool:
        return not self.keeper.done() and not self.troubles.over.is_set()

    def explained(self, error: BaseException) -> OutsideError:
        """Why it is over, in words; never an address' headers or variables."""
        if self.troubles.too_large:
            self.troubles.too_large = False
            return AnswerTooLarge(f"It answers more than {settings.GATEWAY_TOOL_ANSWER_BYTES} bytes at once.")
        said = self.troubles.last_words().splitlines()[-1:]
        words = " ".join(["The server cannot be reached:", first_of(error), *said])
        return Unreachable(hidden(words, self.address.secrets)[:500])

    async def close(self) -> None:
        self.troubles.over.set()
        if not self.client.done():
            self.keeper.cancel()
        await asyncio.wait([self.keeper])


class Connections:
    """The connections of this process, with what is remembered of servers that failed."""

    def __init__(self) -> None:
        self.open: dict[Address, Connection] = {}
        self.breakers: dict[Address, Breaker] = {}

    @asynccontextmanager
    async def using(self, address: Address, name: str) -> AsyncIterator[tuple[Client, Connection]]:
        """A client for one call. Raises Resting for a server that failed too often; what goes wrong inside is counted."""
        now = asyncio.get_running_loop().time
        breaker = self.breakers.get(address, Breaker())
        if rest := breaker.rests_for(now()):
            raise Resting(name, rest)
        self.breakers[address] = breaker.called(now())
        try:
            async with self.connected(address) as pair:
                yield pair
        except BaseException as error:
            if isinstance(error, OutsideError) and not error.counts:
                self.breakers[address] = Breaker()
            else:
                self.breakers[address] = self.breakers[address].failed(now())
                if isinstance(error, Unreachable) or self.breakers[address].opened_at is not None:
                    self.let_go(address)
            raise
        self.breakers[address] = Breaker()

    @asynccontextmanager
    async def connected(self, address: Address) -> AsyncIterator[tuple[Client, Connection]]:
        connection = self.open.get(address)
        if connection is None or not connection.is_usable:
            connection = self.open[address] = Connection(address)
        connection.users += 1
        try:
            try:
                async with asyncio.timeout(OPENS_WITHIN):
                    client = await asyncio.shield(connection.client)
            except TimeoutError as error:
                connection.keeper.cancel()
                raise Unreachable(f"The server did not answer within {OPENS_WITHIN:g} s.") from error
            yield client, connection
        finally:
            connection.users -= 1
            connection.used_at = asyncio.get_running_loop().time()

    def let_go(self, address: Address) -> None:
        """Close the connection to a server that is gone, or rests: the next call opens another."""
        if connection := self.open.pop(address, None):
            connection.troubles.over.set()

    async def close(self) -> None:
        await asyncio.gather(*(connection.close() for connection in self.open.values()))


def first_of(error: BaseException) -> str:
    """The first real error of a group, in a few words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__


connections = Connections()
