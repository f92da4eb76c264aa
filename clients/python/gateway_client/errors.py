"""What can go wrong. A lost connection is no error: the client comes back by itself."""

from collections.abc import Mapping
from typing import Any


class GatewayError(Exception):
    """Whatever this client raises."""


class Lost(GatewayError):
    """Events of a subscription after the seq `after` will not come on it. Read the state anew, then go on iterating.

    `reason`: `rewound` or `trimmed`, the log cannot continue from the position asked for; `gap`, see Gap. What is
    iterated next follows `cursor`.
    """

    def __init__(self, stream: str, reason: str, *, after: int, cursor: str, words: str = "") -> None:
        words = words or f"events after {after} are lost ({reason})"
        super().__init__(f"{stream}: {words}; read the state anew.")
        self.stream = stream
        self.reason = reason
        self.after = after
        self.cursor = cursor


class Gap(Lost):
    """The server broke its promise: between the seqs `after` and `before` an event is missing, as `prev` proves.

    The event whose seq is `before` is iterated next. With a `draft`, `after` and `before` are bytes of its text.
    """

    def __init__(self, stream: str, *, after: int, before: int, cursor: str, draft: int | None = None) -> None:
        words = f"bytes {after} to {before} of draft {draft} are missing" if draft else ""
        super().__init__(stream, "gap", after=after, cursor=cursor, words=words)
        self.before = before
        self.draft = draft


class Mismatch(Lost):
    """The server broke its promise: the text of `draft` is not the one whose SHA-256 ended it."""

    def __init__(self, stream: str, *, draft: int, cursor: str) -> None:
        words = f"the text of draft {draft} is not the one whose SHA-256 ends it"
        super().__init__(stream, "mismatch", after=0, cursor=cursor, words=words)
        self.draft = draft


class Refused(GatewayError):
    """The gateway says a final no, to the connection or to one subscription. `code` is the close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{reason or 'refused'} ({code})")
        self.code = code
        self.reason = reason


class CommandError(GatewayError):
    """A command could not be done. `code` is stable, `errors` says what is wrong with which field."""

    def __init__(self, frame: Mapping[str, Any]) -> None:
        self.code: str = frame["code"]
        self.message: str = frame["message"]
        self.errors: Mapping[str, list[str]] = frame.get("errors", {})
        self.data = {name: value for name, value in frame.items() if name not in {"type", "reply_to"}}
        super().__init__(f"{self.message} ({self.code})")


class Unanswered(GatewayError):
    """The connection was lost before the answer came: it may have been done, or not. Look at the document, then ask again."""

    def __init__(self) -> None:
        super().__init__("The connection was lost before the gateway had answered.")


class ProtocolError(GatewayError):
    """What came is not the protocol, e.g. an event twice. The client does not go on."""


class Closed(GatewayError):
    """This client is closed, or not open yet."""

    def __init__(self) -> None:
        super().__init__("This Gateway is not open; use it inside `async with`.")


class ConnectionLost(GatewayError):
    """Not for applications: the connection cannot be used further, another one may."""
