"""One stream as an application iterates it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from gateway_client.drafts import Drafts
from gateway_client.errors import Lost, Refused
from gateway_client.frames import Frame, event_of, frame_of
from gateway_client.place import Place

Item_co = TypeVar("Item_co", bound=Frame, covariant=True)
POSITION = "position"
REVOKED = 4404  # as a socket that asks for what is not its user's to see


class Subscription(Generic[Item_co]):
    """Made by `Gateway.subscribe`. Iterate it; leave it, close it or drop it to end it.

    `cursor` is the place up to which the application has taken what came: store it, and give it as `after` next time. It
    moves with every item, and on quiet or filtered streams without any.
    """

    def __init__(
        self,
        stream: str,
        after: str | int | None,
        types: Sequence[str],
        sections: bool,
        *,
        moved: Callable[[], None],
        forget: Callable[[str, "Subscription[Any]"], None],
    ) -> None:
        self.stream = stream
        self.types = types
        self.sections = sections
        self.cursor = None if after is None else str(after)
        self.place = Place(stream, after, filtered=bool(types))
        self.drafts = Drafts(stream, after)
        self.command_id: str | None = None
        self.is_live = False
        self._moved = moved
        self._forget = forget
        self._waiting: deque[Frame | Lost] = deque()
        self._arrived = asyncio.Event()
        self._end: Exception | None = None

    # For the application

    def __aiter__(self) -> AsyncIterator[Item_co]:
        return self

    async def __anext__(self) -> Item_co:
        """The next item. Lost when something will not come; after it, iterating goes on. Other errors are the end."""
        while True:
            item = await self._take()
            if isinstance(item, Lost):
                self.cursor = item.cursor
                raise item
            if self._counts(item):
                self.cursor = item.cursor
            if item.type != POSITION:
                return cast(Item_co, item)

    async def with_losses(self) -> AsyncIterator[Item_co | Lost]:
        """The same, with a Lost as an item among the others instead of raised."""
        while True:
            try:
                yield await anext(self)
            except Lost as lost:
                yield lost
            except StopAsyncIteration:
                return

    def close(self) -> None:
        """Take nothing more. What waits is dropped, iteration ends."""
        self._waiting.clear()
        self.end(StopAsyncIteration())
        self._forget(self.stream, self)

    # For the gateway

    def __len__(self) -> int:
        """How many items wait to be taken."""
        return len(self._waiting)

    def __bool__(self) -> bool:
        return True

    def command(self, command_id: str) -> dict[str, Any]:
        """The command that begins it, or begins it again where it was. It is live once that is answered."""
        self.command_id = command_id
        self.is_live = False
        command = {"command": "subscribe", "id": command_id, "stream": self.stream, "after": self.place.cursor}
        more = {"types": list(self.types), "sections": self.sections}
        return {name: value for name, value in {**command, **more}.items() if value not in (None, [], False)}

    def subscribed(self, frame: dict[str, Any]) -> None:
        self.is_live = True
        if lost := self.place.subscribed(frame):
            self._put(lost)
        else:
            self._put_position(frame)

    def receive(self, frame: dict[str, Any]) -> None:
        """Check and keep a frame of this stream."""
        if "prev" in frame:
            event = event_of(frame)
            if gap := self.place.event(event):
                self._put(gap)
            self._put(event)
        elif frame["type"] == POSITION:
            self.place.position(frame)
            self._put_position(frame)
        else:
            item = frame_of(frame, self.stream)
            if lost := self.drafts.check(frame, self.place.cursor):
                self._put(lost)
            if self._counts(item):
                self.place.cursor = item.cursor
            self._put(item)

    def resync(self, frame: dict[str, Any]) -> None:
        """The server has ended it: for good, or to begin again elsewhere."""
        self.is_live = False
        if frame["reason"] == "revoked":
            self.end(Refused(REVOKED, f"{self.stream} is no longer yours to see"))
        else:
            self._put(self.place.lost(frame))

    def end(self, error: Exception) -> None:
        """Raise the error once all that waits is taken, and from then on."""
        self._end = self._end or error
        self._arrived.set()

    @property
    def has_ended(self) -> bool:
        return self._end is not None

    # Inside

    async def _take(self) -> Frame | Lost:
        while not self._waiting:
            if self._end is not None:
                raise self._end
            self._arrived.clear()
            await self._arrived.wait()
        item = self._waiting.popleft()
        self._moved()
        return item

    def _put(self, item: Frame | Lost) -> None:
        self._waiting.append(item)
        self._arrived.set()

    def _put_position(self, frame: dict[str, Any]) -> None:
        """A position that nobody took gives way to a later one."""
        if self._waiting and isinstance(last := self._waiting[-1], Frame) and last.type == POSITION:
            self._waiting.pop()
        self._put(Frame(POSITION, self.stream, self.place.cursor, frame))

    def _counts(self, item: Frame) -> bool:
        """Whether its cursor is a place in this stream. Sections count by themselves: not in the log of a project."""
        return item.cursor is not None and ("seq" in item.data or self.stream.startswith("document:"))
