"""The WebSocket door. Handlers only enqueue; one task runs the commands in order, another writes the frames."""

import asyncio
import contextlib
import random
import uuid
from collections.abc import Awaitable
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qs

import structlog
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils import timezone

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.correlation import correlated
from gamedev_gateway.core.errors import Forbidden, GatewayError, InvalidInput
from realtime import access, commands, doorbell, frames, history
from realtime.access import UnknownStream
from realtime.commands import BadFrame, Cancel, Generate, Ping, Publish, Subscribe, Unsubscribe
from realtime.connection import Connection, Lost, Subscription
from realtime.feeds import Feed
from realtime.history import EventFilter, Position
from realtime.hub import current_hub
from realtime.models import Event
from realtime.rate import Bucket
from realtime.spoken import Spoken
from realtime.threads import in_database
from realtime.wire import DIRECT

PROTOCOL = "gateway.v1"
BATCHES = "gateway.v1.batch"

PROTOCOL_ERROR, UNAUTHENTICATED, FORBIDDEN, UNKNOWN = 4400, 4401, 4403, 4404
IDLE, TOO_LARGE, TOO_MANY, RESTARTING = 4408, 4413, 4429, 4503
INTERNAL_ERROR = 1011
QUERY = {"after", "types", "sections", "ticket", "generate"}
REASONS = {
    PROTOCOL_ERROR: "not the protocol",
    UNAUTHENTICATED: "no credential that holds",
    FORBIDDEN: "a foreign page",
    UNKNOWN: "no such stream, or not yours to see",
    IDLE: "nothing subscribed or published",
    TOO_LARGE: "frame too large",
    TOO_MANY: "too many commands or sockets",
    RESTARTING: "closing for a restart",
    INTERNAL_ERROR: "our fault",
}

RETRY_AFTER_MS = 500, 3_000
"""Between these a client is told to come back after a restart: long enough for a server to start, spread so that not all
come at once."""
ENDS_WITHIN = 2.5
"""Seconds in which a socket that is being closed may finish what is in hand."""

log = structlog.get_logger("gateway.socket")


class LimitReached(GatewayError):
    code, http_status = "too_many_subscriptions", 429


class OurFault(GatewayError):
    code, http_status = "internal_error", 500

    def __init__(self) -> None:
        super().__init__("This is our fault; the server's log knows more.")


class NotSubscribed(GatewayError):
    code, http_status = "unknown_stream", 404

    def __init__(self, stream: str) -> None:
        super().__init__(f"This socket has no subscription to {stream!r}.")


