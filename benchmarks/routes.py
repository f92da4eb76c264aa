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

from benchmarks import tokens
from documents.models import Document
from gamedev_gateway.core.actors import Actor
from gamedev_gateway.core.api import StrictSerializer, actor_of
from gamedev_gateway.core.correlation import correlation_id
from plans.models import Project
from plans.streams import check_may_write
from realtime import access, doorbell
from realtime.event_types import Update
from realtime.history import logged
from realtime.imported import PastEvent, append_history
from realtime.models import Event

PAGE = 2_000
"""Events a transaction, so that other writers get their turn while a million is made."""
TEXT = "prefilled: the hero runs, jumps and lands on the next island"
PROJECT, DOCUMENT = "project:", "document:"


class StreamQuery(StrictSerializer):
    stream = serializers.RegexField(f"^{PROJECT}", max_length=90)


class PrefillQuery(StreamQuery):
    count = serializers.IntegerField(min_value=1, max_value=10_000_000)


class TokensQuery(StrictSerializer):
    stream = serializers.RegexField(f"^({PROJECT}|{DOCUMENT})", max_length=90)
    rate = serializers.FloatField(min_value=0, max_value=100_000, default=50)
    count = serializers.IntegerField(min_value=1, max_value=10_000_000, default=600)
    delay = serializers.FloatField(min_value=0, max_value=60, default=0)
    text = serializers.CharField(max_length=1_000, default="{i} ", trim_whitespace=False)

    def validate_text(self, value: str) -> str:
        try:
            value.format_map({"i": 0, "due": 0, "stamp": ""})
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            raise serializers.ValidationError("Only {i}, {due} and {stamp} can be filled in.") from error
        return value


class BenchView(APIView):
    """Asks with query parameters alone."""

    schema = None

    def asked(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
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


class SayTokens(BenchView):
    """`POST /bench/tokens?stream=&rate=&count=&delay=&text=`: say tokens into a new draft of a document; answers when begun.

    A project's stream takes a document of the benchmarks that nobody writes now, or makes one.
    """

    def post(self, request: Request) -> Response:
        asked, actor = self.asked(TokensQuery), actor_of(request)
        project, document = find_target(asked.pop("stream"))
        check_may_write(project.pk, actor)
        run = tokens.begin(project, document, tokens.Tokens(**asked), actor)
        document_id = run.request["document"]
        told = {"document": document_id, "stream": f"{DOCUMENT}{document_id}", "generation": run.pk}
        return Response(told, status=202)


def find_target(stream: str) -> tuple[Project, Document | None]:
    """The project, and the document where the stream is that of one. The stream is known to exist."""
    if stream.startswith(PROJECT):
        return Project.objects.get(pk=stream.removeprefix(PROJECT)), None
    document = Document.objects.select_related("project").get(pk=stream.removeprefix(DOCUMENT))
    return document.project, document


def prefill(stream: str, count: int, actor: Actor) -> Event:
    """Append `count` events, page by page; the last of them is given back."""
    for size in page_sizes(count):
        event = PastEvent(Update(text=TEXT), actor, timezone.now(), correlation_id())
        last = append_history(stream.removeprefix(PROJECT), [event] * size)[-1]
    return last


def page_sizes(count: int) -> Iterator[int]:
    for done in range(0, count, PAGE):
        yield min(PAGE, count - done)
