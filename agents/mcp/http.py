"""`/mcp` in the ASGI application: who may come in, and how often, checked before the MCP server is even loaded.

Streamable HTTP without sessions: each POST stands alone, so any process can answer it.
"""

import asyncio
import contextvars
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import OperationalError
from django.http.request import split_domain_port, validate_host

from agents.loading import sdk_lock
from agents.mcp.rates import count_call_of, count_stranger
from agents.mcp.refused import Refused
from agents.sockets import bearer_of, is_ours
from gamedev_gateway.core.body_limit import BodyLimit
from gamedev_gateway.core.correlation import HEADER, correlated

if TYPE_CHECKING:
    from agents.mcp.callers import Caller
    from agents.mcp.serving import Rooms

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
PATH = re.compile(r"/mcp/?")


class ArgumentLimit(BodyLimit):
    """The limit on a body, refused as this door refuses."""

    async def refuse(self, scope: dict[str, Any], send: Any, limit: int) -> None:
        hint = "Send less at a time; what is large belongs into a file, to be named with register_artifact."
        raise Refused(
            413, "body_too_large", f"The call is larger than {limit} bytes.", hint, headers={"connection": "close"}
        )


class McpDoor:
    """ASGI middleware: what is for `/mcp` goes to the MCP server, everything else past it."""

    def __init__(self, app: App, *, max_bytes: int) -> None:
        self.app = app
        self.enter = ArgumentLimit(self.let_in, max_bytes=max_bytes)
        self.rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Rooms]] = WeakKeyDictionary()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not PATH.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return
        headers = headers_of(scope)
        with correlated(headers.get(HEADER.lower())) as name:
            answer = naming(send, name)
            try:
                check_origin(headers)
                check_method(scope["method"])
                await self.enter(scope, receive, answer)
            except Refused as refused:
                await refused.send(answer)

    async def let_in(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Who has a token that holds, and does not call too often, is let into the room that the address names."""
        headers = headers_of(scope)
        token = bearer_of(headers, [])
        if token is None:
            refuse_stranger(scope, headers, "The call has no token.")
        rooms = await self.current_rooms()
        caller = await caller_in(rooms, token)
        if caller is None:
            refuse_stranger(scope, headers, "The token is wrong, too old, or revoked.")
        count_call_of(caller.user)
        toolset = (parse_qs(scope["query_string"].decode("latin-1")).get("toolset") or [""])[-1]
        handle = rooms.find(toolset)
        if handle is None:
            hint = f"Take one of {', '.join(rooms.names)}, or none."
            raise Refused(400, "unknown_toolset", f"There is no toolset {toolset[:40]!r}.", hint)
        await handle({**scope, rooms.caller_key: caller}, receive, send)

    async def current_rooms(self) -> "Rooms":
        """The MCP servers of this event loop, opened by the first who calls."""
        loop = asyncio.get_running_loop()
        opening = self.rooms.get(loop)
        if opening is None or (opening.done() and (opening.cancelled() or opening.exception())):
            opening = loop.create_task(open_rooms(), context=contextvars.Context())
            self.rooms[loop] = opening
        return await asyncio.shield(opening)


async def open_rooms() -> "Rooms":
    """Loading the MCP server takes a second, so it is done beside the event loop, and not before somebody needs it."""
    serving = await asyncio.to_thread(load)
    return await serving.Rooms.open()


def load() -> Any:
    with sdk_lock:
        from agents.mcp import serving
    return serving


def headers_of(scope: dict[str, Any]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def caller_in(rooms: "Rooms", token: str) -> "Caller | None":
    try:
        return await rooms.caller_with(token)
    except OperationalError as error:
        headers, hint = {"retry-after": "1"}, "Call again in a moment."
        raise Refused(503, "busy", "The database is busy.", hint, headers=headers, retryable=True) from error


def refuse_stranger(scope: dict[str, Any], headers: dict[str, str], message: str) -> NoReturn:
    """Raises Refused: 429 for one who has come too often."""
    count_stranger(scope, headers)
    hint = "Send `Authorization: Bearer …` with a token of the scope agent; a person makes one with create_token."
    raise Refused(401, "not_authenticated", message, hint, headers={"www-authenticate": "Bearer"})


def check_origin(headers: dict[str, str]) -> None:
    """A page of another site must not use a browser's way to us, nor a name of its own for our address."""
    host = headers.get("host", "")
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        hint = "Call it by a name that its setting ALLOWED_HOSTS has, or have yours added there."
        raise Refused(421, "wrong_host", "This server is not called so.", hint)
    origin = headers.get("origin")
    if origin is not None and not is_ours(origin, host):
        hint = "Call without an Origin, from a page of this server, or from one that CSRF_TRUSTED_ORIGINS has."
        raise Refused(403, "foreign_origin", "Pages of other sites are not let in.", hint)


def check_method(method: str) -> None:
    if method != "POST":
        message = "There are no sessions here, to listen to or to end."
        raise Refused(405, "method_not_allowed", message, "Send a POST.", headers={"allow": "POST"})


def naming(send: Any, correlation: str) -> Any:
    """A `send` that adds the correlation id to the head of the answer."""

    async def named(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            header = (HEADER.lower().encode(), correlation.encode())
            message = {**message, "headers": [*message.get("headers", []), header]}
        await send(message)

    return named
