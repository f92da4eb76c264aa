"""The log over REST: read it from any position, and say something."""

from collections.abc import Sequence
from typing import Any, TypeVar

import orjson
from django.db import transaction
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from gamedev_gateway.core.api import GatewayViewSet, actor_of
from gamedev_gateway.core.errors import GatewayError, InvalidInput, invalid_input_from
from realtime import access, history
from realtime.commands import ClientEvent
from realtime.history import CursorLost, EventFilter, LoggedEvent
from realtime.models import Event, Stream
from realtime.serializers import ClientEventSerializer, EventPageSerializer, EventSerializer, HistoryQuery
from realtime.spoken import Spoken

MOST_AT_ONCE = 500
Parsed = TypeVar("Parsed")
one = TypeAdapter(ClientEvent)
several = TypeAdapter(list[ClientEvent])


def one_or_list(name: str, serializer: type[Serializer]) -> PolymorphicProxySerializer:
    """For the documentation: one object, or a list of them."""
    shapes: list[Any] = [serializer, serializer(many=True)]
    return PolymorphicProxySerializer(name, shapes, resource_type_field_name=None, many=False)


class EventsViewSet(GatewayViewSet):
    """A project's log."""

    serializer_class = EventSerializer
    queryset = Event.objects.none()
    pagination_class = None  # type: ignore[assignment]
    filter_backends: list[Any] = []

    @extend_schema(parameters=[HistoryQuery], responses=forced_singular_serializer(EventPageSerializer))
    def list(self, request: Request, project_id: str) -> Response:
        """Events in order, from a cursor on."""
        query = HistoryQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        visible = access.find(f"project:{project_id}", actor_of(request))
        types = history.parse_types(name.strip() for name in asked.get("types", "").split(",") if name.strip())
        wanted = EventFilter(types, asked.get("task"))
        return Response(self.page(history.find_stream(visible.log), wanted, asked))

    def page(self, stream: Stream, wanted: EventFilter, asked: dict[str, Any]) -> dict[str, Any]:
        limit = asked["limit"]
        if "before" in asked:
            events = history.read_page_before(stream.pk, asked["before"], limit, wanted)
        else:
            start = history.locate(stream, asked.get("after", history.START))
            if start.trouble:
                raise CursorLost(start.trouble, start.seq)
            events = history.read_page(stream.pk, start.seq, limit, wanted)
        prev = history.previous_seq(stream.pk, events[0].seq, wanted) if events else 0
        return {
            "next": self.link("after", events[-1].cursor) if len(events) == limit else None,
            "previous": self.link("before", events[0].seq) if prev >= stream.kept_from else None,
            "results": shown(stream.name, events, prev),
        }

    def link(self, name: str, value: Any) -> str:
        """This request's URL with another position in the log."""
        query = self.request.query_params.copy()
        query.pop("after", None)
        query.pop("before", None)
        query[name] = value
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    @extend_schema(
        request=one_or_list("ClientEventOrList", ClientEventSerializer),
        responses={201: one_or_list("EventOrList", EventSerializer)},
    )
    def create(self, request: Request, project_id: str) -> Response:
        """Publish one event, or up to 500 in one transaction: all of them, or none."""
        access.find(f"project:{project_id}", actor_of(request))
        if not isinstance(request.data, list):
            return Response(self.publish(project_id, [parse(one, request.data)])[0], status=201)
        if not 1 <= len(request.data) <= MOST_AT_ONCE:
            raise ValidationError({"non_field_errors": [f"Send 1 to {MOST_AT_ONCE} events."]})
        events = parse(several, request.data)
        return Response(self.publish(project_id, events), status=201)

    @transaction.atomic
    def publish(self, project_id: str, given: Sequence[ClientEvent]) -> Sequence[dict[str, Any]]:
        """Publish all of them, or raise what is wrong with the first that cannot be; in a list it is told with its place."""
        actor = actor_of(self.request)
        said = [Spoken(project_id, each.type, each.payload, actor, each.task, each.key) for each in given]
        events = []
        for place, result in enumerate(access.publish(said)):
            if isinstance(result, InvalidInput) and isinstance(self.request.data, list):
                raise result.under(str(place))
            if isinstance(result, GatewayError):
                raise result
            events.append(told(result, project_id))
        return events


def parse(shape: TypeAdapter[Parsed], data: Any) -> Parsed:
    try:
        return shape.validate_python(data)
    except PydanticError as error:
        raise invalid_input_from(error) from error


def told(event: Event, project_id: str) -> dict[str, Any]:
    """An event that was just published, as the sockets send it."""
    return orjson.loads(history.logged(event).frame(f"project:{project_id}", event.seq - 1))


def shown(stream: str, events: list[LoggedEvent], prev: int) -> list[dict[str, Any]]:
    """Events as the sockets send them, each with the seq of the one before it."""
    return [orjson.loads(frame) for frame in history.chained(events, stream, prev)]
