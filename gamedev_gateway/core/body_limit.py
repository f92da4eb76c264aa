"""The limit on a request's body, held before anything reads it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import structlog

from gamedev_gateway.core.correlation import HEADER, correlated
from gamedev_gateway.core.problems import CONTENT_TYPE, problem

log = structlog.get_logger("gateway.http")
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
NOWHERE = re.compile(r"(?!)")


class BodyLimit:
    """ASGI middleware: 413 for a body above the limit, whether its length is announced or not.

    The body is collected here, so that one sent in chunks reaches Django with a Content-Length. An upload, a multipart body
    of announced length to one of the addresses `uploads`, may be larger: Django takes it in part by part, onto the disk.
    """

    def __init__(
        self, app: App, *, max_bytes: int, uploads: re.Pattern[str] = NOWHERE, max_upload_bytes: int = 0
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.uploads = uploads
        self.max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        announced = headers.get(b"content-length", b"")
        if announced.isdigit() and self.is_upload(scope, headers):
            await self.pass_upload(int(announced), scope, receive, send)
            return
        body = None if announced.isdigit() and int(announced) > self.max_bytes else await self.collect(receive)
        if body is None:
            await self.refuse(scope, send, self.max_bytes)
            return
        if not announced:
            scope = {**scope, "headers": [*scope["headers"], (b"content-length", str(len(body)).encode())]}
        await self.app(scope, replaying(body, receive), send)

    def is_upload(self, scope: dict[str, Any], headers: dict[bytes, bytes]) -> bool:
        multipart = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        plain = b"transfer-encoding" not in headers  # else the announced length would not hold
        return multipart and plain and bool(self.uploads.fullmatch(scope["path"]))

    async def pass_upload(self, length: int, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """The server holds the client to the length that it announced, so that nothing has to be counted here."""
        if length > self.max_upload_bytes:
            await self.refuse(scope, send, self.max_upload_bytes)
        else:
            await self.app(scope, receive, send)

    async def collect(self, receive: Receive) -> bytes | None:
        """The whole body; None when it is too large. A client that leaves early leaves what it had sent."""
        parts = bytearray()
        while True:
            message = await receive()
            parts += message.get("body", b"")
            if len(parts) > self.max_bytes:
                return None
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                return bytes(parts)

    async def refuse(self, scope: dict[str, Any], send: Send, limit: int) -> None:
        text = f"The body is larger than {limit} bytes; send less at a time."
        document = problem(status=413, code="body_too_large", title="Content Too Large", detail=text)
        offered = dict(scope["headers"]).get(HEADER.lower().encode(), b"").decode("latin-1")
        with correlated(offered) as name:
            log.info("request_too_large", path=scope["path"])
        headers = [
            (b"content-type", CONTENT_TYPE.encode()),
            (b"connection", b"close"),
            (HEADER.encode(), name.encode()),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": orjson.dumps(document)})


def replaying(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the collected body once and then listens to the client again."""
    waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> dict[str, Any]:
        return waiting.pop() if waiting else await receive()

    return replay