class GatewayConsumer(AsyncWebsocketConsumer):
    """One socket.

    Its scope tells: `actor` who it is, `may_write` whether it may publish, `credential` what it was opened with, or
    `refusal`, the close code with which the door has refused it.
    """

    groups: list[str] = []
    connection: Connection
    open = False
    channel_name: str | None = None
    ending = False

    # Channels

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """As in AsyncConsumer, but the channel layer is heard in a task of its own: what a client says and what the layer
        says never wait for each other, and a layer that is away closes no door."""
        self.scope, self.base_send = scope, send
        self.hub = current_hub()
        self.channel_layer = get_channel_layer(self.channel_layer_alias)
        listening = self.hub.start(self.listen_to_layer())
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            listening.cancel()
            self.hang_up()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As in AsyncConsumer, without its hop through one process-wide thread for each message: no handler here uses
        the database on the event loop's side."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        offered = self.scope.get("subprotocols", [])
        batches = BATCHES in offered
        await self.accept(BATCHES if batches else PROTOCOL if PROTOCOL in offered else None)
        if refusal := self.scope.get("refusal") or self.no_room():
            log.info("socket_refused", path=self.scope["path"], code=refusal)
            await self.shut(refusal)
            return
        self.actor: Actor = self.scope["actor"]
        self.bucket = Bucket(settings.GATEWAY_SOCKET_COMMANDS_PER_SECOND)
        self.frame_bytes = settings.GATEWAY_SOCKET_FRAME_BYTES
        self.most_publishing = settings.GATEWAY_SOCKET_WAITING_COMMANDS
        self.publishing = 0
        self.answers: list[frames.Frame] = []
        self.published = asyncio.Event()
        self.connection = self.open_connection(batches)
        self.open = True
        self.welcome()
        self.join(f"user:{self.actor.user_id}")
        log.info("socket_opened", path=self.scope["path"], user=self.actor.user_id)
        if stream := self.stream_of_url():
            with correlated():
                await self.guarded(self.subscribe_from_url(stream))

    def open_connection(self, batches: bool) -> Connection:
        return Connection(
            self.hub,
            lambda text: self.base_send({"type": "websocket.send", "text": text}),
            self.scope.get("extensions", {}).get(DIRECT),
            actor=self.actor,
            credential=self.scope["credential"],
            path=self.scope["path"],
            batches=batches,
            heartbeat=settings.GATEWAY_HEARTBEAT_SECONDS,
            grace=settings.GATEWAY_SUBSCRIBE_WITHIN_SECONDS,
            on_idle=lambda: self.end(IDLE),
            on_invalid=lambda: self.end(UNAUTHENTICATED),
            on_lost=self.lose,
            on_closing=self.say_goodbye,
        )

    def no_room(self) -> int | None:
        """The close code for a socket that there is no room for."""
        if self.hub.closing:
            return RESTARTING
        user_id = self.scope["actor"].user_id
        open_now = sum(connection.actor.user_id == user_id for connection in self.hub.connections)
        return TOO_MANY if open_now >= settings.GATEWAY_SOCKETS_PER_USER else None

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if not self.open or self.ending:
            return
        text = message.get("text")
        if text is None:
            await self.shut(PROTOCOL_ERROR)
        elif len(text) > self.frame_bytes or len(text.encode()) > self.frame_bytes:
            await self.shut(TOO_LARGE)
        elif not self.bucket.take():
            await self.shut(TOO_MANY)
        else:
            await self.connection.room.wait()
            with correlated():
                await self.guarded(self.run_command(text))

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        if self.open:
            log.info("socket_closed", path=self.scope["path"], user=self.actor.user_id, code=message.get("code"))
        raise StopConsumer

    def hang_up(self) -> None:
        """Leave nothing behind, however the socket has ended."""
        if self.open:
            self.open = False
            self.leave(f"user:{self.actor.user_id}")
            self.end_subscriptions()
            self.connection.close()

    def end_subscriptions(self) -> None:
        for stream in list(self.connection.subscriptions):
            self.connection.unsubscribe(stream)
            self.leave(stream)

    async def guarded(self, work: Awaitable[None]) -> None:
        """Whatever goes wrong in a socket's own work ends this socket, with a line in the log."""
        try:
            await work
        except Exception:
            log.exception("socket_failed")
            self.end(INTERNAL_ERROR)

    # The channel layer: control messages to the groups of this socket's user and streams

    async def listen_to_layer(self) -> None:
        while True:
            try:
                self.channel_name = channel = await self.channel_layer.new_channel()
                for stream in self.watched():
                    await self.hub.join(doorbell.group_name(stream), channel)
                while True:
                    await self.dispatch(await self.channel_layer.receive(channel))
            except Exception as error:
                self.hub.note_layer_failure(error)
                await asyncio.sleep(settings.GATEWAY_REREAD_SECONDS)

    def watched(self) -> list[str]:
        """The streams whose control messages concern this socket."""
        if not self.open:
            return []
        return [f"user:{self.actor.user_id}", *self.connection.subscriptions]

    def join(self, stream: str) -> None:
        if self.channel_name is not None:
            self.hub.start(self.hub.join(doorbell.group_name(stream), self.channel_name))

    def leave(self, stream: str) -> None:
        if self.channel_name is not None:
            self.hub.start(self.hub.part(doorbell.group_name(stream), self.channel_name))

    async def access_changed(self, message: dict[str, Any]) -> None:
        """Rights changed: look again at whether this socket may be open, and at what it may see."""
        if not self.open:
            return
        credential = self.connection.credential
        if await in_database(access.find_invalid, {credential}):
            self.end(UNAUTHENTICATED)
        else:
            self.hub.doubt(self.connection.subscriptions.values())

    # Commands

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
            self.refuse(OurFault(), reply_to)

    async def command_ping(self, command: Ping) -> None:
        self.connection.tell(frames.Pong(reply_to=command.id, server_time=now()))

    async def command_subscribe(self, command: Subscribe) -> None:
        after = None if command.after is None else str(command.after)
        types = history.parse_types(command.types)
        await self.subscribe(command.stream, after, types, sections=command.sections, reply_to=command.id)

    async def command_unsubscribe(self, command: Unsubscribe) -> None:
        if not self.connection.unsubscribe(command.stream):
            raise NotSubscribed(command.stream)
        self.leave(command.stream)
        self.connection.tell(frames.Unsubscribed(reply_to=command.id, stream=command.stream))

    async def command_publish(self, command: Publish) -> None:
        """Hand the event to the group commit, which answers; the next command need not wait for it."""
        if not self.scope["may_write"]:
            raise Forbidden("The scopes of this token do not allow it.")
        while self.publishing >= self.most_publishing:
            self.published.clear()
            await self.published.wait()
        self.publishing += 1
        said = Spoken(command.project_id, command.type, command.payload, self.actor, command.task, command.key)
        self.hub.publishing.submit(said, partial(self.answer_publish, command.id))

    async def command_generate(self, command: Generate) -> None:
        await self.order("generate", command)

    async def command_cancel(self, command: Cancel) -> None:
        await self.order("cancel", command)

    async def order(self, name: str, command: Generate | Cancel) -> None:
        """Something that the app which owns documents carries out, or finds done already."""
        if not self.scope["may_write"]:
            raise Forbidden("The scopes of this token do not allow it.")
        generation_id = await in_database(access.order, name, command.document_id, self.actor)
        if name == "generate_missing" and not generation_id:
            return
        told = frames.Done(
            reply_to=command.id,
            command=command.command,
            document_id=command.document_id,
            generation_id=generation_id,
        )
        self.connection.tell(told)

    def answer_publish(self, reply_to: Any, result: Event | Exception) -> None:
        """Answers of one commit go out together."""
        if isinstance(result, Event):
            self.connection.stay()
        if not self.answers:
            self.hub.loop.call_soon(self.give_answers)
        self.answers.append(answer_to(reply_to, result))

    def give_answers(self) -> None:
        answers, self.answers = self.answers, []
        self.publishing -= len(answers)
        self.published.set()
        self.connection.tell(*answers)

    async def subscribe(
        self,
        stream: str,
        after: str | None,
        types: frozenset[str] | None,
        *,
        sections: bool = False,
        reply_to: Any = None,
    ) -> None:
        """Find the stream, join its groups, and serve it from where the client was."""
        if stream in self.connection.subscriptions:
            raise InvalidInput({"stream": ["This socket has subscribed to it already; unsubscribe first."]})
        if len(self.connection.subscriptions) >= settings.GATEWAY_SUBSCRIPTIONS_PER_SOCKET:
            raise LimitReached("This socket has as many subscriptions as it may; unsubscribe, or open another.")
        visible = await in_database(access.find, stream, self.actor)
        async with self.hub.kept_feed(visible.log) as followed:
            feed = cast(Feed, followed)
            doubts = feed.doubts
            if visible.serve is None:
                subscription = await self.serve_log(stream, feed, after, types, reply_to)
                if sections:
                    await access.follow_sections(subscription)
            elif types is None:
                subscription = await visible.serve(self.connection, stream, after, reply_to, feed)
            else:
                raise InvalidInput({"types": ["This stream has no event types; leave them out."]})
            if feed.doubts != doubts:
                self.hub.doubt([subscription])
        self.join(stream)

    async def serve_log(
        self, stream: str, feed: Feed, after: str | None, types: frozenset[str] | None, reply_to: Any
    ) -> Subscription:
        start = await in_database(find_start, stream, self.actor, after, types, (feed.position, feed.cursor))
        await feed.reach(start.seq)
        told = frames.Subscribed(reply_to=reply_to, stream=stream, **start.told)
        return self.connection.subscribe(stream, feed, start.wanted, at=start.seq, prev=start.prev, welcome=told)

    async def subscribe_from_url(self, stream: str) -> None:
        """The subscription that the URL asks for; what is wrong with it closes the socket."""
        try:
            query = parse_query(self.scope["query_string"])
            types = history.parse_types(name for name in query.get("types", "").split(",") if name)
            await self.subscribe(stream, query.get("after"), types, sections=flag(query, "sections"))
            if flag(query, "generate"):
                await self.order_from_url(Generate(command="generate", document_id=document_of(stream)))
        except UnknownStream as error:
            self.refuse(error, None)
            self.end(UNKNOWN)
        except GatewayError as error:
            self.refuse(error, None)
            self.end(PROTOCOL_ERROR)

    async def order_from_url(self, command: Generate) -> None:
        """Who may watch a document, but not have it written, goes on watching."""
        try:
            await self.order("generate_missing", command)
        except GatewayError as error:
            self.refuse(error, None)

    def stream_of_url(self) -> str | None:
        route = self.scope["url_route"]["kwargs"]
        return f"{route['kind']}:{route['key']}" if route else None

    # What ends by itself

    def lose(self, subscription: Subscription, reason: Lost) -> None:
        """End a subscription that cannot go on, and tell its reader why and where the log is now."""
        self.connection.unsubscribe(subscription.stream)
        self.leave(subscription.stream)
        log.info("subscription_lost", stream=subscription.stream, reason=reason, user=self.actor.user_id)
        self.hub.start(self.guarded(self.tell_lost(subscription, reason)))

    async def tell_lost(self, subscription: Subscription, reason: Lost) -> None:
        seq, cursor = 0, history.START
        if reason != "revoked":
            seq, cursor = await subscription.find_head()
        self.connection.tell(frames.Resync(stream=subscription.stream, reason=reason, seq=seq, cursor=cursor))
        if self.stream_of_url() and not self.connection.subscriptions:
            self.end(UNKNOWN)

    def say_goodbye(self) -> None:
        """Tell the client that the server ends, and when to come back."""
        if not self.ending:
            first, last = RETRY_AFTER_MS
            self.connection.tell(frames.Closing(retry_after_ms=random.randint(first, last)))  # noqa: S311
            self.end(RESTARTING)

    # Answers

    def welcome(self) -> None:
        self.connection.tell(
            frames.Welcome(
                connection_id=str(uuid.uuid4()),
                user=self.actor.name,
                heartbeat_seconds=settings.GATEWAY_HEARTBEAT_SECONDS,
                commands_per_second=settings.GATEWAY_SOCKET_COMMANDS_PER_SECOND,
                server_time=now(),
            )
        )

    def refuse(self, error: GatewayError, reply_to: Any) -> None:
        self.connection.tell(refusal(error, reply_to))

    async def shut(self, code: int) -> None:
        """Close the socket, once. One whose client has gone needs no closing."""
        self.ending = True
        self.hub.figures.closed[code] += 1
        with contextlib.suppress(OSError, RuntimeError):
            await self.close(code, reason=REASONS.get(code))

    def end(self, code: int) -> None:
        """Close the socket once what is in hand is done and what waits has been written; of its streams nothing more is."""
        if not self.ending:
            self.ending = True
            self.end_subscriptions()
            self.hub.start(self.close_after_writing(code))

    async def close_after_writing(self, code: int) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDS_WITHIN):
                while self.publishing:
                    self.published.clear()
                    await self.published.wait()
                await self.connection.emptied()
        await self.shut(code)


