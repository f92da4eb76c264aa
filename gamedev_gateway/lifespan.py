"""What a server process does when it starts and when it ends. Servers without lifespan (daphne) do without: the hub starts
with the first socket."""

from typing import Any

from realtime.hub import current_hub


class Lifespan:
    """ASGI lifespan: the hub lives as long as the process."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.hub = current_hub()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.hub.close()
                await send({"type": "lifespan.shutdown.complete"})
                return
