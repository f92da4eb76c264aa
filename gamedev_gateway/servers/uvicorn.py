"""uvicorn, with sockets that write many frames at once, and a goodbye to them before the server ends."""

import socket

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from gamedev_gateway.servers import limits
from gamedev_gateway.servers.ending import end_process_within
from realtime.hub import current_hub
from realtime.wire import DIRECT

USED = ("conn", "transport", "writable", "close_sent", "disconnected")
"""What FramesProtocol uses of uvicorn's protocol, which is not documented: looked for on every socket, and without it the
sockets send their frames one by one, as ASGI has it."""


class FramesProtocol(WebSocketsSansIOProtocol):
    """A socket of uvicorn that is a DirectWriter (see realtime/wire.py)."""

    async def run_asgi(self) -> None:
        if all(hasattr(self, name) for name in USED):
            self.scope["extensions"][DIRECT] = self  # type: ignore[assignment]
        await super().run_asgi()

    @property
    def ready(self) -> bool:
        return self.writable.is_set()

    def write_frames(self, data: bytes) -> None:
        if not (self.close_sent or self.disconnected) and self.conn.state is State.OPEN:
            self.transport.write(data)

    async def until_ready(self) -> None:
        await self.writable.wait()


class Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more; let the open sockets finish and close with 4503; then end as uvicorn does."""
        end_process_within(limits.ALL_ENDS_SECONDS)
        for server in self.servers:
            server.close()
        await current_hub().say_goodbye(within=limits.GOODBYE_SECONDS)
        await super().shutdown(sockets)


def run(application: str, host: str, port: int) -> None:
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        ws=FramesProtocol,
        ws_max_size=limits.MESSAGE_BYTES,
        ws_ping_interval=limits.PING_SECONDS,
        ws_ping_timeout=limits.PONG_SECONDS,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        log_level="warning",  # its lines about sockets would tell their whole URL, tickets too
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=limits.REQUESTS_END_SECONDS,
    )
    Server(config).run()
