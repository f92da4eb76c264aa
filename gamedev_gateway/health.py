"""Is the process there, and can it work?"""

import asyncio

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers. The channel layer is told of, but without it the gateway is only slower, not wrong."""
    checks = {"database": database_answers(), "channel_layer": channel_layer_answers()}
    ready = checks["database"] == "ok"
    return JsonResponse({"status": "ok" if ready else "unavailable", **checks}, status=200 if ready else 503)


def database_answers() -> str:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return "unreachable"
    return "ok"


def channel_layer_answers() -> str:
    async def ask() -> None:
        async with asyncio.timeout(2):
            await get_channel_layer().group_send("health", {"type": "health"})

    try:
        async_to_sync(ask)()
    except Exception:
        return "unreachable"
    return "ok"
