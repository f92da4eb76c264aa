"""Events on their way to the log: kept until they are answered, and sent again on every connection until then."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway_client.errors import CommandError
from gateway_client.frames import Published

AT_ONCE = 32
"""So many may wait for their answers; more of them wait to be sent, lest the server takes them for a flood."""


@dataclass(frozen=True)
class Publication:
    text: str
    answer: "asyncio.Future[Published]"


class Publications:
    """`send` sends a text now, or does nothing when there is no connection: `texts` is for the beginning of the next."""

    def __init__(self, send: Callable[[str], object]) -> None:
        self._send = send
        self._window = asyncio.Semaphore(AT_ONCE)
        self._unanswered: dict[str, Publication] = {}

    def __bool__(self) -> bool:
        return bool(self._unanswered)

    async def publish(self, command_id: str, event: Mapping[str, Any]) -> Published:
        text = encode({"command": "publish", "id": command_id, **event})
        async with self._window:
            publication = Publication(text, asyncio.get_running_loop().create_future())
            self._unanswered[command_id] = publication
            self._send(text)
            try:
                return await publication.answer
            finally:
                del self._unanswered[command_id]

    def texts(self) -> list[str]:
        return [publication.text for publication in self._unanswered.values() if not publication.answer.done()]

    def published(self, frame: Mapping[str, Any]) -> None:
        publication = self._unanswered.get(frame["reply_to"])
        if publication and not publication.answer.done():
            publication.answer.set_result(Published(frame["seq"], frame["cursor"], frame["id"]))

    def refused(self, frame: Mapping[str, Any]) -> bool:
        """Take an `error` frame. False when it answers something else."""
        publication = self._unanswered.get(frame["reply_to"])
        fail([publication] if publication else [], CommandError(frame))
        return publication is not None

    def too_large(self) -> bool:
        """The socket was closed for a frame that is too large: the largest. False when nothing was being sent."""
        largest = max(self._unanswered.values(), key=lambda publication: len(publication.text.encode()), default=None)
        fail([largest] if largest else [], CommandError({"code": "too_large", "message": "The event is too large."}))
        return largest is not None

    def fail_all(self, error: Exception) -> None:
        fail(self._unanswered.values(), error)


def fail(publications: Iterable[Publication], error: Exception) -> None:
    for publication in publications:
        if not publication.answer.done():
            publication.answer.set_exception(error)


def encode(command: Mapping[str, Any]) -> str:
    """The command as JSON without what is absent; ValueError for what cannot be text, such as half a character."""
    text = json.dumps({name: value for name, value in command.items() if value is not None}, ensure_ascii=False)
    text.encode()
    return text
