"""The ASGI application: the same for uvicorn and daphne."""

import os
import re
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gamedev_gateway.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from agents.mcp.http import McpDoor  # noqa: E402
from agents.sockets import SocketIdentity  # noqa: E402
from gamedev_gateway.core.body_limit import BodyLimit  # noqa: E402
from gamedev_gateway.lifespan import Lifespan  # noqa: E402
from realtime.routing import not_found, websocket_urlpatterns  # noqa: E402

# whitenoise answers static files from a synchronous iterator; Django reads it in a thread, which is fine for small files.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

application = ProtocolTypeRouter(
    {
        "http": McpDoor(
            BodyLimit(
                http,
                max_bytes=settings.GATEWAY_BODY_BYTES,
                uploads=re.compile(r"/api/v1/tasks/\d+/artifacts/"),
                max_upload_bytes=settings.GATEWAY_ARTIFACT_MAX_BYTES + 100_000,  # the fields beside the file
            ),
            max_bytes=settings.GATEWAY_BODY_BYTES,
        ),
        "websocket": SocketIdentity(URLRouter([*websocket_urlpatterns, not_found])),
        "lifespan": Lifespan(),
    }
)
