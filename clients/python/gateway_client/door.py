"""Where a gateway is, and how to enter."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from gateway_client.errors import ConnectionLost, GatewayError

PROTOCOLS = [Subprotocol("gateway.v1.batch"), Subprotocol("gateway.v1")]
OPENS_WITHIN = 10.0
CLOSES_WITHIN = 2.0
LARGEST_MESSAGE = 1 << 24

Token = str | Callable[[], Awaitable[str]]


class Door:
    """Opens sockets to one gateway, with one token or with a fresh one each time."""

    def __init__(self, url: str, token: Token) -> None:
        self.address = address_of(url)
        self.token = token

    async def open(self) -> connect:
        """The socket, as a context manager."""
        return connect(
            self.address,
            additional_headers={"Authorization": f"Bearer {await self.fresh_token()}"},
            subprotocols=PROTOCOLS,
            open_timeout=OPENS_WITHIN,
            close_timeout=CLOSES_WITHIN,
            ping_interval=None,  # the heartbeats tell whether it lives
            max_size=LARGEST_MESSAGE,
        )

    async def fresh_token(self) -> str:
        """The token. ConnectionLost when there is none now, so that it is asked for again later."""
        if isinstance(self.token, str):
            return self.token
        try:
            return await self.token()
        except GatewayError:
            raise
        except Exception as error:
            raise ConnectionLost(f"no token: {error}") from error


def address_of(url: str) -> str:
    """The address of the socket for many subscriptions, from that of the gateway: http, https, ws or wss."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https", "ws", "wss"} or not parts.netloc:
        raise ValueError(f"{url!r} is not the address of a gateway, such as http://127.0.0.1:8000.")
    path = parts.path.rstrip("/").removesuffix("/ws")
    return f"{parts.scheme.replace('http', 'ws')}://{parts.netloc}{path}/ws/"