def answer_to(reply_to: Any, result: Event | Exception) -> frames.Frame:
    """What the author of a publication is told of what became of it."""
    if isinstance(result, Event):
        return frames.Published(reply_to=reply_to, seq=result.seq, cursor=result.cursor, id=str(result.uuid))
    return refusal(result if isinstance(result, GatewayError) else OurFault(), reply_to)


def refusal(error: GatewayError, reply_to: Any) -> frames.Error:
    return frames.Error(reply_to=reply_to, code=error.code, message=error.detail, **error.data)


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


def flag(query: dict[str, str], name: str) -> bool:
    """Whether a flag of the query is set: 1 is yes, 0 or nothing is no."""
    value = query.get(name, "0")
    if value not in {"0", "1"}:
        raise InvalidInput({name: ["Use 1 or 0."]})
    return value == "1"


def document_of(stream: str) -> int:
    kind, _, key = stream.partition(":")
    if kind != "document":
        raise InvalidInput({"generate": ["Only a document's stream can be generated."]})
    return int(key)


class Start:
    """Where a subscription begins, and what its client is told of that."""

    def __init__(self, wanted: EventFilter, seq: int, prev: int, told: dict[str, Any]) -> None:
        self.wanted = wanted
        self.seq = seq
        self.prev = prev
        self.told = told


def find_start(
    name: str, actor: Actor, after: str | None, types: frozenset[str] | None, head: tuple[int, str]
) -> Start:
    """Where to begin, given the (seq, cursor) up to which the live feed has come.

    `after` None is live only; a cursor that this log cannot continue is answered with `recovered: false`, and then it is
    live only too. Whether the actor sees the stream is asked again here: from now on the feed tells when that changes.
    """
    visible = access.find(name, actor)
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
