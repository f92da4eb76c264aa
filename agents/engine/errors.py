"""What can go wrong with outside tools."""

from typing import Any

from gamedev_gateway.core.errors import Conflict, Forbidden, GatewayError, NotFound


class OutsideError(GatewayError):
    """A call to an outside server went wrong. `counts`: it speaks against the server, which rests after several."""

    http_status = 502
    counts = True


class Unreachable(OutsideError):
    """The server cannot be reached, or went away in the middle."""

    code = "tool_unreachable"


class TookTooLong(OutsideError):
    code, http_status = "tool_timeout", 504


class AnswerTooLarge(OutsideError):
    code = "tool_answer_too_large"


class AnswerInvalid(OutsideError):
    """It does not speak MCP, or not as it says."""

    code = "tool_answer_invalid"


class ToolFailed(OutsideError):
    """The tool itself says that it failed. `result` is what it said."""

    code = "tool_failed"
    counts = False

    def __init__(self, detail: str, result: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.result = result


class Resting(OutsideError):
    """The server failed several times, and is left alone for a while."""

    code, http_status = "tool_resting", 503
    counts = False

    def __init__(self, server: str, seconds: float) -> None:
        wait = max(round(seconds), 1)
        super().__init__(f"{server} failed several times in a row and is left alone for {wait} s.", retry_after=wait)


class NotAllowed(Conflict):
    """The operator's settings do not allow this server, or lack what it needs."""

    code = "tool_server_not_allowed"


class NoTool(NotFound):
    code = "no_such_tool"

    def __init__(self, server: str, tool: str, instead: list[str]) -> None:
        super().__init__(
            f"This project has no tool {tool[:128]!r} on a server {server[:40]!r}."
            + (f" Like it: {', '.join(instead)}." if instead else ""),
            like_it=instead,
        )


class ToolDenied(Forbidden):
    code = "tool_denied"

    def __init__(self, tool: str) -> None:
        super().__init__(f"{tool} is not to be called; people have decided so.")


class SchemaUnusable(Conflict):
    """Nobody can tell whether arguments fit the tool, so it is not called."""

    code = "tool_schema_unusable"


class TooManyCalls(Conflict):
    code = "too_many_tool_calls"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} calls of this project wait or run already.", retry_after=10)


class NotWaiting(Conflict):
    """There is nothing to confirm or to refuse any more."""

    code = "not_waiting"

    def __init__(self, status: str) -> None:
        super().__init__(f"This call is {status} and waits for nobody.", call_status=status)
