"""A server as the load sees it: where it is, and how to talk with it.

The baselines understand the two commands of the gateway's protocol that the load uses, and answer with the same frames;
Socket.IO wraps them in its own packets.
"""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from benchmarks.load.wire import Wire

TEXT = "the hero runs, jumps and lands on the next island"


@dataclass(frozen=True)
class Target:
    """`ways`: how events can be published, the fastest first: `socket`, `bulk` (a list in one POST), `post` (one each)."""

    name: str
    port: int
    token: str
    project: str = "bench-0"
    path: str = "/ws/"
    subprotocols: str = ""
    socket_io: bool = False
    ways: tuple[str, ...] = ("socket",)
    text: str = TEXT
    host: str = "127.0.0.1"

    @property
    def stream(self) -> str:
        return f"project:{self.project}"

    # Sockets

    def open(self, **options: Any) -> Wire:
        """A socket after its handshake, before its first frame."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if self.subprotocols:
            headers["Sec-WebSocket-Protocol"] = self.subprotocols
        return Wire(self.host, self.port, self.path, headers, **options)

    def greet(self, wire: Wire) -> None:
        """Until the server has said that it knows who this is."""
        if self.socket_io:
            wire.receive()
            wire.send(f'40{{"token":"{self.token}"}}')
            wire.receive_until('"sid"')
        else:
            wire.receive_until('"welcome"')

    def connect(self, **options: Any) -> Wire:
        wire = self.open(**options)
        self.greet(wire)
        return wire

    def subscribe(self, wire: Wire, after: int | None = None, stream: str = "") -> int:
        """Subscribe, and give the seq at which the log is. To the project's stream, unless another is named."""
        wire.send(self.subscription(after, stream))
        return self.frame(wire.receive_until('"subscribed"'))["seq"]

    def subscription(self, after: int | None = None, stream: str = "") -> str:
        asked = {"command": "subscribe", "id": "s", "stream": stream or self.stream}
        return self.command(json.dumps(asked if after is None else {**asked, "after": after}))

    def publication(self, number: int, stamped: str) -> str:
        return self.command(
            f'{{"command":"publish","id":"{number}","project_id":"{self.project}",{self.event(stamped)}}}'
        )

    def event(self, stamped: str) -> str:
        """The members of an event that its publisher gives."""
        return f'"type":"update","payload":{{"text":"{stamped} {self.text}"}}'

    def command(self, text: str) -> str:
        return f'42["command",{text}]' if self.socket_io else text

    def frame(self, text: str) -> dict[str, Any]:
        return json.loads(text[2:])[1] if self.socket_io else json.loads(text)

    # HTTP

    def post_request(self, stamped: list[str], *, bulk: bool) -> bytes:
        """One POST with these events: a list of them, or one alone."""
        items = [f"{{{self.event(text)}}}" for text in stamped]
        body = (f"[{','.join(items)}]" if bulk else items[0]).encode()
        head = (
            f"POST /api/v1/projects/{self.project}/events/ HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{self.host}:{self.port}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)

    def count(self) -> dict[str, int]:
        """{count, min, max} of the stored events."""
        return self.call("GET", f"/bench/count?stream={self.stream}")

    def prefill(self, count: int) -> None:
        self.call("POST", f"/bench/prefill?stream={self.stream}&count={count}")
