"""`/mcp` in the ASGI application: who may come in, checked before the MCP server is even loaded.

Streamable HTTP without sessions: each POST stands alone, so any process can answer it.
"""

import asyncio
import contextvars
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

import orjson
import structlog
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from agents.sockets import bearer_of, is_ours
from gamedev_gateway.core.correlation import HEADER, correlated
from gamedev_gateway.core.problems import CONTENT_TYPE, problem

if TYPE_CHECKING:
    from agents.mcp.serving import Rooms

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
PATH = re.compile(r"/mcp/?")
log = structlog.get_logger("gateway.mcp")


class Refused(Exception):
    """A call that does not come in."""

    def __init__(self, status: int, code: str, title: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.headers = status, headers
        self.problem = problem(status=status, code=code, title=title, detail=detail)


class McpDoor:
    """ASGI middleware: what is for `/mcp` goes to the MCP server, everything else past it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Rooms]] = WeakKeyDictionary()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not PATH.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with correlated(headers.get(HEADER.lower())) as name:
            answer = naming(send, name)
            try:
                check_origin(headers)
                check_method(scope["method"])
                await self.enter(scope, headers, receive, answer)
            except Refused as refused:
                await refuse(refused, answer)

    async def enter(self, scope: dict[str, Any], headers: dict[str, str], receive: Any, send: Any) -> None:
        token = bearer_of(headers, [])
        if token is None:
            raise unauthorized("Send a token: `Authorization: Bearer …`.")
        rooms = await self.current_rooms()
        caller = await rooms.caller_with(token)
        if caller is None:
            raise unauthorized("The token is wrong, too old, or revoked.")
        toolset = (parse_qs(scope["query_string"].decode("latin-1")).get("toolset") or [""])[-1]
        handle = rooms.find(toolset)
        if handle is None:
            known = ", ".join(rooms.names)
            raise Refused(
                400, "unknown_toolset", "Bad Request", f"There is no toolset {toolset[:40]!r}. Known: {known}."
            )
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
    from agents.mcp import serving

    return serving


def check_origin(headers: dict[str, str]) -> None:
    """A page of another site must not use a browser's way to us, nor a name of its own for our address."""
    host = headers.get("host", "")
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        raise Refused(421, "wrong_host", "Misdirected Request", "This server is not called so; see ALLOWED_HOSTS.")
    origin = headers.get("origin")
    if origin is not None and not is_ours(origin, host):
        raise Refused(403, "foreign_origin", "Forbidden", "Pages of other sites are not let in.")


def check_method(method: str) -> None:
    if method != "POST":
        detail = "There are no sessions to listen to or to end; send a POST."
        raise Refused(405, "method_not_allowed", "Method Not Allowed", detail, allow="POST")


def unauthorized(detail: str) -> Refused:
    return Refused(401, "not_authenticated", "Unauthorized", detail, **{"www-authenticate": "Bearer"})


async def refuse(refused: Refused, send: Any) -> None:
    log.info("mcp_refused", status=refused.status, code=refused.problem["code"])
    headers = [(name.encode(), value.encode()) for name, value in refused.headers.items()]
    kind = (b"content-type", CONTENT_TYPE.encode())
    await send({"type": "http.response.start", "status": refused.status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": orjson.dumps(refused.problem)})


def naming(send: Any, correlation: str) -> Any:
    """A `send` that adds the correlation id to the head of the answer."""

    async def named(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            header = (HEADER.lower().encode(), correlation.encode())
            message = {**message, "headers": [*message.get("headers", []), header]}
        await send(message)

    return named
