"""Routes for load generators. They want a bearer token and a stream that its user can see, as all others do."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count as CountRows
from django.db.models import Max, Min
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.api import StrictSerializer, actor_of
from gamedev_gateway.core.correlation import correlation_id
from realtime import access, doorbell
from realtime.event_types import Update
from realtime.history import logged
from realtime.imported import PastEvent, append_history
from realtime.models import Event

PAGE = 2_000
"""Events a transaction, so that other writers get their turn while a million is made."""
TEXT = "prefilled: the hero runs, jumps and lands on the next island"
PROJECT = "project:"


class StreamQuery(StrictSerializer):
    stream = serializers.RegexField(f"^{PROJECT}", max_length=90)


class PrefillQuery(StreamQuery):
    count = serializers.IntegerField(min_value=1, max_value=10_000_000)


class BenchView(APIView):
    """Asks with query parameters alone."""

    schema = None

    def asked(self, serializer: type[StreamQuery]) -> dict[str, Any]:
        """The checked parameters; NotFound where the stream is not the user's to see."""
        query = serializer(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        access.find(query.validated_data["stream"], actor_of(self.request))
        return query.validated_data


class Prefill(BenchView):
    """`POST /bench/prefill?stream=project:…&count=`: append events, then tell the hubs once."""

    def post(self, request: Request) -> Response:
        asked = self.asked(PrefillQuery)
        last = prefill(asked["stream"], asked["count"], actor_of(request))
        doorbell.ring(asked["stream"], [logged(last)])
        return Response({"stream": asked["stream"], "count": asked["count"], "head": last.seq}, status=201)


class Count(BenchView):
    """`GET /bench/count?stream=project:…` → how many rows the log has, and their first and last seq."""

    def get(self, request: Request) -> Response:
        rows = Event.objects.filter(stream__name=self.asked(StreamQuery)["stream"])
        return Response(rows.aggregate(count=CountRows("seq"), min=Min("seq"), max=Max("seq")))


def prefill(stream: str, count: int, actor: Actor) -> Event:
    """Append `count` events, page by page; the last of them is given back."""
    for size in page_sizes(count):
        event = PastEvent(Update(text=TEXT), actor, timezone.now(), correlation_id())
        last = append_history(stream.removeprefix(PROJECT), [event] * size)[-1]
    return last


def page_sizes(count: int) -> Iterator[int]:
    for done in range(0, count, PAGE):
        yield min(PAGE, count - done)
