"""Is the process there, can it work, and how is it doing?"""

import asyncio

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.views import APIView

LOOPBACK = {"127.0.0.1", "::1"}


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


class ScrapedLocally(IsAdminUser):
    """Staff may look from anywhere; without a credential only a scraper on this machine that no proxy stands before."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        forwarded = any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED"))
        local = request.META.get("REMOTE_ADDR") in LOOPBACK and not forwarded
        return local or super().has_permission(request, view)


class Metrics(APIView):
    """Prometheus metrics of this process."""

    permission_classes = [ScrapedLocally]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return ExportToDjangoView(request)
