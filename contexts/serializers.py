from typing import Any

from rest_framework import serializers

from contexts.models import Context
from gamedev_gateway.core.api import StrictSerializer
from gamedev_gateway.core.fields import ChoiceField
from plans.models import TaskPlan


class ContextSerializer(serializers.ModelSerializer):
    task = serializers.SerializerMethodField(help_text="The task's code; null for the global context.")
    content = serializers.DictField()
    created_by = serializers.ChoiceField(choices=TaskPlan.Origin.choices)

    class Meta:
        model = Context
        fields = [
            "id",
            "project",
            "scope",
            "task",
            "content",
            "created_by",
            "source",
            "version",
            "is_active",
            "created_at",
            "based_on_seq",
        ]

    def get_task(self, context: Context) -> str | None:
        return context.task_code or None


class WhichContextSerializer(StrictSerializer):
    """Which context: the global one, or a task's."""

    scope = ChoiceField(choices=Context.Scope.choices, default=Context.Scope.GLOBAL)
    task = serializers.CharField(max_length=16, required=False, allow_null=True, help_text="The task's code.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["task"] = attrs.get("task") or ""
        if attrs["task"] and "scope" not in self.initial_data:
            attrs["scope"] = Context.Scope.TASK
        return attrs


class CreateContextSerializer(WhichContextSerializer):
    content = serializers.DictField()


class DiffSerializer(serializers.Serializer):
    """Top-level members of the content that differ."""

    added = serializers.DictField()
    removed = serializers.DictField()
    changed = serializers.DictField(help_text="Member → {from, to}.")
