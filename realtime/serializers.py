from typing import Any, get_args

from rest_framework import serializers

from gamedev_gateway.core.actors import ActorKind
from gamedev_gateway.core.api import StrictSerializer
from gamedev_gateway.core.fields import ChoiceField
from realtime.event_types import ALL_TYPES, CLIENT_TYPES
from realtime.history import PAGE

ACTOR_KINDS = get_args(ActorKind)
EVENT_TYPES = sorted(ALL_TYPES)
CLIENT_EVENT_TYPES = sorted(CLIENT_TYPES)


class ActorSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=ACTOR_KINDS)
    id = serializers.CharField()
    name = serializers.CharField()


class EventSerializer(serializers.Serializer):
    """An event, as the sockets send it too."""

    type = serializers.ChoiceField(choices=EVENT_TYPES)
    stream = serializers.CharField()
    seq = serializers.IntegerField(help_text="Counts the project's events: 1, 2, 3 … without holes.")
    prev = serializers.IntegerField(help_text="The seq of the event before it that passes the same filter.")
    cursor = serializers.CharField()
    id = serializers.UUIDField()
    project_id = serializers.CharField()
    task_id = serializers.IntegerField(allow_null=True)
    task_code = serializers.CharField(allow_null=True)
    payload = serializers.DictField()
    actor = ActorSerializer()
    correlation_id = serializers.CharField()
    causation_id = serializers.UUIDField(allow_null=True)
    timestamp = serializers.DateTimeField()


class EventPageSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EventSerializer(many=True)


class HistoryQuery(StrictSerializer):
    """Query parameters of the history."""

    after = serializers.CharField(
        max_length=40, required=False, help_text="A cursor or a seq; absent or 0: from the first kept event."
    )
    before = serializers.IntegerField(
        min_value=1, max_value=2**62, required=False, help_text="A seq: the last events before it, still oldest first."
    )
    types = serializers.CharField(max_length=1_000, required=False, help_text="E.g. `task.*,plan.accepted`.")
    task = serializers.RegexField(r"^T-[0-9]+$", max_length=16, required=False, help_text="A task's code, e.g. T-001.")
    limit = serializers.IntegerField(min_value=1, default=50, help_text="At most 200 are given.")
    format = serializers.CharField(required=False, help_text="`json` or `api`; the Accept header does the same.")

    def validate_limit(self, limit: int) -> int:
        return min(limit, PAGE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "after" in attrs and "before" in attrs:
            raise serializers.ValidationError({"before": ["Give `after` or `before`, not both."]})
        return attrs


class ClientEventSerializer(StrictSerializer):
    """What a client publishes. `key` is its own word for the event; the same key is stored once."""

    type = ChoiceField(choices=CLIENT_EVENT_TYPES)
    payload = serializers.DictField()
    task = serializers.CharField(max_length=16, required=False, allow_null=True, default=None)
    key = serializers.CharField(max_length=255, required=False, allow_null=True, default=None)
