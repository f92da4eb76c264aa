"""What the gateway sends over a socket, besides events: declarations that the frames are made from."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ReplyTo = Annotated[str | int | None, Field(description="The `id` of the command that this answers; null for none.")]


class Frame(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Welcome(Frame):
    """The first frame of every socket."""

    type: Literal["welcome"] = "welcome"
    protocol: Literal["gateway.v1"] = "gateway.v1"
    connection_id: str
    user: str
    heartbeat_seconds: float
    commands_per_second: float = Field(description="What this socket may send on average; twice as much at once.")
    server_time: str


class Subscribed(Frame):
    """A subscription begins: after this frame come the `missed` events, then those that are new."""

    type: Literal["subscribed"] = "subscribed"
    reply_to: ReplyTo = None
    stream: str
    seq: int = Field(description="Head of the log when the subscription began.")
    cursor: str
    recovered: bool = Field(description="False: the position asked for cannot be continued; read the state anew.")
    missed: int
    reason: Literal["rewound", "trimmed"] | None = None


class Unsubscribed(Frame):
    """Nothing more comes of this stream."""

    type: Literal["unsubscribed"] = "unsubscribed"
    reply_to: ReplyTo = None
    stream: str


class Pong(Frame):
    """The answer to a `ping`."""

    type: Literal["pong"] = "pong"
    reply_to: ReplyTo = None
    server_time: str


class Published(Frame):
    """The event of a `publish` command is stored."""

    type: Literal["published"] = "published"
    reply_to: ReplyTo = None
    seq: int
    cursor: str
    id: str


class Done(Frame):
    """A `generate` or `cancel` command was carried out: the run was begun, or ended."""

    type: Literal["done"] = "done"
    reply_to: ReplyTo = None
    command: Literal["generate", "cancel"]
    document_id: int
    generation_id: int


class Position(Frame):
    """Everything up to this seq has been sent: the heartbeat of a quiet subscription."""

    type: Literal["position"] = "position"
    stream: str
    seq: int
    cursor: str


class Resync(Frame):
    """The subscription has ended: what was sent no longer is the whole of what this reader may see."""

    type: Literal["resync"] = "resync"
    stream: str
    reason: Literal["trimmed", "rewound", "revoked"]
    seq: int
    cursor: str


class Closing(Frame):
    """The server ends, and closes this socket with 4503 when what is in hand is done. Come back after the time given."""

    type: Literal["closing"] = "closing"
    reason: Literal["restart"] = "restart"
    retry_after_ms: int = Field(ge=0, description="Different for each socket, so that not all come back at once.")


class Error(Frame):
    """A command could not be done. `code` is stable; further members are the error's data, such as `errors` per field."""

    model_config = ConfigDict(extra="allow")
    type: Literal["error"] = "error"
    reply_to: ReplyTo = None
    code: str
    message: str


class Batch(Frame):
    """Several frames, in order, for clients that offered `gateway.v1.batch`."""

    type: Literal["batch"] = "batch"
    frames: list[dict[str, Any]]


class ActorShape(Frame):
    kind: Literal["user", "ai", "system"]
    id: str
    name: str


class EventFrame(Frame):
    """The envelope of every event. `payload` is what its type declares."""

    type: str
    stream: str = Field(description="As subscribed to.")
    seq: int = Field(ge=1, description="Counts the project's events without holes.")
    prev: int = Field(ge=0, description="The seq of the event before it on this subscription.")
    cursor: str
    id: str
    project_id: str
    task_id: int | None
    task_code: str | None
    payload: dict[str, Any]
    actor: ActorShape
    correlation_id: str
    causation_id: str | None
    timestamp: str


SENT: list[type[Frame]] = [
    Welcome,
    Subscribed,
    Unsubscribed,
    Pong,
    Published,
    Done,
    Position,
    Resync,
    Closing,
    Error,
    Batch,
]
