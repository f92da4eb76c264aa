"""One socket of the gateway that comes back by itself, and the subscriptions on it."""

import asyncio
import itertools
import time
import uuid
import weakref
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, overload

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from gateway_client.backoff import Backoff
from gateway_client.door import OPENS_WITHIN, Door, Token
from gateway_client.errors import Closed, CommandError, ConnectionLost, ProtocolError, Refused
from gateway_client.frames import Event, Frame, Published, parse
from gateway_client.orders import Orders
from gateway_client.pace import Pace
from gateway_client.publications import Publications, encode
from gateway_client.subscription import Subscription

FINAL = {4400, 4401, 4403, 4404}
TOO_LARGE = 4413
NO_CODE = 1006
HEARTBEATS_OF_SILENCE = 2.5
"""So many heartbeats without a frame, and the connection counts as lost."""
CONTROL = {"welcome", "subscribed", "unsubscribed", "published", "done", "error", "pong", "resync", "closing"}


@dataclass(frozen=True)
class State:
    """What the connection does now. `waiting`: it was lost for `reason`, the next try is in `retry_in` seconds."""

    name: Literal["idle", "connecting", "open", "waiting", "closed"]
    retry_in: float | None = None
    reason: str = ""


class Gateway:
    """Use it as `async with Gateway("http://127.0.0.1:8000", token) as gateway`.

    `token` may be an async function, which is asked anew for each connection. The socket is opened when there is something
    to do. `buffer`: with so many items of a subscription waiting to be taken, the socket is not read further, and the
    server keeps the rest: one slow reader holds up the other subscriptions of its Gateway.
    """

    def __init__(
        self,
        url: str,
        token: Token,
        *,
        on_state: Callable[[State], None] = lambda state: None,
        buffer: int = 1000,
        backoff: Backoff | None = None,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._door = Door(url, token)
        self._on_state = on_state
        self._buffer = buffer
        self._backoff = backoff or Backoff()
        self._sleep = sleep
        self._ids = itertools.count(1)
        self._subscriptions: weakref.WeakValueDictionary[str, Subscription[Any]] = weakref.WeakValueDictionary()
        self._publications = Publications(self._send)
        self._orders = Orders(self._send)
        self._moved = asyncio.Event()
        self._end: Exception | None = Closed()
        self._reason = ""
        self._retry_after = 0.0
        self._reset_connection()

    # For the application

    async def __aenter__(self) -> Self:
        self._end = None
        self._loop = asyncio.get_running_loop()
        self._running = asyncio.create_task(self._run(), name=f"gateway {self._door.address}")
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the socket and end what waits for it: iterations end, publications raise Closed."""
        self._running.cancel()
        await asyncio.wait([self._running])

    @overload
    def subscribe(
        self, stream: str, *, after: str | int | None = ..., types: Sequence[str] = ..., sections: Literal[False] = ...
    ) -> Subscription[Event]: ...
    @overload
    def subscribe(
        self, stream: str, *, after: str | int | None = ..., types: Sequence[str] = ..., sections: Literal[True]
    ) -> Subscription[Frame]: ...
    def subscribe(
        self, stream: str, *, after: str | int | None = None, types: Sequence[str] = (), sections: bool = False
    ) -> Subscription[Any]:
        """Watch a stream, such as `project:pixel-jumper` or `task:42`, from now on or after a cursor or seq.

        `types`: only these, e.g. `["task.*", "plan.accepted"]`. `sections`: also the text of documents as it is written,
        whose frames come as Frame, while events come as Event; a stream `document:7` has such frames alone.
        """
        self._raise_if_ended()
        if stream in self._subscriptions:
            raise ValueError(f"This Gateway watches {stream} already; close that subscription, or use another Gateway.")
        subscription: Subscription[Any] = Subscription(
            stream, after, types, sections, moved=self._moved.set, forget=self._forget
        )
        self._subscriptions[stream] = subscription
        weakref.finalize(subscription, self._forget_later, stream)
        if self._is_open:
            self._ask_for(subscription)
        self._moved.set()
        return subscription

    async def publish(
        self, project: str, type: str, payload: Mapping[str, Any], *, task: str | None = None, key: str | None = None
    ) -> Published:
        """Publish an event of a type that clients may, and wait until it is stored, over lost connections too.

        It is stored once, however often it had to be sent, thanks to `key`, the author's own word for it; give one that
        you know again to repeat it yourself. CommandError when the gateway will not have it.
        """
        self._raise_if_ended()
        event = {"project_id": project, "type": type, "payload": payload, "task": task, "key": key or uuid.uuid4().hex}
        return await self._publications.publish(self._next_id(), event)

    async def generate(self, document_id: int) -> int:
        """Have a document written, and give the id of the run: of the one at work, where there is one.

        CommandError when the gateway will not do it. Unanswered when the connection is lost meanwhile: it is not sent
        again, since it could begin a second run.
        """
        self._raise_if_ended()
        return await self._orders.give(self._next_id(), "generate", document_id)

    async def cancel(self, document_id: int) -> int:
        """End the run that writes a document, and give its id; 0 when there is none. Errors as with `generate`."""
        self._raise_if_ended()
        return await self._orders.give(self._next_id(), "cancel", document_id)

    # The connection

    async def _run(self) -> None:
        """Keep connected while there is something to do, until it makes no sense any more."""
        end: Exception = Closed()
        try:
            while True:
                while not self._has_work:
                    self._tell("idle")
                    await self._news()
                await self._connect()
                if self._has_work:
                    await self._pause()
        except Exception as error:
            end = error
        finally:
            self._finish(end)

    async def _connect(self) -> None:
        """One connection from its opening to its end. Returns when another one may do better."""
        self._tell("connecting")
        try:
            async with await self._door.open() as socket:
                await self._serve(socket)
        except ConnectionClosed as closed:
            self._judge(closed)
        except (OSError, TimeoutError, InvalidHandshake, ConnectionLost) as error:
            self._reason = str(error) or "nothing came for too long"
        finally:
            self._reset_connection()
            self._orders.lost()

    def _judge(self, closed: ConnectionClosed) -> None:
        """Whether the code with which it was closed lets us come back."""
        code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (NO_CODE, str(closed))
        if code in FINAL or (code == TOO_LARGE and not self._publications.too_large()):
            raise Refused(code, reason)
        self._reason = f"{reason} ({code})".strip()

    async def _serve(self, socket: ClientConnection) -> None:
        writer = asyncio.create_task(self._write(socket))
        try:
            while True:
                async with asyncio.timeout(self._patience):
                    text = await socket.recv()
                for frame in parse(text):
                    self._receive(frame)
                while self._is_full:
                    await self._news()
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            await socket.close()

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            text = await self._outbox.get()
            if wait := self._pace.next(time.monotonic()):
                await self._sleep(wait)
            await socket.send(text)

    async def _pause(self) -> None:
        seconds = self._retry_after + self._backoff.next()
        self._retry_after = 0.0
        self._tell("waiting", seconds, self._reason)
        await self._sleep(seconds)

    async def _news(self) -> None:
        """Wait until something was subscribed, published, answered or taken."""
        self._moved.clear()
        await self._moved.wait()

    @property
    def _has_work(self) -> bool:
        return bool(self._subscriptions or self._publications or self._orders)

    @property
    def _is_full(self) -> bool:
        """Whether to stop reading. Never while an answer is awaited: it may be its reader who awaits it."""
        return not (self._publications or self._orders) and any(
            len(each) >= self._buffer for each in self._subscriptions.values()
        )

    def _reset_connection(self) -> None:
        self._is_open = False
        self._patience = OPENS_WITHIN
        self._pace = Pace()
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._served: set[str] = set()

    def _finish(self, error: Exception) -> None:
        self._end = error
        for subscription in list(self._subscriptions.values()):
            subscription.end(StopAsyncIteration() if isinstance(error, Closed) else error)
        self._publications.fail_all(error)
        self._orders.fail_all(error)
        self._tell("closed", reason="" if isinstance(error, Closed) else str(error))

    def _raise_if_ended(self) -> None:
        if self._end is not None:
            raise self._end

    def _tell(self, name: Any, retry_in: float | None = None, reason: str = "") -> None:
        self._on_state(State(name, retry_in, reason))

    # What we send

    def _next_id(self) -> str:
        return str(next(self._ids))

    def _send(self, text: str) -> bool:
        """Send it now; without a connection, which False says, the next one begins with it."""
        if self._is_open:
            self._outbox.put_nowait(text)
        self._moved.set()
        return self._is_open

    def _ask_for(self, subscription: Subscription[Any]) -> None:
        if subscription.stream in self._served:
            self._unsubscribe(subscription.stream)
        self._served.add(subscription.stream)
        self._send(encode(subscription.command(self._next_id())))

    def _unsubscribe(self, stream: str) -> None:
        self._served.discard(stream)
        self._send(encode({"command": "unsubscribe", "id": self._next_id(), "stream": stream}))

    def _forget_later(self, stream: str) -> None:
        """A subscription was dropped without a word, perhaps in another thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._forget, stream)

    def _forget(self, stream: str, subscription: Subscription[Any] | None = None) -> None:
        """Nobody takes anything from this stream any more, unless it was subscribed to anew."""
        if self._subscriptions.get(stream) is subscription:
            self._subscriptions.pop(stream, None)
            if stream in self._served:
                self._unsubscribe(stream)
        self._moved.set()

    # What we get

    def _receive(self, frame: dict[str, Any]) -> None:
        try:
            if frame["type"] in CONTROL and "prev" not in frame:  # there are events of the type `error`, too
                getattr(self, f"_on_{frame['type']}")(frame)
            else:
                self._hand_on(frame)
        except (KeyError, TypeError) as error:
            raise ProtocolError(f"This frame is not as it should be: {frame}") from error

    def _hand_on(self, frame: dict[str, Any]) -> None:
        """To the stream that it names. Nobody wants it when that was left a moment ago."""
        subscription = self._subscriptions.get(frame["stream"])
        if subscription and subscription.is_live:
            subscription.receive(frame)

    def _on_welcome(self, frame: dict[str, Any]) -> None:
        self._is_open = True
        self._patience = frame["heartbeat_seconds"] * HEARTBEATS_OF_SILENCE
        self._pace = Pace(frame.get("commands_per_second"))
        self._tell("open")
        for subscription in list(self._subscriptions.values()):
            self._ask_for(subscription)
        for text in [*self._publications.texts(), *self._orders.texts()]:
            self._send(text)

    def _on_subscribed(self, frame: dict[str, Any]) -> None:
        self._backoff.reset()
        if subscription := self._asked_by(frame):
            subscription.subscribed(frame)

    def _on_published(self, frame: dict[str, Any]) -> None:
        self._backoff.reset()
        self._publications.published(frame)

    def _on_done(self, frame: dict[str, Any]) -> None:
        self._backoff.reset()
        self._orders.done(frame)

    def _on_error(self, frame: dict[str, Any]) -> None:
        error = CommandError(frame)
        if frame.get("reply_to") is None:
            raise ProtocolError(f"The gateway did not understand: {error}")
        if self._publications.refused(frame) or self._orders.refused(frame):
            return
        if subscription := self._asked_by(frame):
            if error.code == "internal_error":
                raise ConnectionLost(error.message)
            self._served.discard(subscription.stream)
            self._subscriptions.pop(subscription.stream)
            subscription.end(error)

    def _on_resync(self, frame: dict[str, Any]) -> None:
        subscription = self._subscriptions.get(frame["stream"])
        self._served.discard(frame["stream"])
        if subscription and subscription.is_live:
            subscription.resync(frame)
            if subscription.has_ended:
                self._subscriptions.pop(subscription.stream)
            else:
                self._ask_for(subscription)

    def _on_closing(self, frame: dict[str, Any]) -> None:
        self._retry_after = frame["retry_after_ms"] / 1000

    def _on_nothing(self, frame: dict[str, Any]) -> None:
        """`pong` and `unsubscribed` answer what needs no answer."""

    _on_pong = _on_unsubscribed = _on_nothing

    def _asked_by(self, frame: dict[str, Any]) -> Subscription[Any] | None:
        """The subscription whose command this frame answers."""
        asked = (each for each in self._subscriptions.values() if each.command_id == frame["reply_to"])
        return next(asked, None)
