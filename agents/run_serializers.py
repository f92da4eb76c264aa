"""The shapes of runs, their activities and questions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agents.models import Activity, Run
from gamedev_gateway.core.api import StrictSerializer
from gamedev_gateway.core.fields import ChoiceField
from plans.spec import CODE_PATTERN
from realtime.serializers import ActorSerializer

ENDS = [(status.value, status.label) for status in (Run.Status.COMPLETE, Run.Status.ERROR)]


class ActivitySerializer(serializers.ModelSerializer):
    options = serializers.ListField(child=serializers.CharField())
    answered_by = ActorSerializer(allow_null=True)

    class Meta:
        model = Activity
        fields = [
            "id",
            "run",
            "kind",
            "body",
            "task_code",
            "options",
            "answer",
            "answered_by",
            "answered_at",
            "created_at",
        ]


class RunSerializer(serializers.ModelSerializer):
    actor = ActorSerializer(help_text="Whose token it uses.")
    capabilities = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Run
        fields = [
            "id",
            "project",
            "agent",
            "model",
            "capabilities",
            "actor",
            "status",
            "summary",
            "seen_at",
            "created_at",
            "ended_at",
        ]


class RunDetailSerializer(RunSerializer):
    activities = serializers.SerializerMethodField(help_text="The latest 50, oldest first; all are at `activities/`.")

    class Meta(RunSerializer.Meta):
        fields = [*RunSerializer.Meta.fields, "activities"]

    @extend_schema_field(ActivitySerializer(many=True))
    def get_activities(self, run: Run) -> Any:
        latest = list(run.activities.order_by("-pk")[:50])
        return ActivitySerializer(latest[::-1], many=True).data


class StartRunSerializer(StrictSerializer):
    agent = serializers.CharField(max_length=100)
    model = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    capabilities = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, default=list, max_length=50
    )


class NoteActivitySerializer(StrictSerializer):
    kind = ChoiceField(choices=Activity.Kind.choices)
    body = serializers.CharField(max_length=20_000)
    task = serializers.RegexField(CODE_PATTERN, required=False, allow_blank=True, default="")
    options = serializers.ListField(
        child=serializers.CharField(max_length=500), required=False, default=list, max_length=20
    )


class AnswerQuestionSerializer(StrictSerializer):
    answer = serializers.CharField(max_length=20_000)


class EndRunSerializer(StrictSerializer):
    status = ChoiceField(choices=ENDS, required=False, default=Run.Status.COMPLETE)
    summary = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
