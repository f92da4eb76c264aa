"""Channels as its documentation shows it: a JSON consumer, an event stored by the ORM, `group_send` on the in-memory layer.

daphne benchmarks.baselines.channels_stock:application. From the environment: DATABASE (a path), TOKEN, PREFILL (how many events to begin with).
"""

import hashlib
import os
import uuid
from typing import Any

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="for the benchmark",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["daphne", "channels"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}},
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from channels.db import database_sync_to_async  # noqa: E402
from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class Event(models.Model):
    project_id = models.CharField(max_length=64, db_index=True)
    type = models.CharField(max_length=40)
    payload = models.JSONField()
    uuid = models.UUIDField(default=uuid.uuid4)
    timestamp = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "stock"

    def __str__(self) -> str:
        return f"{self.pk} {self.type}"

    def frame(self, name: str) -> dict[str, Any]:
        return {
            "stream": f"project:{self.project_id}",
            "prev": self.pk - 1,
            "type": self.type,
            "seq": self.pk,
            "cursor": f"{self.pk}-{self.uuid.hex[:8]}",
            "id": str(self.uuid),
            "project_id": self.project_id,
            "task_id": None,
            "task_code": None,
            "payload": self.payload,
            "actor": {"kind": "user", "id": "1", "name": name},
            "correlation_id": str(self.uuid),
            "causation_id": None,
            "timestamp": self.timestamp.isoformat(),
        }


class Token(models.Model):
    digest = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=64)

    class Meta:
        app_label = "stock"

    def __str__(self) -> str:
        return self.name


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class EventConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        token = dict(self.scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
        found = await Token.objects.filter(digest=digest_of(token)).afirst()
        await self.accept()
        if found is None:
            await self.close(4401)
            return
        self.name = found.name
        await self.send_json({"type": "welcome", "user": self.name})

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        if content["command"] == "publish":
            await self.publish(content)
        else:
            await self.subscribe(content)

    async def publish(self, command: dict[str, Any]) -> None:
        payload = {**command["payload"], "data": {}}
        event = await Event.objects.acreate(project_id=command["project_id"], type=command["type"], payload=payload)
        await self.channel_layer.group_send(command["project_id"], {"type": "event", "event": event.frame(self.name)})
        await self.send_json({"type": "published", "reply_to": command["id"], "seq": event.pk})

    async def event(self, message: dict[str, Any]) -> None:
        await self.send_json(message["event"])

    async def subscribe(self, command: dict[str, Any]) -> None:
        project_id = command["stream"].removeprefix("project:")
        last, missed = await database_sync_to_async(read)(project_id, command.get("after"))
        await self.channel_layer.group_add(project_id, self.channel_name)
        told = {"type": "subscribed", "reply_to": command["id"], "stream": command["stream"], "seq": last}
        await self.send_json(told)
        for event in missed:
            await self.send_json(event.frame(self.name))


def read(project_id: str, after: int | None) -> tuple[int, list[Event]]:
    events = Event.objects.filter(project_id=project_id).order_by("pk")
    last = events.last()
    return last.pk if last else 0, list(events.filter(pk__gt=after)) if after is not None else []


def count(request: HttpRequest) -> JsonResponse:
    events = Event.objects.filter(project_id=request.GET["stream"].removeprefix("project:"))
    return JsonResponse(events.aggregate(count=models.Count("pk"), min=models.Min("pk"), max=models.Max("pk")))


def prepare() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Event)
        editor.create_model(Token)
    Token.objects.create(digest=digest_of(os.environ["TOKEN"]), name="bench")
    payload = {"text": "prefilled: the hero runs, jumps and lands on the next island", "data": {}}
    prefilled = range(int(os.environ.get("PREFILL", "0")))
    Event.objects.bulk_create(Event(project_id="bench-0", type="update", payload=payload) for _ in prefilled)


prepare()
urlpatterns = [path("bench/count", count)]
application = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter([path("ws/", EventConsumer.as_asgi())])}
)
