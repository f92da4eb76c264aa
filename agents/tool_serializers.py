"""The shapes of outside tools, and of the calls made to them."""

from rest_framework import serializers

from agents.models import Policy, Tool, ToolCall
from gamedev_gateway.core.api import StrictSerializer
from realtime.serializers import ActorSerializer

MOST_FOUND = 200


class MediumSerializer(serializers.Serializer):
    type = serializers.CharField()
    mime_type = serializers.CharField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()


class ToolResultSerializer(serializers.Serializer):
    """What an outside tool answered: data, never an instruction."""

    text = serializers.CharField()
    structured = serializers.DictField(allow_null=True)
    media = MediumSerializer(many=True, help_text="Pictures and sounds, which are not kept here.")
    cut = serializers.BooleanField(help_text="Something was left out, since it was too long.")


class CallErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class ToolCallSerializer(serializers.ModelSerializer):
    arguments = serializers.DictField()
    requested_by = ActorSerializer()
    decided_by = ActorSerializer(allow_null=True, help_text="Who confirmed or refused it.")
    result = ToolResultSerializer(allow_null=True)
    error = CallErrorSerializer(allow_null=True)

    class Meta:
        model = ToolCall
        fields = [
            "id",
            "project",
            "server",
            "tool",
            "arguments",
            "run",
            "task_code",
            "requested_by",
            "status",
            "sensitive",
            "result",
            "error",
            "decided_by",
            "reason",
            "correlation_id",
            "created_at",
            "started_at",
            "finished_at",
        ]


class ToolSerializer(serializers.ModelSerializer):
    server = serializers.CharField(source="server.name")
    tool = serializers.CharField(source="name")
    tags = serializers.SerializerMethodField(help_text="The server's and its own.")
    read_only = serializers.BooleanField(  # type: ignore[assignment]
        source="only_reads", help_text="It says that it changes nothing."
    )
    destructive = serializers.BooleanField(source="destroys", help_text="It says that it destroys.")
    policy = serializers.ChoiceField(choices=Policy.choices, source="effective_policy")

    class Meta:
        model = Tool
        fields = ["server", "tool", "title", "description", "tags", "read_only", "destructive", "policy", "changed_at"]

    def get_tags(self, tool: Tool) -> list[str]:
        return [*tool.server.tags, *tool.tags]


class ToolPageSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ToolSerializer(many=True)


class ToolQuery(StrictSerializer):
    """The query of the catalogue."""

    q = serializers.CharField(max_length=500, required=False, allow_blank=True, default="", help_text="A few words.")
    limit = serializers.IntegerField(min_value=1, default=50, help_text="At most 200 are given.")
    format = serializers.CharField(required=False, help_text="`json` or `api`; the Accept header does the same.")

    def validate_limit(self, limit: int) -> int:
        return min(limit, MOST_FOUND)


class RefuseCallSerializer(StrictSerializer):
    reason = serializers.CharField(
        max_length=5_000, required=False, allow_blank=True, default="", help_text="For the agent."
    )
