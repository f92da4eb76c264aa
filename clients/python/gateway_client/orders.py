"""Commands about documents on their way: sent once, since a second `generate` could write a document anew."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway_client.errors import CommandError, Unanswered
from gateway_client.publications import encode


@dataclass
class Order:
    text: str
    answer: "asyncio.Future[int]"
    is_sent: bool = False


class Orders:
    """`send` sends a text now and says whether it could; else `texts` is for the beginning of the next connection."""

    def __init__(self, send: Callable[[str], bool]) -> None:
        self._send = send
        self._unanswered: dict[str, Order] = {}

    def __bool__(self) -> bool:
        return bool(self._unanswered)

    async def give(self, command_id: str, command: str, document_id: int) -> int:
        """The id of the run that was begun or ended."""
        text = encode({"command": command, "id": command_id, "document_id": document_id})
        order = self._unanswered[command_id] = Order(text, asyncio.get_running_loop().create_future())
        order.is_sent = self._send(text)
        try:
            return await order.answer
        finally:
            del self._unanswered[command_id]

    def texts(self) -> list[str]:
        """Those that no connection has seen; this one does."""
        unsent = [order for order in self._unanswered.values() if not order.is_sent and not order.answer.done()]
        for order in unsent:
            order.is_sent = True
        return [order.text for order in unsent]

    def done(self, frame: Mapping[str, Any]) -> None:
        order = self._unanswered.get(frame["reply_to"])
        if order and not order.answer.done():
            order.answer.set_result(frame["generation_id"])

    def refused(self, frame: Mapping[str, Any]) -> bool:
        """Take an `error` frame. False when it answers something else."""
        order = self._unanswered.get(frame["reply_to"])
        fail([order] if order else [], CommandError(frame))
        return order is not None

    def lost(self) -> None:
        """The connection is gone, and with it the answers to what it was sent."""
        fail([order for order in self._unanswered.values() if order.is_sent], Unanswered())

    def fail_all(self, error: Exception) -> None:
        fail(self._unanswered.values(), error)


def fail(orders: Iterable[Order], error: Exception) -> None:
    for order in orders:
        if not order.answer.done():
            order.answer.set_exception(error)
