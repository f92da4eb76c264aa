"""JSON in, strictly: what the database could not keep is refused at the door, with its place named."""

from typing import Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from gamedev_gateway.core.storable import refuse_unstorable


class StrictJSONParser(JSONParser):
    """UTF-8 JSON without NaN, lone surrogates, NUL characters or bottomless nesting."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(f"This is not JSON: {error}") from error
        refuse_unstorable(data)
        return data
