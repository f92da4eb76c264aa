"""The WebSocket door. Handlers only enqueue; one task runs the commands in order, another writes the frames."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import structlog
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.correlation import correlated
from gamedev_gateway.core.errors import Forbidden, GatewayError, InvalidInput
from realtime import access, commands, doorbell, frames, history
from realtime.access import UnknownStream, Visible
from realtime.commands import BadFrame, Ping, Publish, Subscribe, Unsubscribe
from realtime.connection import Connection
from realtime.history import EventFilter, Position
from realtime.hub import Hub, current_hub, in_database
from realtime.rate import Bucket

PROTOCOL = "gateway.v1"
BATCHES = "gateway.v1.batch"

PROTOCOL_ERROR, UNAUTHENTICATED, FORBIDDEN, UNKNOWN, IDLE, TOO_LARGE, TOO_MANY = (
    4400,
    4401,
    4403,
    4404,
    4408,
    4413,
    4429,
)
INTERNAL_ERROR = 1011
QUERY = {"after", "types", "sections", "ticket"}
REASONS = {
    PROTOCOL_ERROR: "not the protocol",
    UNAUTHENTICATED: "no credential that holds",
    FORBIDDEN: "a foreign page",
    UNKNOWN: "no such stream, or not yours to see",
    IDLE: "nothing subscribed",
    TOO_LARGE: "frame too large",
    TOO_MANY: "too many commands or sockets",
    INTERNAL_ERROR: "our fault",
}

log = structlog.get_logger("gateway.socket")


class LimitReached(GatewayError):
    code, http_status = "too_many_subscriptions", 429


class NotSubscribed(GatewayError):
    code, http_status = "unknown_stream", 404

    def __init__(self, stream: str) -> None:
        super().__init__(f"This socket has no subscription to {stream!r}.")


class GatewayConsumer(AsyncWebsocketConsumer):
    """One socket.

    Its scope tells: `actor` who it is, `may_write` whether it may publish, `still_valid` a function that asks the database
    whether that still holds, or `refusal`, the close code with which the door has refused it.
    """

    groups: list[str] = []

    # Channels

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As in AsyncConsumer, without its hop through one process-wide thread for each message: no handler here uses
        the database on the event loop's side."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        offered = self.scope.get("subprotocols", [])
        self.batches = BATCHES in offered
        await self.accept(BATCHES if self.batches else PROTOCOL if PROTOCOL in offered else None)
        self.hub = current_hub()
        self.working: list[asyncio.Task[None]] = []
        self.ending = False
        if refusal := self.scope.get("refusal") or self.too_many_sockets():
            log.info("socket_refused", path=self.scope["path"], code=refusal)
            await self.shut(refusal)
            return
        self.actor: Actor = self.scope["actor"]
        self.joined: set[str] = set()
        self.commands: asyncio.Queue[str | Callable[[], Any]] = asyncio.Queue(settings.GATEWAY_SOCKET_WAITING_COMMANDS)
        self.bucket = Bucket(settings.GATEWAY_SOCKET_COMMANDS_PER_SECOND)
        self.connection = self.open_connection(self.hub)
        self.welcome()
        await self.join(f"user:{self.actor.user_id}")
        if stream := self.stream_of_url():
            self.commands.put_nowait(lambda: self.subscribe_from_url(stream))
        log.info("socket_opened", path=self.scope["path"], user=self.actor.user_id)
        self.working = [self.hub.start(self.connection.run_writer()), self.hub.start(self.run_commands())]

    def open_connection(self, hub: Hub) -> Connection:
        return Connection(
            hub,
            lambda text: self.base_send({"type": "websocket.send", "text": text}),
            user_id=self.actor.user_id,
            batches=self.batches,
            heartbeat=settings.GATEWAY_HEARTBEAT_SECONDS,
            grace=settings.GATEWAY_SUBSCRIBE_WITHIN_SECONDS,
            on_idle=lambda: self.end(IDLE),
        )

    def too_many_sockets(self) -> int | None:
        user_id = self.scope["actor"].user_id
        open_now = sum(connection.user_id == user_id for connection in self.hub.connections)
        return TOO_MANY if open_now >= settings.GATEWAY_SOCKETS_PER_USER else None

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if not self.working or self.ending:
            return
        text = message.get("text")
        if text is None:
            await self.shut(PROTOCOL_ERROR)
        elif (
            len(text) > settings.GATEWAY_SOCKET_FRAME_BYTES or len(text.encode()) > settings.GATEWAY_SOCKET_FRAME_BYTES
        ):
            await self.shut(TOO_LARGE)
        elif not self.bucket.take() or self.commands.full():
            await self.shut(TOO_MANY)
        else:
            self.commands.put_nowait(text)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        for task in self.working:
            task.cancel()
        if self.working:
            self.connection.close()
            log.info("socket_closed", path=self.scope["path"], user=self.actor.user_id, code=message.get("code"))
        for group in getattr(self, "joined", ()):
            with contextlib.suppress(Exception):
                await self.channel_layer.group_discard(group, self.channel_name)
        raise StopConsumer

    # Control messages, through the Channels groups of the streams

    async def access_changed(self, message: dict[str, Any]) -> None:
        """Rights on a stream changed: look again at what this socket may see."""
        with contextlib.suppress(asyncio.QueueFull):
            self.commands.put_nowait(self.check_access)

    # Commands

    async def run_commands(self) -> None:
        while True:
            command = await self.commands.get()
            await self.connection.room.wait()
            with correlated():
                try:
                    await (self.run_command(command) if isinstance(command, str) else command())
                except Exception:
                    log.exception("socket_failed")
                    self.end(INTERNAL_ERROR)

    async def run_command(self, text: str) -> None:
        reply_to: Any = None
        try:
            command = commands.parse_command(text)
            reply_to = command.id
            await getattr(self, f"command_{command.command}")(command)
        except BadFrame as error:
            self.refuse(error, error.reply_to)
        except GatewayError as error:
            self.refuse(error, reply_to)
        except Exception:
            log.exception("command_failed")
            self.refuse(
                GatewayError("This is our fault; the server's log knows more."), reply_to, code="internal_error"
            )

    async def command_ping(self, command: Ping) -> None:
        self.connection.tell(frames.Pong(reply_to=command.id, server_time=now()))

    async def command_subscribe(self, command: Subscribe) -> None:
        after = None if command.after is None else str(command.after)
        await self.subscribe(command.stream, after, history.parse_types(command.types), reply_to=command.id)

    async def command_unsubscribe(self, command: Unsubscribe) -> None:
        if not self.connection.unsubscribe(command.stream):
            raise NotSubscribed(command.stream)
        await self.leave(command.stream)
        self.connection.tell(frames.Unsubscribed(reply_to=command.id, stream=command.stream))

    async def command_publish(self, command: Publish) -> None:
        event = await in_database(self.publish, command)
        told = frames.Published(reply_to=command.id, seq=event.seq, cursor=event.cursor, id=str(event.uuid))
        self.connection.tell(told)

    def publish(self, command: Publish) -> Any:
        if not self.scope["may_write"]:
            raise Forbidden("The scopes of this token do not allow it.")
        return access.publish(
            command.project_id, command.type, command.payload, actor=self.actor, task_code=command.task, key=command.key
        )

    async def subscribe(
        self, stream: str, after: str | None, types: frozenset[str] | None, reply_to: Any = None
    ) -> None:
        """Find the stream, join its groups, and serve it from where the client was."""
        if stream in self.connection.subscriptions:
            raise InvalidInput({"stream": ["This socket has subscribed to it already; unsubscribe first."]})
        if len(self.connection.subscriptions) >= settings.GATEWAY_SUBSCRIPTIONS_PER_SOCKET:
            raise LimitReached("This socket has as many subscriptions as it may; unsubscribe, or open another.")
        visible = await in_database(access.find, stream, self.actor)
        await self.join(stream)
        feed = await self.hub.feed(visible.log)
        start = await in_database(find_start, visible, after, types, (feed.position, feed.cursor))
        told = frames.Subscribed(reply_to=reply_to, stream=stream, **start.told)
        self.connection.subscribe(stream, feed, start.wanted, at=start.seq, prev=start.prev, welcome=told)

    async def subscribe_from_url(self, stream: str) -> None:
        """The subscription that the URL asks for; what is wrong with it closes the socket."""
        try:
            query = parse_query(self.scope["query_string"])
            types = history.parse_types(name for name in query.get("types", "").split(",") if name)
            await self.subscribe(stream, query.get("after"), types)
        except UnknownStream as error:
            self.refuse(error, None)
            self.end(UNKNOWN)
        except GatewayError as error:
            self.refuse(error, None)
            self.end(PROTOCOL_ERROR)

    def stream_of_url(self) -> str | None:
        route = self.scope["url_route"]["kwargs"]
        return f"{route['kind']}:{route['key']}" if route else None

    # Access

    async def check_access(self) -> None:
        """End the socket whose token or user is gone, and the subscriptions that are no longer this actor's to see."""
        if not await in_database(self.scope["still_valid"]):
            self.end(UNAUTHENTICATED)
            return
        for stream in list(self.connection.subscriptions):
            try:
                await in_database(access.find, stream, self.actor)
            except GatewayError:
                feed = self.connection.subscriptions[stream].feed
                self.connection.unsubscribe(stream)
                await self.leave(stream)
                self.connection.tell(frames.Resync(stream=stream, reason="revoked", seq=0, cursor=history.START))
                log.info("subscription_revoked", stream=feed.name, user=self.actor.user_id)
        if self.stream_of_url() and not self.connection.subscriptions:
            self.end(UNKNOWN)

    async def join(self, stream: str) -> None:
        group = doorbell.group_name(stream)
        self.joined.add(group)
        await self.channel_layer.group_add(group, self.channel_name)

    async def leave(self, stream: str) -> None:
        group = doorbell.group_name(stream)
        self.joined.discard(group)
        await self.channel_layer.group_discard(group, self.channel_name)

    # Answers

    def welcome(self) -> None:
        self.connection.tell(
            frames.Welcome(
                connection_id=str(uuid.uuid4()),
                user=self.actor.name,
                heartbeat_seconds=settings.GATEWAY_HEARTBEAT_SECONDS,
                server_time=now(),
            )
        )

    def refuse(self, error: GatewayError, reply_to: Any, *, code: str | None = None) -> None:
        told = frames.Error(reply_to=reply_to, code=code or error.code, message=error.detail, **error.data)
        self.connection.tell(told)

    async def shut(self, code: int) -> None:
        """Close the socket, once. One whose client has gone needs no closing."""
        self.ending = True
        with contextlib.suppress(OSError, RuntimeError):
            await self.close(code, reason=REASONS.get(code))

    def end(self, code: int) -> None:
        """Close the socket once what waits has been written."""
        if not self.ending:
            self.ending = True
            self.hub.start(self.close_after_writing(code))

    async def close_after_writing(self, code: int) -> None:
        self.connection.awake.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self.connection.emptied()
        await self.shut(code)


