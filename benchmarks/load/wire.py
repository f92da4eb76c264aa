"""A WebSocket client on a raw, blocking socket: for the few frames of a conversation, before and after the load.

It offers no compression. Client frames are masked with a key of zeros, which leaves the text as it is.
"""

import base64
import contextlib
import os
import socket
import struct

TIMEOUT = 30.0
RECEIVE_BYTES = 1 << 18
PING, PONG, CLOSE = 0x89, 0x8A, 0x88


class Refused(Exception):
    """The server answered the upgrade with something else than 101."""


class Closed(Exception):
    """The server has closed the socket; the message tells its code and reason."""


class Wire:
    """One open WebSocket. What was received beyond the last frame waits in `buffer`."""

    def __init__(
        self, host: str, port: int, path: str, headers: dict[str, str], *, receive_buffer: int | None = None
    ) -> None:
        """`receive_buffer`: bytes that the kernel holds for a client that does not read."""
        self.socket = socket.socket()
        self.socket.settimeout(TIMEOUT)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.socket.sendall(upgrade_request(f"{host}:{port}", path, headers))
        answer = self.read_head()
        if b" 101 " not in answer.split(b"\r\n", 1)[0]:
            raise Refused(answer.decode(errors="replace"))

    def read_head(self) -> bytes:
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            self.read_more()
        head = bytes(self.buffer[:end])
        del self.buffer[: end + 4]
        return head

    def read_more(self) -> None:
        piece = self.socket.recv(RECEIVE_BYTES)
        if not piece:
            raise Closed("The connection has ended.")
        self.buffer += piece

    def send(self, text: str) -> None:
        self.socket.sendall(client_frame(text.encode()))

    def receive(self) -> str:
        """The next text frame. Pings are answered; a close raises Closed."""
        while True:
            opcode, payload = self.read_frame()
            if opcode == PING:
                self.socket.sendall(client_frame(payload, PONG))
            elif opcode == CLOSE:
                raise Closed(f"{int.from_bytes(payload[:2], 'big')} {payload[2:].decode(errors='replace')}")
            elif opcode != PONG:
                return payload.decode()

    def receive_until(self, mark: str) -> str:
        """The next frame that has `mark` in it; those before it are passed over."""
        while mark not in (text := self.receive()):
            if '"type":"error"' in text:
                raise Refused(text)
        return text

    def read_frame(self) -> tuple[int, bytes]:
        """(first byte, payload) of one unfragmented frame of the server."""
        while (size := frame_size(self.buffer)) is None or len(self.buffer) < sum(size):
            self.read_more()
        head, length = size
        payload = bytes(self.buffer[head : head + length])
        opcode = self.buffer[0]
        del self.buffer[: head + length]
        return opcode, payload

    def close(self) -> None:
        """Say goodbye, and do not wait for the answer."""
        with contextlib.suppress(OSError):
            self.socket.sendall(client_frame(struct.pack("!H", 1000), CLOSE))
        self.socket.close()


def frame_size(buffer: bytearray) -> tuple[int, int] | None:
    """(bytes of the header, bytes of the payload) of the frame that begins here; None while the header is not all there."""
    if len(buffer) < 2:
        return None
    short = buffer[1] & 0x7F
    if short < 126:
        return 2, short
    form, head = ("!H", 4) if short == 126 else ("!Q", 10)
    return (head, struct.unpack_from(form, buffer, 2)[0]) if len(buffer) >= head else None


def client_frame(payload: bytes, opcode: int = 0x81) -> bytes:
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", opcode, 0x80 | length)
    elif length < 1 << 16:
        head = struct.pack("!BBH", opcode, 0xFE, length)
    else:
        head = struct.pack("!BBQ", opcode, 0xFF, length)
    return head + b"\0\0\0\0" + payload


def upgrade_request(host: str, path: str, headers: dict[str, str]) -> bytes:
    lines = {
        "Host": host,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **headers,
    }
    return "\r\n".join(
        [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "", ""]
    ).encode()
