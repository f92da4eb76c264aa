"""Errors that a client can act on.

Services raise them, views do not catch them; `core.problems` turns them into RFC 9457 problem documents, the sockets into
error frames. `code` is stable: clients branch on it.
"""

from typing import Any

from pydantic import ValidationError as PydanticError


class GatewayError(Exception):
    """An error with a stable code, an HTTP status and data for the client."""

    code = "error"
    http_status = 400
    title = "The request cannot be done"

    def __init__(self, detail: str, **data: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.data = data

    @property
    def headers(self) -> dict[str, str]:
        """What goes into the head of the answer: `retry_after`, in seconds, where the data has it."""
        return {"Retry-After": str(self.data["retry_after"])} if self.data.get("retry_after") else {}


class InvalidInput(GatewayError):
    """The input itself is wrong. `errors` maps each field to what is wrong with it."""

    code, http_status, title = "invalid", 400, "The input is not valid"

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{field}: {' '.join(texts)}" for field, texts in errors.items()), errors=errors)

    def under(self, place: str) -> "InvalidInput":
        """The same, with every field inside `place`: `payload.text` under "3" is `3.payload.text`."""
        return InvalidInput({f"{place}.{field}": texts for field, texts in self.data["errors"].items()})


class NotFound(GatewayError):
    """There is no such thing, or it is not yours to see; the answer is the same."""

    code, http_status, title = "not_found", 404, "Not found"


class Forbidden(GatewayError):
    """You may see it, but this is not yours to do."""

    code, http_status, title = "forbidden", 403, "Not allowed"


class Conflict(GatewayError):
    """Right in itself, but not in the state that things are in."""

    code, http_status, title = "conflict", 409, "Not possible now"


class StaleVersion(GatewayError):
    """The object was edited since the client read it. `current` is what it is now, `etag` the tag to try again with."""

    code, http_status, title = "stale_version", 412, "Somebody edited this before you"

    def __init__(self, current: Any, etag: str) -> None:
        super().__init__(
            "It was edited since you read it; look at `current` and try again with its ETag.", current=current
        )
        self.etag = etag

    @property
    def headers(self) -> dict[str, str]:
        return {"ETag": self.etag}


class IdempotencyMismatch(GatewayError):
    """The Idempotency-Key was used before, for something else."""

    code, http_status, title = "idempotency_mismatch", 422, "This Idempotency-Key belongs to another request"

    def __init__(self) -> None:
        super().__init__("The key was used for something else before; use a new key for something new.")


def invalid_input_from(error: PydanticError, prefix: str = "") -> InvalidInput:
    """A pydantic error in the words of the API: fields by dotted path."""
    errors: dict[str, list[str]] = {}
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        path = ".".join([prefix] * bool(prefix) + [str(part) for part in item["loc"]]) or "non_field_errors"
        text = "Unknown field." if item["type"] == "extra_forbidden" else item["msg"]
        errors.setdefault(path, []).append(text)
    return InvalidInput(errors)
