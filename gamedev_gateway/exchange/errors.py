"""What can be wrong with an export."""

from pydantic import ValidationError

from gamedev_gateway.core.errors import GatewayError


class ExchangeError(GatewayError):
    """The file cannot be imported, or the project not exported; the message names the place."""

    code, title = "bad_export", "This export cannot be used"


def first_error(error: ValidationError) -> tuple[tuple[int | str, ...], str]:
    """Where the first mistake is, and what it is, in words."""
    item = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return item["loc"], item["msg"]