def parse_query(text: bytes) -> dict[str, str]:
    """The query of a socket's address. One that is misspelt would be a silent hole, so it is refused."""
    query = {
        name: values[-1] for name, values in parse_qs(text.decode(errors="replace"), keep_blank_values=True).items()
    }
    if unknown := query.keys() - QUERY:
        raise InvalidInput(
            {name: [f"Unknown parameter. Known: {', '.join(sorted(QUERY))}."] for name in sorted(unknown)}
        )
    return query


class Start:
    """Where a subscription begins, and what its client is told of that."""

    def __init__(self, wanted: EventFilter, seq: int, prev: int, told: dict[str, Any]) -> None:
        self.wanted = wanted
        self.seq = seq
        self.prev = prev
        self.told = told


def find_start(visible: Visible, after: str | None, types: frozenset[str] | None, head: tuple[int, str]) -> Start:
    """Where to begin, given the (seq, cursor) up to which the live feed has come.

    `after` None is live only; a cursor that this log cannot continue is answered with `recovered: false`, and then it is
    live only too.
    """
    seq, cursor = head
    wanted = visible.filter(types)
    stream = history.find_stream(visible.log)
    position = Position(seq) if after is None else history.locate(stream, after)
    start = seq if position.trouble else position.seq
    if start > seq:
        seq, cursor = start, history.cursor_at(stream.pk, start)
    told = {
        "seq": seq,
        "cursor": cursor,
        "recovered": position.trouble is None,
        "reason": position.trouble,
        "missed": history.count_after(stream, start, wanted, up_to=seq),
    }
    return Start(wanted, start, history.previous_seq(stream.pk, start + 1, wanted), told)


def now() -> str:
    return timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
