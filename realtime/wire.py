"""Frames on their way out. What is the same for many sockets is encoded once for all of them."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from struct import Struct
from typing import Protocol, TypeVar

DIRECT = "gateway.frames"
"""The name under which a server offers a DirectWriter, in the `extensions` of a socket's scope."""
LARGEST_BATCH = 1 << 18
"""Characters in one `batch` frame, so that it passes the limits that clients have by default (1 MiB)."""

MOST_FRAMES = 128
"""Live frames in one bundle. It is what a slow reader's queue may be too long by."""
TEXT_FRAME = 0x81
"""The first byte of a text frame that is not continued."""
SHORT, LONG = Struct("!BBH"), Struct("!BBQ")
Item = TypeVar("Item")


class DirectWriter(Protocol):
    """What a server offers that lets us write encoded frames to the transport ourselves, several at once."""

    @property
    def ready(self) -> bool:
        """Whether the client keeps up: less waits in the transport's buffer than its high-water mark."""

    def write_frames(self, data: bytes) -> None:
        """Write encoded frames. Does nothing when the socket is closed or closing."""

    async def until_ready(self) -> None:
        """Wait until `ready`, or until the client has gone."""


class Bundle:
    """Frames that go out together, in this order, to however many sockets get just these."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.size = sum(map(len, texts))

    @cached_property
    def frames(self) -> bytes:
        """Each text as a WebSocket frame of its own."""
        return b"".join(map(encode_frame, self.texts))

    @cached_property
    def batch(self) -> str:
        """All texts as one, for clients that offered `gateway.v1.batch`."""
        return self.texts[0] if len(self.texts) == 1 else f'{{"type":"batch","frames":[{",".join(self.texts)}]}}'

    @cached_property
    def batch_frame(self) -> bytes:
        return encode_frame(self.batch)


def encode_frame(text: str) -> bytes:
    """A text frame as servers send it, whole and not masked (RFC 6455, 5.2): its header is the kind and the length."""
    data = text.encode()
    size = len(data)
    if size < 126:
        return bytes((TEXT_FRAME, size)) + data
    if size < 1 << 16:
        return SHORT.pack(TEXT_FRAME, 126, size) + data
    return LONG.pack(TEXT_FRAME, 127, size) + data


def portions(items: Sequence[Item], size: Callable[[Item], int], most: int) -> Iterator[Sequence[Item]]:
    """The items in portions of at most so many, and no larger than what goes out at once."""
    start = total = 0
    for place, item in enumerate(items):
        if place > start and (place - start == most or total + size(item) > LARGEST_BATCH):
            yield items[start:place]
            start, total = place, 0
        total += size(item)
    if items:
        yield items[start:]


def bundles_of(texts: Sequence[str]) -> list[Bundle]:
    """What is served from the log, in pieces as large as may go out at once."""
    return [Bundle(some) for some in portions(texts, len, most=len(texts))]
