"""A client of the project's socket that does not lose its place: after a lost connection it goes on from its cursor."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from gamedev_gateway.simulation.client import pauses

Frame = dict[str, Any]
PROTOCOL: Any = "gateway.v1"
FINAL = {
    4400: "the gateway did not understand what was asked for; are --after and --types right?",
    4401: "the gateway does not accept this token.",
    4403: "this token may not watch here.",
    4404: "there is no such project, or none that this token may see.",
}
"""Close codes after which trying again is of no use."""


class Refused(Exception):
    """The gateway will not let us watch, now or later."""


def watch(
    url: str,
    project_id: str,
    token: str,
    *,
    after: str | None = None,
    types: str = "",
    wait: Callable[[float], Any] = time.sleep,
) -> Iterator[Frame]:
    """Every frame of the project's stream, in order and each event once, however often the connection is lost.

    Lost connections show as a frame `{"type": "lost", …}` of our own. Refused when the gateway says a final no.
    """
    pause = pauses()
    while True:
        try:
            with open_socket(url, project_id, token, after, types) as socket:
                for frame in frames_of(socket):
                    after = frame.get("cursor") or after
                    pause = pauses() if frame["type"] == "subscribed" else pause
                    yield frame
        except (OSError, InvalidHandshake, ConnectionClosed) as error:
            reason = str(error)
        seconds = next(pause)
        yield {"type": "lost", "reason": reason, "again_in": seconds}
        wait(seconds)


def open_socket(url: str, project_id: str, token: str, after: str | None, types: str) -> ClientConnection:
    query = urlencode({name: value for name, value in {"after": after, "types": types}.items() if value})
    address = f"{url.replace('http', 'ws', 1)}/ws/projects/{quote(project_id, safe='')}/?{query}"
    headers = {"Authorization": f"Bearer {token}"}
    return connect(address, additional_headers=headers, subprotocols=[PROTOCOL], open_timeout=10, max_size=1 << 24)


def frames_of(socket: ClientConnection) -> Iterator[Frame]:
    """The frames until the connection ends, which is an error, final or not."""
    try:
        while True:
            yield json.loads(socket.recv())
    except ConnectionClosed as error:
        code = error.rcvd.code if error.rcvd else 1006
        if code in FINAL:
            raise Refused(FINAL[code]) from error
        raise
