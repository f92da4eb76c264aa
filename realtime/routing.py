from typing import Any

from django.urls import path, re_path

from realtime.consumers import UNKNOWN, GatewayConsumer

consumer = GatewayConsumer.as_asgi()

websocket_urlpatterns = [
    path("ws/", consumer),
    re_path(r"^ws/(?P<kind>project|task|document)s/(?P<key>[^/]+)/$", consumer),
]


async def no_such_address(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A socket at an address that leads nowhere is told so, like every refused socket: accepted, then closed with a code."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": UNKNOWN})


not_found = re_path(r"", no_such_address)  # type: ignore[arg-type]
