"""A call that does not come in: an HTTP status, and a JSON-RPC error as its body, since clients show their agent nothing else.

`error.data` has what the error of a tool has: {code, message, hint, retryable}, and what data there is besides.
"""

from typing import Any

import orjson
import structlog

NOT_LET_IN = -32000
"""JSON-RPC leaves the codes from here to -32099 to the server; `data.code` is the one to branch on."""
log = structlog.get_logger("gateway.mcp")


class Refused(Exception):
    """`headers` are those of the answer; `data` goes into the error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        hint: str,
        *,
        headers: dict[str, str] | None = None,
        retryable: bool = False,
        **data: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}
        self.data = {"code": code, "message": message, "hint": hint, "retryable": retryable, **data}

    async def send(self, send: Any) -> None:
        """Answer with it. The id is null: what was asked has not been looked at."""
        log.info("mcp_refused", status=self.status, code=self.code)
        error = {"code": NOT_LET_IN, "message": self.data["message"], "data": self.data}
        headers = {"content-type": "application/json", **self.headers}
        told = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": told})
        await send({"type": "http.response.body", "body": orjson.dumps({"jsonrpc": "2.0", "id": None, "error": error})})
