"""What a client may send over a socket, as declarations that the frames are checked against."""

from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from gamedev_gateway.core.errors import GatewayError, invalid_input_from
from gamedev_gateway.core.storable import refuse_unstorable, surely_storable

StreamName = Annotated[str, StringConstraints(max_length=90)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Command(BaseModel):
    """`id` is the client's own word for the command; the answer carries it as `reply_to`."""

    model_config = ConfigDict(extra="forbid")
    id: Annotated[str, StringConstraints(max_length=128)] | int | None = None


class Subscribe(Command):
    """Watch a stream: from a position on (`after`; 0 is the first kept event), or only what is new."""

    command: Literal["subscribe"]
    stream: StreamName
    after: Annotated[str, StringConstraints(max_length=40)] | int | None = None
    types: list[Annotated[str, StringConstraints(max_length=60)]] | None = Field(default=None, max_length=50)
    sections: bool = False


class Unsubscribe(Command):
    """Watch a stream no longer."""

    command: Literal["unsubscribe"]
    stream: StreamName


class Ping(Command):
    """Is anybody there?"""

    command: Literal["ping"]


class ClientEvent(BaseModel):
    """What a client publishes, over a socket or over REST. The same `key` of the same author is stored once."""

    model_config = ConfigDict(extra="forbid")
    type: Annotated[str, StringConstraints(max_length=40)]
    payload: dict[str, Any]
    task: Annotated[str, StringConstraints(max_length=16)] | None = None
    key: Key | None = None


class Publish(ClientEvent, Command):
    """Say something in a project. The same `key` of the same author is stored once."""

    command: Literal["publish"]
    project_id: Annotated[str, StringConstraints(max_length=64)]


class Generate(Command):
    """Begin a run that writes a document's sections, in order."""

    command: Literal["generate"]
    document_id: Annotated[int, Field(ge=1, le=2**63 - 1)]


class Cancel(Command):
    """End the run that writes a document. What it has written is kept."""

    command: Literal["cancel"]
    document_id: Annotated[int, Field(ge=1, le=2**63 - 1)]


AnyCommand = Annotated[Subscribe | Unsubscribe | Ping | Publish | Generate | Cancel, Field(discriminator="command")]
adapter: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)


class BadFrame(GatewayError):
    """The frame is not a command. `reply_to` is its id, where it has one that can be read."""

    code = "bad_command"

    def __init__(self, detail: str, reply_to: Any = None, **data: Any) -> None:
        super().__init__(detail, **data)
        self.reply_to = reply_to


def parse_command(text: str) -> AnyCommand:
    """The command in a text frame; BadFrame when there is none."""
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadFrame(f"This is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadFrame("A frame is one JSON object with a `command`.")
    reply_to = data.get("id") if isinstance(data.get("id"), str | int) else None
    try:
        if not surely_storable(text):
            refuse_unstorable(data)
        return adapter.validate_python(data)
    except ValidationError as error:
        if error.errors()[0]["type"] in {"union_tag_invalid", "union_tag_not_found"}:
            error_of_command = {"command": ["Use subscribe, unsubscribe, ping, publish, generate or cancel."]}
            raise BadFrame("There is no such command.", reply_to, errors=error_of_command) from error
        invalid = invalid_input_from(error)
        raise BadFrame(invalid.detail, reply_to, **invalid.data) from error
    except GatewayError as error:
        raise BadFrame(error.detail, reply_to, **error.data) from error
